"""Groups: what is held out and resampled whole, such as the wells of plates."""

from collections.abc import Iterable

from nascent.errors import SplitError, did_you_mean


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
