"""Draw the graphs of a study, for review: `make dag CONFIG=config/mine.yaml`.

    python workflow/graphs.py config/mine.yaml [TARGET …]

Two graphs of Snakemake, as `.dot` and, where Graphviz is installed, as `.svg` in
`results/<study>/graphs/`: `files` (what each rule reads and writes) and `jobs` (every job; a dashed
one has nothing to do). Which rule feeds which is in docs/structure.md.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from nascent.files import written

GRAPHS = {"files": "--filegraph", "jobs": "--dag"}
PATIENCE = 300
"""Seconds after which Graphviz is given up."""


def main(config: str, *targets: str) -> None:
    """Draw every graph of the study of a config, or of the part that makes some targets."""
    study = yaml.safe_load(Path(config).read_text(encoding="utf-8"))["study"]
    folder = Path("results", study, "graphs")
    for name, option in GRAPHS.items():
        path = folder / f"{name}.dot"
        with written(path) as beside:
            beside.write_text(asked(option, config, targets), encoding="utf-8")
        print(drawn(path) if shutil.which("dot") else path)
    if shutil.which("dot") is None:
        print(
            "Graphviz is not installed, so these are its input: install it (Debian, Ubuntu:"
            " apt install graphviz), or open them in any viewer of dot files."
        )


def asked(option: str, config: str, targets: Sequence[str]) -> str:
    """Return one of Snakemake's graphs of a study, in the language of Graphviz."""
    command = [sys.executable, "-m", "snakemake", *targets, option, "--configfile", config]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    # What a config or plugin prints comes before the graph.
    return done.stdout[done.stdout.index("digraph") :]


def drawn(path: Path) -> Path:
    """Draw a graph beside its file and return where."""
    out = path.with_suffix(".svg")
    try:
        with written(out) as beside:
            command = ["dot", "-Tsvg", "-o", beside, path]
            subprocess.run(command, check=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        sys.exit(f"{path} is too large for Graphviz: no picture after {PATIENCE} s.")
    return out


if __name__ == "__main__":
    main(*sys.argv[1:])
