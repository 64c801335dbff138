"""A small study for the shipped workflow: three simulated wells, one model, one map set."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
STUDY = {
    "study": "tiny",
    "wells": "wells.tsv",
    "simulate": {
        "nuclei": 40,
        "mean_area": 300,
        "channels": ["00_DAPI", "09_SRRM2", "15_SON", "00_EU"],
    },
    "crops": {"size": 32},
    "shards": {"cells": 64},
    "train": {"models": {"linear": {"learning_rate": 0.01, "epochs": 40, "batch_size": 8}}},
    "evaluate": {"bootstrap": 200},
    # The maps of each cell are written before the next one is begun.
    "attribute": {
        "methods": {"ig": {"method": "integrated_gradients", "steps": 200, "batch_size": 1}}
    },
    "explain": {"bootstrap": 200, "cells": 4, "untrained": {"models": 2, "cells": 1}},
}
SOME = (
    "results/tiny/evaluate/comparison.tsv",
    "results/tiny/attribute/linear/1/ig/test-00000.h5",
    "results/tiny/figures/comparison.png",
    "results/tiny/figures/learning.png",
)
MOST = (*SOME, "results/tiny/explain/channel_importance.tsv")
WELLS = "plate\twell\tperturbation\ntiny\tA01\tnormal\ntiny\tA02\tDMSO\ntiny\tA03\tnormal\n"


def write_study(folder: Path) -> tuple[str, ...]:
    """Write the study and return the arguments that run the shipped workflow on it."""
    folder.mkdir(exist_ok=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY))
    (folder / "wells.tsv").write_text(WELLS)
    return ("--snakefile", str(ROOT / "Snakefile"), "--configfile", "study.yaml")


def tables(folder: Path) -> dict[str, bytes]:
    """Return every table of a study, without those of its state: name → content."""
    results = folder / "results"
    tables = {path.relative_to(results): path for path in results.rglob("*.tsv")}
    kept = {name: path for name, path in tables.items() if ".state" not in name.parts}
    return {str(name): path.read_bytes() for name, path in kept.items()}
