"""The folds of a study: each is one way to divide its examples into train, val and test."""

from dataclasses import dataclass

import pandas as pd

from nascent.config.sections import Study
from nascent.errors import ConfigError
from nascent.examples import GROUP
from nascent.splits.fractions import SPLITS
from nascent.splits.groups import find_group


@dataclass(frozen=True)
class Fold:
    """One fold of a design.

    Attributes
    ----------
    name
        Of its folders: the design's own name, or `without_<group>`.
    design
        `example`, `group`, `leave_one_group_out` or `shuffle`.
    group
        The group that tests; None where no one group is named.
    """

    name: str
    design: str
    group: str | None = None


def study_folds(study: Study, parts: pd.DataFrame) -> dict[str, Fold]:
    """Return the folds of all designs by name; the first is the one that is explained.

    Parameters
    ----------
    study
        The checked config.
    parts
        The table of its raw data, a row a part, by name; a column of the groups, where a part is
        of one group.

    Raises
    ------
    ConfigError
        Where whole groups are held out and there are too few, they are not known, or the folders of
        two would have one name.
    SplitError
        Where the group that tests is not among the groups.
    """
    column = study.splits.group or GROUP
    groups = None if column not in parts else parts[column].dropna().astype(str).drop_duplicates()
    folds = []
    for design in study.splits.designs:
        if design == "leave_one_group_out":
            folds += _one_a_group(study, groups)
        else:
            folds.append(Fold(design, design))
        least = {"group": len(SPLITS), "leave_one_group_out": 2}.get(design, 1)
        if groups is not None and len(groups) < least:
            raise ConfigError(
                f"{design} needs at least {least} groups, there are {len(groups)}",
                where="splits.by",
                mend="Split by example.",
            )
    return {fold.name: fold for fold in folds}


def _one_a_group(study: Study, groups: pd.Series | None) -> list[Fold]:
    if groups is None:
        raise ConfigError(
            "which groups there are is not known before the first job: none can be left out",
            where="splits.by",
            mend="Split by group.",
        )
    if study.splits.fold is not None:
        groups = groups[groups == find_group(groups, study.splits.fold)]
    folds: dict[str, Fold] = {}
    for group in groups:
        name = f"without_{group.replace('/', '_')}"
        if name in folds:
            raise ConfigError(
                f"the groups {folds[name].group!r} and {group!r} would share the folder {name!r}",
                where="splits.by",
                mend="Rename one of them, or split by group.",
            )
        folds[name] = Fold(name, "leave_one_group_out", group)
    return list(folds.values())
