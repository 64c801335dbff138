"""How large a study is: what its config, its raw data and its own results say of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from nascent import provenance
from nascent.config.channels import model_features
from nascent.config.checks import check_study
from nascent.config.folds import Fold
from nascent.config.sections import Study
from nascent.errors import NascentError
from nascent.files import read_table
from nascent.kind import module_of
from nascent.splits.fractions import SPLITS, largest_remainder

Cells = dict[str, int]  # split → examples


@dataclass(frozen=True)
class Facts:
    """What drives the cost of a study's jobs.

    Attributes
    ----------
    study
        The checked config.
    features
        Names of what is stored at each place of an example.
    raw
        Part of the raw data, as paths of results name it → examples before quality control.
    cells
        Fold → examples of each split; the fold that is explained comes first.
    """

    study: Study
    features: tuple[str, ...]
    raw: Mapping[str, int]
    cells: Mapping[str, Cells]

    @property
    def explained_fold(self) -> str:
        """The fold whose models are explained."""
        return next(iter(self.cells))

    def inputs(self, model: str) -> int:
        """Return how many features a model sees."""
        inputs = self._parts.inputs(self.study, self.features)
        return sum(map(len, model_features(self.study, model, inputs).values()))

    @property
    def pixels(self) -> int:
        """How many places an example has."""
        return math.prod(self.study.places)

    @property
    def stored_bytes(self) -> int:
        """Bytes of an example in a store, without compression."""
        return self._parts.stored_bytes(self.study, self.features)

    @property
    def _parts(self) -> ModuleType:
        return module_of(self.study.kind, "parts")

    def plain(self) -> dict[str, Any]:
        """Return the facts as JSON-able values."""
        return {
            "study": self.study.plain(),
            "features": list(self.features),
            "raw": dict(self.raw),
            "cells": {fold: dict(cells) for fold, cells in self.cells.items()},
        }


def facts_of(plain: Mapping[str, Any]) -> Facts:
    """Return the facts that `Facts.plain` gave."""
    study = check_study(plain["study"], where="the plan")
    return Facts(study, tuple(plain["features"]), plain["raw"], plain["cells"])


def expected_cells(study: Study, fold: Fold, raw: Mapping[str, int]) -> Cells:
    """Return how many examples each split of a fold will have, if quality control removes none.

    By group, whole groups make up splits of about these sizes.
    """
    shares = study.splits.fractions.model_dump()
    total = sum(raw.values())
    if fold.design == "leave_one_group_out":
        test = raw.get(fold.name.removeprefix("without_"), total // max(len(raw), 1))
        train = round((total - test) * shares["train"] / (shares["train"] + shares["val"]))
        return {"train": train, "val": total - test - train, "test": test}
    parts = largest_remainder(total, np.array([shares[split] for split in SPLITS]))
    return dict(zip(SPLITS, map(int, parts), strict=True))


def counted_cells(splits: str | Path) -> Cells:
    """Return how many examples each split has, by its table."""
    counts = read_table(splits, required=("split",))["split"].value_counts()
    return {split: int(counts.get(split, 0)) for split in SPLITS}


def facts_of_results(results: str | Path) -> Facts | None:
    """Return the facts of a study that has run, or None where its results no longer tell them.

    Its config and features are those which its own costs were summed up with.

    Parameters
    ----------
    results
        Folder of the study's results.
    """
    results = Path(results)
    try:
        record = (provenance.read(results / "report" / "costs.tsv") or {})["config"]
        study, features = check_study(record["study"], where=results), record["features"]
        folds = sorted(results.glob("splits/*/splits.tsv"))
        cells = {path.parent.name: counted_cells(path) for path in folds}
        first = _first(list(cells), study)
        raw = module_of(study.kind, "parts").counted(results)
        ordered = {
            each: cells[each] for each in [first, *(name for name in cells if name != first)]
        }
    except (OSError, KeyError, IndexError, NascentError):
        return None
    return Facts(study, tuple(features), raw, ordered)


def _first(folds: Sequence[str], study: Study) -> str:
    design = study.splits.designs[0]
    begins = "without_" if design == "leave_one_group_out" else design
    return next(fold for fold in [*folds, ""] if fold.startswith(begins) or not fold)
