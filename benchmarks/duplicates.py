"""Whether a stain that is imaged three times is used as much as one that is imaged once.

A plate is simulated whose rate one channel shows. A second one is made from it: the same pixels and
two more rounds of that channel, each pixel times 1 + 5 % of normal noise. Both are run by the
workflow itself. The last line is JSON:

`found`        whether the three rounds, and nothing else, were found and named as one group
`single`       use of the channel on the first plate: mean over seeds, R², with its interval
`joint`        joint use of the three rounds on the second plate
`alone`        sum of the uses of the three rounds, permuted one at a time
`agrees`       whether the intervals of `single` and `joint` overlap
`r2_single`, `r2_joint`   of the two networks, mean over seeds, cells asked

    python benchmarks/duplicates.py [--wells 16] [--nuclei 100] [--epochs 20] [--seeds 1]
        [--cores 2] [--folder FOLDER]

Both studies are made in FOLDER; without it in a temporary folder.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import yaml

from nascent.explain.use.loss import EACH
from nascent.files import read_table, write_table
from nascent.kinds.cells.commands import well_names
from nascent.kinds.cells.simulate.options import Simulation
from nascent.kinds.cells.simulate.plate import simulate_plate

ROOT = Path(__file__).parent.parent
CHANNELS = ["00_DAPI", "15_SON", "21_NCL", "11_PML", "00_EU"]
REPEATED, ROUNDS = "15_SON", ("15_SON_round_2", "15_SON_round_3")
NOISE = 0.05
MODEL = "simple_cnn"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wells", type=int, default=16)
    options.add_argument("--nuclei", type=int, default=100)
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("--cores", type=int, default=2)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    if chosen.folder is not None:
        print(json.dumps(measured(chosen, chosen.folder)))
        return
    with TemporaryDirectory() as folder:
        print(json.dumps(measured(chosen, Path(folder))))


def measured(chosen: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Run both studies in a folder and return what is printed."""
    plates = {"single": folder / "single", "joint": folder / "joint"}
    if not plates["joint"].is_dir():
        simulate(plates["single"], chosen)
        repeat(plates["single"], plates["joint"])
    uses, groups = {}, {}
    for name, plate in plates.items():
        run(folder, name, plate, chosen)
        made = folder / "results" / name / "explain"
        uses[name] = permuted(read_table(made / "use.tsv"))
        groups[name] = read_table(made / "channel_groups.tsv")
    single = use_of(uses["single"], "channel", REPEATED)
    (group,) = groups["joint"]["group"].unique()
    joint = use_of(uses["joint"], "group", group)
    alone = sum(use_of(uses["joint"], "channel", name)["use"] for name in (REPEATED, *ROUNDS))
    return {
        "found": groups["single"].empty and set(groups["joint"]["channel"]) == {REPEATED, *ROUNDS},
        "named": group,
        "single": single,
        "joint": joint,
        "alone": alone,
        "agrees": single["low"] <= joint["high"] and joint["low"] <= single["high"],
        "r2_single": float(uses["single"]["skill"].mean()),
        "r2_joint": float(uses["joint"]["skill"].mean()),
    }


def simulate(plate: Path, chosen: argparse.Namespace) -> None:
    """Simulate the plate with one round of every channel."""
    wells = pd.DataFrame(
        {"plate": "plate", "well": well_names(chosen.wells), "perturbation": "normal"}
    )
    simulate_plate(
        plate,
        wells,
        Simulation(
            nuclei=chosen.nuclei,
            channels=CHANNELS,
            truth="structure",
            mean_area=1080,
            noise=0.05,
            layout="numpy",
        ),
        jobs=chosen.cores,
    )
    write_table(wells[["plate", "well"]].assign(path=wells["well"]), plate / "wells.tsv")


def repeat(plate: Path, other: Path) -> None:
    """Copy a plate, with two more noisy rounds of one channel before the target."""
    shutil.copytree(plate, other)
    for number, file in enumerate(sorted(other.glob("*/mpp.npy"))):
        stream = np.random.default_rng((7, number))
        counts = np.load(file)
        column = counts[:, CHANNELS.index(REPEATED), None]
        noisy = column * (1 + NOISE * stream.standard_normal((len(counts), len(ROUNDS))))
        rounds = np.rint(np.maximum(noisy, 0)).astype(counts.dtype)
        np.save(file, np.hstack([counts[:, :-1], rounds, counts[:, -1:]]))
        names = pd.Series([*CHANNELS[:-1], *ROUNDS, CHANNELS[-1]])
        names.to_csv(file.parent / "channels.csv", header=False)


def run(folder: Path, name: str, plate: Path, chosen: argparse.Namespace) -> None:
    """Train and ask what is used of each channel."""
    study = {
        "study": name,
        "data": str(plate),
        "wells": str(plate / "wells.tsv"),
        "crops": {"size": 64},
        "target": {"channel": "00_EU"},
        "splits": {"by": "group", "fractions": {"train": 0.6, "val": 0.15, "test": 0.25}},
        "shards": {"normalise": {"clip": 99.8, "z_score": True}},
        "train": {
            "defaults": {
                "epochs": chosen.epochs,
                "batch_size": 32,
                "learning_rate": 0.001,
                "schedule": "cosine",
                "seeds": list(range(1, chosen.seeds + 1)),
            },
            "models": {MODEL: {}},
        },
    }
    config = folder / f"{name}.yaml"
    config.write_text(yaml.safe_dump(study))
    command = [
        *(sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"),
        *("--directory", folder, "--configfile", config, "--cores", str(chosen.cores), "--quiet"),
        *("--", f"results/{name}/explain/use.tsv", f"results/{name}/explain/channel_groups.tsv"),
    ]
    subprocess.run(list(map(str, command)), check=True, cwd=ROOT, stdout=sys.stderr)


def permuted(use: pd.DataFrame) -> pd.DataFrame:
    """Return what is lost, in the mean over seeds, where channels are permuted between cells."""
    return use[(use["change"] == "permuted") & (use["seed"] == EACH)]


def use_of(table: pd.DataFrame, unit: str, name: str) -> dict[str, float]:
    """Return use and its interval of one channel or group."""
    (row,) = table[(table["unit"] == unit) & (table["channel"] == name)].to_dict("records")
    return {name: float(row[name]) for name in ("use", "low", "high")}


if __name__ == "__main__":
    main()
