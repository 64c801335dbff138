"""Normalised batches of shards, for any framework.

Shuffled order: the shards come in a random order; as many neighbours in it as hold `POOL` cells are
pooled, and their cells come in a random order. A cell's chunk is read alone, so this costs no more
than reading straight through, only a few files are open at a time, and since shards hold their
split's cells in random order already, a pool is a random sample of the split.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import StoreError, did_you_mean
from nascent.shards.memory import Arena
from nascent.shards.normalise import Normaliser
from nascent.shards.removal import level_out
from nascent.shards.removal_file import Removals, opened
from nascent.store import Store, open_store

POOL = 2048


def read_split(
    paths: Sequence[str | Path],
    normaliser: Normaliser,
    *,
    batch_size: int = 64,
    seed: int | None = None,
    epoch: int = 0,
    target: str = "target",
) -> Iterator[dict[str, np.ndarray]]:
    """Yield one pass over the cells of shards, see `Batches`."""
    return Batches(paths, normaliser, batch_size=batch_size, seed=seed, target=target).read(epoch)


class Batches:
    """The cells of one or many shards in batches.

    Parameters
    ----------
    paths
        Shards or crop stores of one channel list and crop size.
    normaliser
        From counts as measured to the input of a model.
    batch_size
        Cells a batch; the last holds the rest.
    seed
        With the epoch it gives the order; None keeps the cells as they lie.
    target
        Column of the cell table.
    removal
        File of the entries that are taken out of the normalised crops, see
        `nascent.shards.removal_file`; None for none.
    instead
        Columns that stand in the place of those of the cell table, or beside them; the index is
        `cell_id`. None leaves the table as it is.

    Attributes
    ----------
    cells : pandas.DataFrame
        The cell tables of all shards, as they lie.

    Raises
    ------
    StoreError
        Where a shard's channels are not those of the normaliser, a table lacks the target, or a
        cell is missing in `removal` or `instead`.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        normaliser: Normaliser,
        *,
        batch_size: int = 64,
        seed: int | None = None,
        target: str = "target",
        removal: str | Path | None = None,
        instead: pd.DataFrame | None = None,
    ) -> None:
        self.paths = [Path(path) for path in paths]
        self.normaliser, self.batch_size, self.seed = normaliser, batch_size, seed
        self.removal = removal
        tables = _cell_tables(self.paths, normaliser, target)
        self.cells = pd.concat(tables) if tables else pd.DataFrame()
        if instead is not None:
            self.cells = _with_columns(self.cells, instead)
        counts = [len(table) for table in tables]
        self._shard = np.repeat(np.arange(len(counts)), counts)
        self._row = np.concatenate([np.arange(count) for count in counts] or [[]])
        self._target = (
            self.cells[target].to_numpy(np.float64) if tables else np.empty(0, np.float64)
        )
        self._arena = Arena()
        with opened(removal) as removals:
            if removals is not None:
                removals.refuse_other_channels(normaliser.inputs)
                self._removed = removals.rows(self.cells.index)

    def __len__(self) -> int:
        """Return the number of batches of a pass."""
        return -(-len(self._row) // self.batch_size)

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        return self.read(0)

    def read(self, epoch: int = 0) -> Iterator[dict[str, np.ndarray]]:
        """Yield the batches of one pass.

        Yields
        ------
        dict
            `image` (n, S, S, C) float32, zero where not measured; `mask` (n, S, S) bool; `cell_id`
            (n,); `target` (n,) float64.
        """
        order = self.order(epoch)
        stores: dict[int, Store] = {}
        try:
            with opened(self.removal) as removals:
                for first in range(0, len(order), self.batch_size):
                    # Nothing here keeps a batch that was handed out: its memory comes back.
                    yield self._batch(order[first : first + self.batch_size], stores, removals)
        finally:
            for store in stores.values():
                store.close()

    def order(self, epoch: int = 0) -> np.ndarray:
        """Return the positions in `cells` in the order in which a pass reads them."""
        if self.seed is None:
            return np.arange(len(self._row))
        generator = np.random.default_rng([self.seed, epoch])
        order, pool, pooled = [], [], 0
        for shard in generator.permutation(len(self.paths)):
            pool.append(np.flatnonzero(self._shard == shard))
            pooled += len(pool[-1])
            if pooled >= POOL:
                order.append(generator.permutation(np.concatenate(pool)))
                pool, pooled = [], 0
        if pool:
            order.append(generator.permutation(np.concatenate(pool)))
        return np.concatenate(order) if order else np.empty(0, np.int64)

    def _batch(
        self, positions: np.ndarray, stores: dict[int, Store], removals: Removals | None
    ) -> dict[str, np.ndarray]:
        wanted = {int(shard) for shard in self._shard[positions]}
        for shard in set(stores) - wanted:
            stores.pop(shard).close()
        for shard in wanted - set(stores):
            stores[shard] = open_store(self.paths[shard])

        one = stores[min(wanted)]
        frame = (len(positions), one.size, one.size)
        images = self._arena.empty((*frame, len(self.normaliser.inputs)), np.float32)
        masks = np.empty(frame, bool)
        counts = np.empty((*frame[1:], len(one.channels)), one.dtype)
        for place, position in enumerate(positions):
            store = stores[int(self._shard[position])]
            store.read_into(int(self._row[position]), counts, masks[place])
            self.normaliser.into(counts, masks[place], images[place])
            if removals is not None:
                removed = removals.of(int(self._removed[position]), masks[place])
                level_out(images[place], masks[place], removed)
        return {
            "image": images,
            "mask": masks,
            "cell_id": self.cells.index.to_numpy()[positions],
            "target": self._target[positions],
        }


def _cell_tables(paths: Sequence[Path], normaliser: Normaliser, target: str) -> list[pd.DataFrame]:
    tables, formats = [], {}
    for path in paths:
        with open_store(path) as store:
            normaliser.refuse_other_channels(store.channels, path)
            if target not in store.cells.columns:
                raise StoreError(
                    f"the cell table has no column {target!r}",
                    where=path,
                    mend=did_you_mean(target, store.cells.columns),
                )
            formats[store.size, store.dtype] = path.name
            tables.append(store.cells)
    if len(formats) > 1:
        raise StoreError(
            f"the crops of {' and '.join(formats.values())} differ in size or dtype",
            mend="Read together only what was written for one study.",
        )
    return tables


def _with_columns(cells: pd.DataFrame, instead: pd.DataFrame) -> pd.DataFrame:
    """Return the cell table with columns of another one; ids are compared as text."""
    rows = pd.Index(instead.index.astype(str)).get_indexer(cells.index.astype(str))
    if (rows < 0).any():
        raise StoreError(
            f"the columns to take instead lack {int((rows < 0).sum())} cells, the first is"
            f" {cells.index[int(np.argmax(rows < 0))]}",
            mend="Make them from the same shards.",
        )
    taken = {column: values.to_numpy()[rows] for column, values in instead.items()}
    return cells.assign(**taken)
