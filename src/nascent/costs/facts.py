"""How large a study is: what its config, its wells and its own results say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent import provenance
from nascent.config.channels import input_channels, model_channels
from nascent.config.checks import check_study
from nascent.config.folds import Fold
from nascent.config.sections import Study
from nascent.errors import NascentError
from nascent.files import read_table
from nascent.kinds.cells.crops.wells import beside, read_metadata
from nascent.splits.fractions import SPLITS, largest_remainder

Cells = dict[str, int]  # split → cells


@dataclass(frozen=True)
class Facts:
    """What drives the cost of a study's jobs.

    Attributes
    ----------
    study
        The checked config.
    channels
        Names of the channels of its crops.
    nuclei
        Well, as paths of results name it → nuclei before quality control.
    cells
        Fold → cells of each split; the fold that is explained comes first.
    """

    study: Study
    channels: tuple[str, ...]
    nuclei: Mapping[str, int]
    cells: Mapping[str, Cells]

    @property
    def explained_fold(self) -> str:
        """The fold whose models are explained."""
        return next(iter(self.cells))

    def inputs(self, model: str) -> int:
        """Return how many channels a model sees."""
        seen = input_channels(self.study, list(self.channels))
        return len(model_channels(self.study, model, seen))

    def plain(self) -> dict[str, Any]:
        """Return the facts as JSON-able values."""
        return {
            "study": self.study.plain(),
            "channels": list(self.channels),
            "nuclei": dict(self.nuclei),
            "cells": {fold: dict(cells) for fold, cells in self.cells.items()},
        }


def facts_of(plain: Mapping[str, Any]) -> Facts:
    """Return the facts that `Facts.plain` gave."""
    study = check_study(plain["study"], where="the plan")
    return Facts(study, tuple(plain["channels"]), plain["nuclei"], plain["cells"])


def nuclei_of_wells(study: Study, wells: pd.DataFrame) -> dict[str, int]:
    """Return how many nuclei each raw well has: those simulated, or the rows of its metadata.

    Parameters
    ----------
    study
        The checked config.
    wells
        The wells table, see `nascent.config.read_wells`.

    Raises
    ------
    RawDataError
        Where the metadata of a measured well cannot be read.
    """
    if study.simulate is not None:
        return dict.fromkeys(wells.index, study.simulate.nuclei)
    places = {name: Path(study.data) / path for name, path in wells["path"].items()}
    return {
        name: len(read_metadata(beside(place, "metadata.csv"))) for name, place in places.items()
    }


def expected_cells(study: Study, fold: Fold, nuclei: Mapping[str, int]) -> Cells:
    """Return how many cells each split of a fold will have, if quality control removes none.

    By well, whole wells make up splits of about these sizes.
    """
    shares = study.splits.fractions.model_dump()
    total = sum(nuclei.values())
    if fold.design == "leave_one_well_out":
        test = nuclei[fold.name.removeprefix("without_")]
        train = round((total - test) * shares["train"] / (shares["train"] + shares["val"]))
        return {"train": train, "val": total - test - train, "test": test}
    parts = largest_remainder(total, np.array([shares[split] for split in SPLITS]))
    return dict(zip(SPLITS, map(int, parts), strict=True))


def counted_cells(splits: str | Path) -> Cells:
    """Return how many cells each split has, by its table."""
    counts = read_table(splits, required=("split",))["split"].value_counts()
    return {split: int(counts.get(split, 0)) for split in SPLITS}


def facts_of_results(results: str | Path) -> Facts | None:
    """Return the facts of a study that has run, or None where its results no longer tell them.

    Its config is that which its own costs were summed up with.

    Parameters
    ----------
    results
        Folder of the study's results.
    """
    results = Path(results)
    try:
        config = (provenance.read(results / "report" / "costs.tsv") or {})["config"]["study"]
        study = check_study(config, where=results)
        folds = sorted(results.glob("splits/*/splits.tsv"))
        cells = {path.parent.name: counted_cells(path) for path in folds}
        first = _first(list(cells), study)
        channels = read_table(results / "shards" / first / "channels.tsv")["channel"]
        nuclei = _nuclei_of_results(results)
    except (OSError, KeyError, IndexError, NascentError):
        return None
    ordered = {fold: cells[fold] for fold in [first, *(each for each in cells if each != first)]}
    return Facts(study, tuple(map(str, channels)), nuclei, ordered)


def _first(folds: Sequence[str], study: Study) -> str:
    design = study.splits.designs[0]
    begins = "without_" if design == "leave_one_well_out" else design
    return next(fold for fold in [*folds, ""] if fold.startswith(begins) or not fold)


def _nuclei_of_results(results: Path) -> dict[str, int]:
    table = read_table(results / "crops" / "quality.tsv", required=("step", "cells_in"))
    whole = table[table["step"] == "all"]
    return dict(
        zip(whole["plate"] + "_" + whole["well"], whole["cells_in"].astype(int), strict=True)
    )
