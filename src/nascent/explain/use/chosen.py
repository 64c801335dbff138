"""The test examples that use is told of, read as a model sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.examples import mask_inputs
from nascent.explain.reading.cells import choose_cells
from nascent.input_names import features_of
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import read_example, read_object
from nascent.store import Store, open_store


@dataclass(frozen=True)
class SeenExample:
    """An example as a model sees it.

    Attributes
    ----------
    inputs : dict
        Name → (places …, C) float32.
    measured : dict
        Name of an input → (places …) bool.
    objects : dict
        Name of a mask, see `nascent.examples.mask_inputs` → (places …) bool.
    """

    inputs: Mapping[str, np.ndarray]
    measured: Mapping[str, np.ndarray]
    objects: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class SplitCells:
    """The examples that use is told of: the chosen ones, each in its place in a shard.

    Attributes
    ----------
    table : pandas.DataFrame
        id, group, y; in the order of the shards.
    places : list of (path, index)
        Of each example.
    reader : Reader
        Of the model.
    """

    table: pd.DataFrame
    places: Sequence[tuple[str | Path, int]]
    reader: Reader

    def __len__(self) -> int:
        return len(self.places)

    def read(self, number: int) -> SeenExample:
        """Return an example by its number."""
        path, index = self.places[number]
        masks = mask_inputs(self.reader.specs)
        inputs, measured, objects = {}, {}, {}
        with open_store(path) as shard:
            for one in self.reader.inputs:
                name = one.spec.name
                inputs[name], measured[name] = read_example(shard, one, index)
                if name in masks:
                    (objects[masks[name]],) = read_object(shard, one.stored, [index])
        return SeenExample(inputs, measured, objects)

    @property
    def features(self) -> dict[str, tuple[str, ...]]:
        """Input → its features, each with a name of its own."""
        return features_of(self.reader.specs)


def chosen_cells(
    shard_paths: Sequence[str | Path],
    reader: Reader | InputReader | Normaliser,
    *,
    target: str,
    cells: int,
    seed: int,
    level: str | None = None,
) -> SplitCells:
    """Choose up to `cells` examples of shards; those without a measured place or y are left out.

    Where the target holds classes, y is 1 in examples of the class `level` and 0 in others.
    """
    tables, places = [], []
    readers = reader_of(reader, shard_paths)
    for path in shard_paths:
        with open_store(path) as shard:
            readers.refuse_other(shard)
            answered = shard.columns([target])[target].notna().to_numpy()
            seen = [
                int(index)
                for index in np.flatnonzero(answered)
                if _all_measured(shard, readers, index)
            ]
            table = shard.columns(["group", target]).iloc[seen]
            tables.append(table.rename(columns={target: "y"}).reset_index())
            places += [(path, index) for index in seen]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=["id", "group", "y"])
    if level is not None:
        table["y"] = (table["y"].astype(str) == level).astype(np.float64)
    chosen = choose_cells(range(len(places)), cells, seed)
    table = table.iloc[chosen].reset_index(drop=True)
    return SplitCells(table, [places[number] for number in chosen], readers)


def _all_measured(shard: Store, reader: Reader, index: int) -> bool:
    """Return whether every input of an example has a measured place."""
    found = (shard.measured(index, one.name) for one in reader.specs)
    return all(measured is None or measured.any() for measured in found)
