"""The folds of a study: each is one way to divide its cells into train, val and test."""

from dataclasses import dataclass

import pandas as pd

from nascent.config.sections import Study
from nascent.errors import ConfigError
from nascent.splits.fractions import SPLITS
from nascent.splits.wells import find_well, well_labels


@dataclass(frozen=True)
class Fold:
    """One fold of a design.

    Attributes
    ----------
    name
        Of its folders: the design's own name, or `without_<plate>_<well>`.
    design
        `cell`, `well`, `leave_one_well_out` or `shuffle`.
    well
        Label of the well that tests, see `nascent.splits.wells`; None where no one well is named.
    """

    name: str
    design: str
    well: str | None = None


def study_folds(study: Study, wells: pd.DataFrame) -> dict[str, Fold]:
    """Return the folds of all designs by name; the first is the one that is explained.

    Parameters
    ----------
    study
        The checked config.
    wells
        The table of its raw data, a row a part, by name.

    Raises
    ------
    ConfigError
        Where whole wells are held out and there are too few.
    SplitError
        Where the well that tests is not among the wells.
    """
    folds = []
    for design in study.splits.designs:
        if design == "leave_one_well_out":
            folds += _one_a_well(study, wells)
        else:
            folds.append(Fold(design, design))
        least = {"well": len(SPLITS), "leave_one_well_out": 2}.get(design, 1)
        if len(wells) < least:
            raise ConfigError(
                f"{design} needs at least {least} wells, there are {len(wells)}",
                where="splits.by",
                mend="Split by cell.",
            )
    return {fold.name: fold for fold in folds}


def _one_a_well(study: Study, wells: pd.DataFrame) -> list[Fold]:
    labels = well_labels(wells)
    if study.splits.fold is not None:
        chosen = find_well(wells, study.splits.fold)
        labels = labels[labels == chosen]
    return [Fold(f"without_{name}", "leave_one_well_out", label) for name, label in labels.items()]
