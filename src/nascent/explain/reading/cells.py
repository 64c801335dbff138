"""The examples of an explanation: their maps beside the pixels that the model saw."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np

from nascent.attribute.inputs import CellBatch
from nascent.attribute.maps import Maps, open_maps
from nascent.errors import AttributionError
from nascent.provenance import file_digest
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import read_example, read_others
from nascent.store import Store, open_store
from nascent.words import spoken


@dataclass(frozen=True)
class ExplainedCell:
    """One example as the model saw it, and its map: the image is the explained input.

    Attributes
    ----------
    id
    image : (places …, C) float32
        Normalised, zero where not measured.
    mask : (places …) bool
        Where the image was measured.
    map : (places …, K) float32
        In units of the prediction.
    prediction, prediction_baseline : float
        The model's output at the image and at the baseline.
    others : dict
        What else the model is given, by name.
    outline : (places …) bool or None
        Where the object lies, where that is not where the image was measured.
    """

    id: Hashable
    image: np.ndarray
    mask: np.ndarray
    map: np.ndarray
    prediction: float
    prediction_baseline: float
    others: Mapping[str, np.ndarray] = field(default_factory=dict)
    outline: np.ndarray | None = None

    @property
    def object(self) -> np.ndarray:
        """Where the object lies, (places …) bool."""
        return self.mask if self.outline is None else self.outline


def batch_of(cells: Sequence[ExplainedCell]) -> CellBatch:
    """Return examples as methods take them."""
    return CellBatch(
        np.stack([cell.image for cell in cells]),
        np.stack([cell.mask for cell in cells]),
        [cell.id for cell in cells],
        {name: np.stack([cell.others[name] for cell in cells]) for name in cells[0].others},
    )


def explained_cells(
    map_paths: Sequence[str | Path],
    shard_paths: Sequence[str | Path],
    reader: Reader | InputReader | Normaliser,
    *,
    chosen: Collection[Hashable] | None = None,
    name: str | None = None,
) -> Iterator[ExplainedCell]:
    """Yield the examples of map files with their pixels, one in memory at a time.

    Parameters
    ----------
    map_paths, shard_paths
        Map files, and for each the shard that it was made from.
    reader
        From the shards' examples to the model's inputs.
    chosen
        Ids of the examples that are wanted; None for all.
    name
        Of the input whose maps are read; None for the first.

    Raises
    ------
    AttributionError
        Where maps were made from another shard than the one given, or a chosen example is in none.
    """
    left = None if chosen is None else set(chosen)
    for map_path, shard_path in zip(map_paths, shard_paths, strict=True):
        with open_maps(map_path, name) as maps, open_store(shard_path) as shard:
            _refuse_other_shard(maps, shard)
            readers = reader_of(reader, [shard_path])
            readers.refuse_other(shard)
            for index, example_id in enumerate(maps.ids):
                if left is not None and example_id not in left:
                    continue
                if left is not None:
                    left.discard(example_id)
                yield _cell(maps, shard, readers, index)
    if left:
        raise AttributionError(
            f"{len(left)} of the chosen {spoken().examples} have no map, one of them is"
            f" {sorted(left)[0]}",
            where=", ".join(map(str, map_paths)),
            mend=f"Choose among the {spoken().examples} of the splits that are explained.",
        )


class CellReader:
    """Examples of map files with their pixels, read when they are asked for; use it in a `with`.

    Parameters
    ----------
    map_paths, shard_paths, reader
        See `explained_cells`.
    recent
        Examples kept in memory, those asked for last.

    Attributes
    ----------
    ids : list
        Of all files, in their order.
    """

    def __init__(
        self,
        map_paths: Sequence[str | Path],
        shard_paths: Sequence[str | Path],
        reader: Reader | InputReader | Normaliser,
        *,
        recent: int = 1,
    ) -> None:
        self._reader, self._stack = reader_of(reader, shard_paths), ExitStack()
        self._places: dict[Hashable, tuple[int, int]] = {}
        self._paths = list(zip(map_paths, shard_paths, strict=True))
        for file, (map_path, _) in enumerate(self._paths):
            with open_maps(map_path) as maps:
                for index, example_id in enumerate(maps.ids):
                    self._places[example_id] = file, index
        self.ids: list[Hashable] = list(self._places)
        self._files: dict[int, tuple[Maps, Store]] = {}
        self._recent = lru_cache(maxsize=recent)(self._read)

    def __getitem__(self, example_id: Hashable) -> ExplainedCell:
        """Return an example.

        Raises
        ------
        AttributionError
            Where its map was made from another shard than the one given.
        """
        return self._recent(example_id)

    def _read(self, example_id: Hashable) -> ExplainedCell:
        file, index = self._places[example_id]
        if file not in self._files:
            map_path, shard_path = self._paths[file]
            maps = self._stack.enter_context(open_maps(map_path))
            shard = self._stack.enter_context(open_store(shard_path))
            _refuse_other_shard(maps, shard)
            self._reader.refuse_other(shard)
            self._files[file] = maps, shard
        return _cell(*self._files[file], self._reader, index)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._recent.cache_clear()
        self._stack.close()


def choose_cells(ids: Sequence[Hashable], count: int, seed: int) -> list[Hashable]:
    """Return up to `count` of the examples, drawn without replacement, in the order they came."""
    if len(ids) <= count:
        return list(ids)
    drawn = np.random.default_rng(seed).choice(len(ids), count, replace=False)
    return [ids[index] for index in sorted(drawn)]


def _refuse_other_shard(maps: Maps, shard: Store) -> None:
    if maps.source.shard_sha256 != file_digest(shard.path):
        raise AttributionError(
            f"these maps were made from another shard than {shard.path}",
            where=maps.path,
            mend="Delete them and run again: they will be made from this shard.",
        )


def _cell(maps: Maps, shard: Store, reader: Reader, index: int) -> ExplainedCell:
    image, mask = read_example(shard, reader.input(maps.source.input), index)
    row = maps.cells.iloc[index]
    return ExplainedCell(
        maps.ids[index],
        image,
        mask,
        maps[index],
        float(row["prediction"]),
        float(row["prediction_baseline"]),
        {
            name: values[0]
            for name, values in read_others(
                shard, reader, [index], explained=maps.source.input
            ).items()
        },
        maps.object(index) if maps.has_objects else None,
    )
