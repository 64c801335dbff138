"""How long Snakemake plans a plate of 384 wells and 8 models of which nothing is made yet.

The last line is JSON: `dry_run_seconds` (wall time of `snakemake -n`, the least of the runs) and
`jobs` (what it planned; shards and maps follow once the cells are split).

    python benchmarks/dryrun.py [--wells 384] [--models 8] [--runs 1]
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parent.parent
COLUMNS = 24
"""Of a plate of 384 wells."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wells", type=int, default=384)
    options.add_argument("--models", type=int, default=8)
    options.add_argument("--runs", type=int, default=1)
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        config = write_study(Path(folder), wells=chosen.wells, models=chosen.models)
        runs = [dry_run(config) for _ in range(chosen.runs)]
    seconds, jobs = min(runs)
    print(json.dumps({"dry_run_seconds": round(seconds, 2), "jobs": jobs}))


def write_study(folder: Path, *, wells: int, models: int) -> Path:
    """Write the config and the wells table of a simulated plate; return the config."""
    rows = [f"p\t{chr(65 + i // COLUMNS)}{i % COLUMNS + 1:02d}\tnormal" for i in range(wells)]
    table = folder / "wells.tsv"
    table.write_text("\n".join(["plate\twell\tperturbation", *rows]) + "\n")
    names = [f"model_{number}" for number in range(models)]
    config = folder / "plate.yaml"
    study = {
        "study": "plate_planned_only",
        "wells": str(table),
        "simulate": {},
        "train": {"models": {name: {"architecture": "simple_cnn"} for name in names}},
    }
    config.write_text(yaml.safe_dump(study))
    return config


def dry_run(config: Path) -> tuple[float, int]:
    """Return the seconds of a dry run and the number of jobs it plans."""
    command = [sys.executable, "-m", "snakemake", "-n", "--forceall", "--nolock"]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--quiet", "rules", "--configfile", str(config)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds = time.perf_counter() - began
    return seconds, int(re.findall(r"^total +(\d+)", done.stdout, flags=re.MULTILINE)[-1])


if __name__ == "__main__":
    main()
