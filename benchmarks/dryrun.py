"""How long Snakemake plans a plate of 384 wells and 8 models of which nothing is made yet.

The last line is JSON: `dry_run_seconds` (wall time of `snakemake -n`, the least of the runs),
`cpu_seconds` and `peak_gb` of that run, and `jobs` (what it planned; shards and maps follow once
the cells are split).

    python benchmarks/dryrun.py [--wells 384] [--models 8] [--runs 1]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parent.parent
PLATE, COLUMNS = 384, 24
"""Wells of a plate, and in a row of it; more wells are more plates."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wells", type=int, default=384)
    options.add_argument("--models", type=int, default=8)
    options.add_argument("--runs", type=int, default=1)
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        config = write_study(Path(folder), wells=chosen.wells, models=chosen.models)
        runs = [dry_run(config) for _ in range(chosen.runs)]
    print(json.dumps(min(runs, key=lambda run: run["dry_run_seconds"])))


def write_study(folder: Path, *, wells: int, models: int) -> Path:
    """Write the config and the wells table of a simulated plate; return the config."""
    rows = [
        f"p{i // PLATE}\t{chr(65 + i % PLATE // COLUMNS)}{i % COLUMNS + 1:02d}\tnormal"
        for i in range(wells)
    ]
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


def dry_run(config: Path) -> dict[str, float]:
    """Return what a dry run took, and the number of jobs it plans."""
    command = [sys.executable, "-m", "snakemake", "-n", "--forceall", "--nolock"]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--quiet", "rules", "--configfile", str(config)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        told = process.stdout.read()
        # Of this child alone: the sums over all children would hold the largest of them for ever.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        sys.exit(told[-5000:])
    return {
        "dry_run_seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_gb": round(used.ru_maxrss / 2**20, 2),
        "jobs": int(re.findall(r"^total +(\d+)", told, flags=re.MULTILINE)[-1]),
    }


if __name__ == "__main__":
    main()
