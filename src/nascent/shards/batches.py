"""Normalised batches of shards, for any framework.

Two masks are told apart: where values were measured they are normalised and removed; the region of
the object is what a model pools over.

Shuffled order: the shards come in a random order; as many neighbours in it as hold `POOL` examples
are pooled, and their examples come in a random order. An example's chunk is read alone, so this
costs no more than reading straight through, only a few files are open at a time, and since shards
hold their split's examples in random order already, a pool is a random sample of the split.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import StoreError, did_you_mean
from nascent.examples import Batch, InputSpec, mask_inputs
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.memory import Arena
from nascent.shards.normalise import Normaliser
from nascent.shards.read import has_one_mask, object_path
from nascent.shards.removal import level_out
from nascent.shards.removal_file import Removals, opened
from nascent.store import Store, open_store
from nascent.store_layout import input_path, target_path, weight_path
from nascent.words import spoken

POOL = 2048


def read_split(
    paths: Sequence[str | Path],
    reader: Reader | Normaliser,
    *,
    batch_size: int = 64,
    seed: int | None = None,
    epoch: int = 0,
    target: str | None = "target",
) -> Iterator[Batch]:
    """Yield one pass over the examples of shards, see `Batches`."""
    return Batches(paths, reader, batch_size=batch_size, seed=seed, target=target).read(epoch)


class Batches:
    """The examples of one or many shards in batches.

    Parameters
    ----------
    paths
        Shards or stores of one list of inputs.
    reader
        From examples as they are on disk to the inputs of a model; a normaliser reads the first
        input alone, as an image.
    batch_size
        Examples a batch; the last holds the rest.
    seed
        With the epoch it gives the order; None keeps the examples as they lie.
    target
        Column of the table of examples, or a target that the shards hold as an array; None for
        none.
    removal
        File of the entries that are taken out of the normalised crops, see
        `nascent.shards.removal_file`; None for none.
    instead
        Columns that stand in the place of those of the table of examples, or beside them; the index
        is `id`. None leaves the table as it is.
    answers
        Columns of the table of examples: examples that have none of these are left out.

    Attributes
    ----------
    examples : pandas.DataFrame
        The tables of examples of all shards, as they lie.
    unanswered : int
        Examples that are left out because they have none of `answers`.
    reader : Reader
        What is read.

    Raises
    ------
    StoreError
        Where a shard's examples are unlike those of the reader, a table lacks the target, or a
        example is missing in `removal` or `instead`.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        reader: Reader | Normaliser,
        *,
        batch_size: int = 64,
        seed: int | None = None,
        target: str | None = "target",
        removal: str | Path | None = None,
        instead: pd.DataFrame | None = None,
        answers: Sequence[str] = (),
    ) -> None:
        self.paths = [Path(path) for path in paths]
        self.reader, self.batch_size, self.seed = reader_of(reader, self.paths), batch_size, seed
        self.removal = removal
        self.target = target
        tables, self._one_mask = _cell_tables(self.paths, self.reader, target)
        self.examples = pd.concat(tables) if tables else pd.DataFrame()
        if instead is not None:
            self.examples = _with_columns(self.examples, instead)
        counts = [len(table) for table in tables]
        self._shard = np.repeat(np.arange(len(counts)), counts)
        self._row = np.concatenate([np.arange(count) for count in counts] or [[]])
        self.unanswered = self._leave_out(answers)
        # None where the shards hold the target as an array.
        self._target = (
            self.examples[target].to_numpy(np.float64) if target in self.examples.columns else None
        )
        self._arenas = {one.spec.name: Arena() for one in self.reader.inputs}
        with opened(removal) as removals:
            if removals is not None:
                removals.refuse_other_channels(self.reader.specs[0].features)
                self._removed = removals.rows(self.examples.index)

    @property
    def one_mask(self) -> bool:
        """Whether the mask of the object is that of the measured values in every shard."""
        return all(self._one_mask.values())

    def __len__(self) -> int:
        """Return the number of batches of a pass."""
        return -(-len(self._row) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        return self.read(0)

    def read(self, epoch: int = 0) -> Iterator[Batch]:
        """Yield the batches of one pass.

        Yields
        ------
        Batch
            Inputs: each by its name, (n, …) float32, zero where not measured; and the masks of
            their objects, (n, places …) bool, see `nascent.examples.mask_inputs`. Targets: the one
            asked for, (n,) float64, or (n, …) where it is an array, with its weights where the
            shards have some.
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
        """Return the positions in `examples` in the order in which a pass reads them."""
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

    def _leave_out(self, answers: Sequence[str]) -> int:
        """Leave out examples that have none of these answers; return how many."""
        columns = [name for name in answers if name in self.examples.columns]
        if not columns:
            return 0
        kept = self.examples[columns].notna().any(axis=1).to_numpy()
        self.examples = self.examples[kept]
        self._shard, self._row = self._shard[kept], self._row[kept]
        return int((~kept).sum())

    def _batch(
        self, positions: np.ndarray, stores: dict[int, Store], removals: Removals | None
    ) -> Batch:
        wanted = {int(shard) for shard in self._shard[positions]}
        for shard in set(stores) - wanted:
            stores.pop(shard).close()
        for shard in wanted - set(stores):
            stores[shard] = open_store(self.paths[shard])

        rows = [(stores[int(self._shard[place])], int(self._row[place])) for place in positions]
        removed = None
        if removals is not None:
            removed = (removals, self._removed[positions])
        inputs: dict[str, np.ndarray] = {}
        for number, reader in enumerate(self.reader.inputs):
            inputs |= self._read_input(reader, rows, None if number else removed)
        ids = self.examples.index.to_numpy()[positions]
        if self.target is None:
            return Batch(inputs, {}, {}, ids)
        weighted = self.target in rows[0][0].layout.weights
        return Batch(
            inputs=inputs,
            targets={self.target: self._targets_of(positions, rows)},
            weights={self.target: _stacked(rows, weight_path(self.target))} if weighted else {},
            ids=ids,
        )

    def _read_input(
        self,
        reader: InputReader,
        rows: Sequence[tuple[Store, int]],
        removed: tuple[Removals, np.ndarray] | None,
    ) -> dict[str, np.ndarray]:
        """Return an input of some examples by its name, and the mask of its object by that."""
        spec, stored = reader.spec, reader.stored
        found = self._arenas[spec.name].empty((len(rows), *spec.shape), np.float32)
        mask = mask_inputs(self.reader.specs).get(spec.name)
        objects = np.ones((len(rows), *spec.places), bool) if mask else [None] * len(rows)
        values = np.empty(stored.shape, rows[0][0].layout.dtypes[stored.name])
        each = zip(rows, found, objects, strict=True)
        for place, ((store, row), out, region) in enumerate(each):
            store.array_into(input_path(stored.name), row, values)
            measured = self._read_masks(store, row, stored, region)
            reader.into(values, measured, out)
            if removed is not None:
                removals, entries = removed
                where = np.ones(spec.places, bool) if measured is None else measured
                level_out(out, where, removals.of(int(entries[place]), where))
        return {spec.name: found} | ({mask: objects} if mask else {})

    def _targets_of(self, positions: np.ndarray, rows: Sequence[tuple[Store, int]]) -> np.ndarray:
        if self._target is not None:
            return self._target[positions]
        return _stacked(rows, target_path(self.target))

    def _read_masks(
        self, store: Store, row: int, spec: InputSpec, out: np.ndarray | None
    ) -> np.ndarray | None:
        """Read the mask of the object into `out`; return where values were measured."""
        if out is None:
            return None
        store.array_into(object_path(spec), row, out)
        return out if self._one_mask[spec.name] else store.measured(row, spec.name)


def _stacked(rows: Sequence[tuple[Store, int]], path: str) -> np.ndarray:
    return np.stack([store.array(path, row) for store, row in rows])


def _cell_tables(
    paths: Sequence[Path], reader: Reader, target: str | None
) -> tuple[list[pd.DataFrame], dict[str, bool]]:
    """Return the tables of shards, and of which inputs the object is what was measured."""
    tables, formats = [], {}
    one_mask = dict.fromkeys((one.name for one in reader.specs), True)
    for path in paths:
        with open_store(path) as store:
            _refuse_unlike(store, reader, path, formats)
            arrays = [one.name for one in store.targets if one.column is None]
            if target is not None and target not in [*arrays, *store.examples.columns]:
                raise StoreError(
                    f"the {spoken().example} table has no column {target!r}",
                    where=path,
                    mend=did_you_mean(target, [*store.examples.columns, *arrays]),
                )
            tables.append(store.examples)
            for name in one_mask:
                one_mask[name] &= has_one_mask(store, store.input(name))
    return tables, one_mask


def _refuse_unlike(store: Store, reader: Reader, path: Path, formats: dict[tuple, str]) -> None:
    """Raise StoreError unless a shard is like those before it, of which `formats` is kept."""
    reader.refuse_other(store)
    formats[tuple(store.layout.dtypes[one.name] for one in reader.specs)] = path.name
    if len(formats) > 1:
        raise StoreError(
            f"the values of {' and '.join(formats.values())} differ in type",
            mend="Read together only what was written for one study.",
        )


def _with_columns(cells: pd.DataFrame, instead: pd.DataFrame) -> pd.DataFrame:
    """Return the table of examples with columns of another one; ids are compared as text."""
    rows = pd.Index(instead.index.astype(str)).get_indexer(cells.index.astype(str))
    if (rows < 0).any():
        raise StoreError(
            f"the columns to take instead lack {int((rows < 0).sum())} {spoken().examples}, the"
            f" first is {cells.index[int(np.argmax(rows < 0))]}",
            mend="Make them from the same shards.",
        )
    taken = {column: values.to_numpy()[rows] for column, values in instead.items()}
    return cells.assign(**taken)
