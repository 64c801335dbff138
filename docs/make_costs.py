"""Fill docs/costs.md with what the demo cost, from results/demo/report/costs.tsv.

    make demo
    python docs/make_costs.py

What stands between the marks `<!-- demo -->` and `<!-- end -->` is written anew.
"""

import re
from pathlib import Path

import pandas as pd

from nascent.costs.table import by_stage
from nascent.files import read_table, written
from nascent.stages import stages_of

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "costs.md"
COSTS = ROOT / "results" / "demo" / "report" / "costs.tsv"
DEAREST = 8
"""Rules that are named."""


def main() -> None:
    """Fill the page."""
    costs = read_table(COSTS)
    lines = "\n\n".join(
        [table("stage", by_stage(costs, stages_of("crops"))), table("rule", costs.head(DEAREST))]
    )
    text = PAGE.read_text(encoding="utf-8")
    text = re.sub(
        r"(<!-- demo -->\n).*?(<!-- end -->)", rf"\g<1>\n{lines}\n\n\g<2>", text, flags=re.DOTALL
    )
    with written(PAGE) as beside:
        beside.write_text(text, encoding="utf-8")


def table(of: str, costs: pd.DataFrame) -> str:
    """Return jobs, minutes and memory of each stage or rule; of rules also what they used."""
    used = ["memory_used", "cpu_used"] if of == "rule" else []
    head = [of, "jobs", "wall, min", "CPU, min", "peak, GB"] + [
        {"memory_used": "memory used", "cpu_used": "CPU used"}[name] for name in used
    ]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in costs.to_dict("records"):
        told = [
            f"`{row[of]}`" if of == "rule" else str(row[of]),
            str(row["jobs"]),
            *(_number(60 * row[name]) for name in ("wall_hours", "cpu_hours")),
            _number(row["peak_memory_mb"] / 1000),
            *("–" if pd.isna(row[name]) else f"{row[name]:.0%}" for name in used),
        ]
        lines.append("| " + " | ".join(told) + " |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.1f}" if value >= 0.1 else f"{value:.2g}"


if __name__ == "__main__":
    main()
