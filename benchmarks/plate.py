"""What a plate costs by its wells: raw wells -> crops -> shards -> one trained model.

Plates of simulated wells, 60 nuclei each, are run by the workflow itself, one after the other. The
last line is JSON:

`peak_growth`      of every rule: the largest memory of a job on the largest plate, over that on the
                   smallest; rules whose jobs hold tables of all cells grow
`peak_mb`          of every rule, on the largest plate
`cpu_growth`       of every rule: CPU time of all its jobs, largest plate over smallest
`nuclei`           of the largest plate
`plan_seconds`     wall time of a dry run on it, its crops and shards made, that asks for 8 models
                   with 5 seeds, maps by two methods and retraining without nine fractions
`plan_jobs`        jobs of that dry run

    python benchmarks/plate.py [--wells 24 384] [--nuclei 60] [--cores 2] [--table FILE]
        [--folder FOLDER]

FILE is a table of wells, rule, jobs, CPU seconds and peak memory. The plates are made in FOLDER and
stay there: a second run measures the dry run alone. Without it they are made in a temporary folder.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import yaml
from dryrun import ROOT, write_study

from nascent.costs.benchmarks import by_own_words, read_benchmarks

SIMULATED = {
    "layout": "numpy",
    "mean_area": 1080,
    "channels": [
        *("00_DAPI", "09_SRRM2", "15_SON", "21_NCL", "11_PML", "20_SP100", "10_POL2RA_pS2"),
        *("07_POLR2A", "03_CDK9", "10_H3K27ac", "00_EU"),
    ],
}
MODEL = "results/plate/train/model_0/example/1/model.keras"
MODELS, SEEDS = 8, [1, 2, 3, 4, 5]
ROAR = {
    "seeds": SEEDS,
    "methods": ["ig", "vargrad"],
    "fractions": [round(0.1 * tenth, 1) for tenth in range(1, 10)],
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wells", type=int, nargs="+", default=[24, 384])
    options.add_argument("--nuclei", type=int, default=60)
    options.add_argument("--cores", type=int, default=2)
    options.add_argument("--table", type=Path)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    tables = []
    with TemporaryDirectory() as temporary:
        for wells in sorted(chosen.wells):
            folder = (chosen.folder or Path(temporary)) / f"plate_{wells}"
            folder.mkdir(parents=True, exist_ok=True)
            write_plate(folder, wells, chosen.nuclei)
            snakemake(folder, "--cores", str(chosen.cores), MODEL)
            tables.append(costs(folder).assign(wells=wells))
            whole = planned(folder)
    table = pd.concat(tables, ignore_index=True)
    if chosen.table:
        table.to_csv(chosen.table, sep="\t", index=False, float_format="%.4g")
    print(table.to_string(index=False, float_format="{:.1f}".format))
    by_rule = table.set_index(["wells", "rule"])
    small, large = by_rule.loc[min(chosen.wells)], by_rule.loc[max(chosen.wells)]
    figures = {
        "peak_growth": (large["peak_mb"] / small["peak_mb"]).round(2).to_dict(),
        "peak_mb": large["peak_mb"].round().to_dict(),
        "cpu_growth": (large["cpu_seconds"] / small["cpu_seconds"]).round(2).to_dict(),
        "nuclei": max(chosen.wells) * chosen.nuclei,
    }
    print(json.dumps(figures | whole))


def write_plate(folder: Path, wells: int, nuclei: int) -> None:
    """Write a plate's config, to be made as far as one model."""
    path = write_study(folder, wells=wells, models=1)
    change(path, study="plate", simulate=SIMULATED | {"nuclei": nuclei}, crops={"size": 64})
    train = {"defaults": {"epochs": 2, "batch_size": 32}, "models": {"model_0": cnn()}}
    change(path, train=train)


def cnn() -> dict:
    return {"architecture": "simple_cnn"}


def change(path: Path, **sections: object) -> None:
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | sections))


def planned(folder: Path) -> dict[str, float]:
    """Return the seconds and jobs of a dry run of a large study on the plate's shards."""
    models = {f"model_{number}": cnn() for number in range(MODELS)}
    change(
        folder / "plate.yaml",
        train={"defaults": {"epochs": 2, "batch_size": 32, "seeds": SEEDS}, "models": models},
        attribute={
            "methods": {"ig": {"method": "integrated_gradients"}, "vargrad": {"method": "vargrad"}}
        },
        explain={"roar": ROAR},
    )
    began = time.perf_counter()
    told = snakemake(folder, "--dry-run", "--quiet", "rules")
    seconds = time.perf_counter() - began
    jobs = int(re.findall(r"^total +(\d+)", told, flags=re.MULTILINE)[-1])
    return {"plan_seconds": round(seconds, 1), "plan_jobs": jobs}


def snakemake(folder: Path, *arguments: str) -> str:
    """Run the workflow in a folder of its own; return what Snakemake said."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"),
            *("--directory", folder, "--workflow-profile", ROOT / "profiles" / "default"),
            *("--profile", ROOT / "profiles" / "local"),
            *("--configfile", folder / "plate.yaml", *arguments),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stdout[-5000:])
    return done.stdout


def costs(folder: Path) -> pd.DataFrame:
    """Return rule, jobs, CPU seconds of all and the peak memory of one, MB."""
    jobs = read_benchmarks(folder / "logs" / "plate", by_own_words)
    return (
        jobs.groupby("rule")
        .agg(
            jobs=("seconds", "size"), cpu_seconds=("cpu_seconds", "sum"), peak_mb=("peak_mb", "max")
        )
        .reset_index()
    )


if __name__ == "__main__":
    main()
