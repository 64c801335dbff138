"""One family of errors: each says what is wrong, where, and how to mend it."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class NascentError(Exception):
    """Something a user can mend.

    Parameters
    ----------
    what
        What is wrong, as a clause without a full stop.
    where
        The file, with column, row or key where known.
    mend
        What to do about it, as a sentence.
    """

    def __init__(
        self, what: str, *, where: str | Path | None = None, mend: str | None = None
    ) -> None:
        self.what, self.where, self.mend = what, where, mend
        place = f"{where}: " if where is not None else ""
        cure = f" {mend}" if mend else ""
        super().__init__(f"{place}{what.rstrip('.')}.{cure}")

    def __reduce__(self) -> tuple:
        # Exceptions cross process borders by their constructor's positional arguments.
        return (_rebuild, (type(self), self.what, self.where, self.mend))


def _rebuild(kind: type[NascentError], what: str, where: str, mend: str) -> NascentError:
    return kind(what, where=where, mend=mend)


class ConfigError(NascentError):
    """A study's config or wells table is wrong."""


class RawDataError(NascentError):
    """A raw well or a plate table is wrong."""


class ExampleError(NascentError):
    """What an example is made of is described wrongly."""


class StoreError(NascentError):
    """A store, shard or map file is wrong."""


class SplitError(NascentError):
    """The examples cannot be split as asked."""


class TrainError(NascentError):
    """A model cannot be built or trained as asked."""


class AttributionError(NascentError):
    """A model cannot be explained as asked."""


class ResultError(NascentError):
    """A result was changed after its job made it."""


class DeviceError(NascentError):
    """A job asks for a GPU that is not there."""


class OutputError(NascentError):
    """A result cannot be written: the disk is full, or the folder is closed to us."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate spelt most like `word`, or None where none is close."""
    folded = {candidate.casefold(): candidate for candidate in candidates}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.5)
    return folded[close[0]] if close else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return a sentence that names the nearest candidate, or all of them where none is near."""
    known = list(candidates)
    close = nearest(word, known)
    if close is not None:
        return f"Did you mean {close!r}?"
    return f"Known: {', '.join(known)}." if known else "There are none to choose from."
