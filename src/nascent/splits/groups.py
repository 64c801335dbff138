"""Groups: what is held out and resampled whole, such as the wells of plates."""

from collections.abc import Iterable

import pandas as pd

from nascent.errors import SplitError, did_you_mean
from nascent.examples import GROUP


def with_groups(examples: pd.DataFrame, column: str | None) -> pd.DataFrame:
    """Return the table of all examples with the groups that a study chooses.

    Parameters
    ----------
    examples
        The table, with the groups that examples of their kind have.
    column
        Whose values are the groups instead; None: the groups stay.

    Raises
    ------
    SplitError
        Where there is no such column (the nearest is named), or an example has no value in it.
    """
    if column is None:
        return examples
    if column not in examples.columns:
        raise SplitError(
            f"the table of examples has no column {column!r}",
            where="splits.group",
            mend=did_you_mean(column, map(str, examples.columns)),
        )
    missing = examples[column].isna()
    if missing.any():
        raise SplitError(
            f"{missing.sum()} examples have no {column}, the first is {examples.index[missing][0]}:"
            " they belong to no group",
            where="splits.group",
            mend="Name a column in which every example has a value.",
        )
    return examples.assign(**{GROUP: examples[column].astype(str)})


def find_group(groups: Iterable[str], fold: str | None) -> str:
    """Return the group that `fold` names: by its name, or by its end where one alone ends so.

    Raises
    ------
    SplitError
        Where no group is named, none has that name, or several do.
    """
    names = sorted(set(groups))
    if fold is None:
        raise SplitError(
            "the group to leave out is not named",
            where="splits.fold",
            mend=f"Name one of {', '.join(names)}.",
        )
    if fold in names:
        return fold
    ending = [name for name in names if name.endswith(f"/{fold}")]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise SplitError(
            f"several groups are called {fold!r}",
            where="splits.fold",
            mend=f"Name one of {', '.join(ending)}.",
        )
    raise SplitError(
        f"there is no group {fold!r}", where="splits.fold", mend=did_you_mean(fold, names)
    )
