"""Draw the rule graph: `make dag`.

Reads Snakemake's graph (`snakemake --rulegraph dot`) from standard input, that of the demo with
what it has not (`docs/rulegraph.yaml`), so that no rule is missing. Arrows that a longer way
implies are left out. Writes it into `docs/structure.md`, as Mermaid, one box a stage. Equal graphs
give equal pages.
"""

import re
import sys
from functools import cache
from pathlib import Path

from nascent.files import written
from nascent.kind import DEFAULT, kind_of
from nascent.stages import stage_of, stages_of

DOCS = Path(__file__).parent
STAGES = stages_of(kind_of(DEFAULT).first_stage)
COLOURS = dict(
    zip(STAGES, ("#E8E8E8", *["#DCEBF7"] * 3, *["#DDF1E4"] * 4, *["#F9E3D3"] * 2), strict=False)
) | {"figures": "#F3EBF7", "report": "#F3EBF7"}
BEGIN, END = "<!-- rule graph: written by `make dag` -->\n", "<!-- end of rule graph -->"

AFTER_ALL = ("all", "report_costs", "report_page")
"""Rules that ask for everything else."""

Graph = tuple[list[str], list[tuple[str, str]]]


def main() -> None:
    """Write the rule graph into the page."""
    page = DOCS / "structure.md"
    text = embedded(page.read_text(encoding="utf-8"), as_mermaid(parse(sys.stdin.read())))
    with written(page) as beside:
        beside.write_text(text, encoding="utf-8")


def parse(dot: str) -> Graph:
    """Return the rules and edges of Snakemake's graph, sorted, without the rule `all`.

    Nor are there arrows to what stands on everything.
    """
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', dot, flags=re.MULTILINE))
    edges = [(names[a], names[b]) for a, b in re.findall(r"^\s*(\d+) -> (\d+)", dot, re.MULTILINE)]
    if not edges:
        sys.exit("There is no graph on standard input.")
    rules = sorted(
        set(names.values()) - {"all"}, key=lambda name: (STAGES.index(stage_of(name)), name)
    )
    return rules, reduced({(a, b) for a, b in edges if b not in AFTER_ALL})


def reduced(edges: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the edges, sorted, without those that a longer way implies."""
    after: dict[str, set[str]] = {}
    for a, b in edges:
        after.setdefault(a, set()).add(b)

    @cache
    def reached(rule: str) -> frozenset[str]:
        return frozenset().union(*({b} | reached(b) for b in after.get(rule, ())))

    return sorted(
        (a, b) for a, b in edges if not any(b in reached(other) for other in after[a] - {b})
    )


def as_mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flow chart."""
    rules, edges = graph
    lines = ["flowchart TB"]
    for name in STAGES:
        own = [rule for rule in rules if stage_of(rule) == name]
        lines += [f"  subgraph stage_{name}[{name}]", *(f"    {rule}" for rule in own), "  end"]
        lines.append(f"  style stage_{name} fill:{COLOURS[name]},stroke:#999999")
    users = {a: [b for one, b in edges if one == a] for a, _ in edges}
    lines += [f"  {rule} --> {' & '.join(of_it)}" for rule, of_it in users.items()]
    return "\n".join(lines) + "\n"


def embedded(page: str, mermaid: str) -> str:
    """Return the page with the graph between its two marks."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not pattern.search(page):
        sys.exit("docs/structure.md has no marks for the rule graph.")
    return pattern.sub(lambda _: f"{BEGIN}\n```mermaid\n{mermaid}```\n\n{END}", page)


if __name__ == "__main__":
    main()
