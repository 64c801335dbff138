"""Where the examples of a study lie: each in the store of its part of the raw data."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from nascent import integrity
from nascent.errors import StoreError, nearest
from nascent.kind import Words
from nascent.store import Store, open_store


class Finder:
    """Finds examples by their ids.

    Parameters
    ----------
    folder
        Of the stores, `results/<study>/crops` of cells.
    parts
        Part of the raw data that each example is from; the index is `id`.
    words
        What the study calls its examples.
    """

    def __init__(self, folder: Path, parts: pd.Series, words: Words) -> None:
        self._folder, self._words = folder, words
        self._parts: Mapping[str, str] = dict(
            zip(parts.index.astype(str), parts.astype(str), strict=True)
        )
        self._rows: dict[str, dict[str, int]] = {}

    def stores(self, ids: Sequence[Hashable]) -> dict[Path, list[int]]:
        """Return store → rows of the examples in it, in the order of the ids.

        Raises
        ------
        StoreError
            Where there is no such example; the nearest id is named.
        ResultError
            Where a store was changed since it was made.
        """
        found: dict[Path, list[int]] = {}
        for example_id in ids:
            part = self._part(example_id)
            found.setdefault(self._path(part), []).append(self._rows_of(part)[str(example_id)])
        return found

    @contextmanager
    def opened(self, example_id: Hashable) -> Iterator[tuple[Store, int]]:
        """Open the store of an example, and give its row there; errors as of `stores`."""
        ((path, (row,)),) = self.stores([example_id]).items()
        with open_store(path) as store:
            yield store, row

    def _part(self, example_id: Hashable) -> str:
        part = self._parts.get(str(example_id))
        if part is None:
            close = nearest(str(example_id), self._parts)
            raise StoreError(
                f"there is no {self._words.example} {example_id!r}",
                mend=f"Did you mean {close}?"
                if close
                else f"The {len(self._parts)} {self._words.examples} are in the table"
                f" study.{self._words.examples}.",
            )
        return part

    def _path(self, part: str) -> Path:
        return self._folder / f"{part}.h5"

    def _rows_of(self, part: str) -> dict[str, int]:
        if part not in self._rows:
            integrity.checked(self._path(part))
            with open_store(self._path(part)) as store:
                ids = store.columns([]).index.astype(str)
            self._rows[part] = {example_id: row for row, example_id in enumerate(ids)}
        return self._rows[part]
