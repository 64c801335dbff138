"""The files that the biological read-outs of one model and method are made from."""

import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.maps import open_maps
from nascent.explain.reading.cells import CellReader, ExplainedCell, explained_cells
from nascent.explain.statistics.exchange import rings
from nascent.files import read_table, write_table
from nascent.kind import with_article
from nascent.reader import Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sources:
    """The files of some explained examples.

    Attributes
    ----------
    maps, shards : list of path
        Map files of one model and method, and the shard of each.
    cells : path
        Their shares, as `nascent.explain.importance.stage.explain_maps` writes them.
    inputs : Reader or Normaliser
        From the shards' examples to the model's inputs.
    """

    maps: Sequence[str | Path]
    shards: Sequence[str | Path]
    cells: str | Path
    inputs: Reader | Normaliser

    def strata_table(self) -> pd.DataFrame:
        """Return split, stratum and group of the examples by `id`."""
        required = ["id", "split", "stratum", "group"]
        return read_table(self.cells, required=required).set_index("id")

    def ids(self) -> list[Hashable]:
        """Return the ids of the examples that have maps, in their order."""
        found: list[Hashable] = []
        for path in self.maps:
            with open_maps(path) as maps:
                found += maps.ids
        return found

    def axes(self) -> str:
        """Return what kind of maps these are; `entry` where there are none."""
        for path in self.maps:
            with open_maps(path) as maps:
                return maps.axes
        return "entry"

    def channels(self) -> list[str]:
        """Return the channels of the maps."""
        for path in self.maps:
            with open_maps(path) as maps:
                return maps.channels
        return list(reader_of(self.inputs, self.shards).specs[0].features)

    def features(self) -> list[str]:
        """Return the features of the explained input."""
        for path in self.maps:
            with open_maps(path) as maps:
                return list(maps.source.channels)
        return list(reader_of(self.inputs, self.shards).specs[0].features)

    def read(self, chosen: Sequence[Hashable] | None = None) -> Iterator[ExplainedCell]:
        """Yield the examples, or those chosen, one in memory at a time."""
        return explained_cells(self.maps, self.shards, self.inputs, chosen=chosen)

    def reader(self, recent: int) -> CellReader:
        """Return a reader of examples in any order, which keeps some in memory."""
        return CellReader(self.maps, self.shards, self.inputs, recent=recent)

    def groups(self) -> np.ndarray:
        """Return the groups (n,) of the examples that have maps, in their order."""
        return self.strata_table().loc[self.ids(), "group"].to_numpy(str)

    def exchanged(self, exchanges: int, seed: int) -> tuple[list[Hashable], np.ndarray]:
        """Return the ids, and of each example others that stand for chance (exchanges, n)."""
        ids = self.ids()
        return ids, rings(len(ids), exchanges, seed, self.groups())


def write_read_out(
    sources: Sources,
    out: str | Path,
    read_out: Callable[[], pd.DataFrame],
    *,
    split: str,
    columns: Sequence[str],
    otherwise: str,
) -> None:
    """Write what is read out of maps that have places; no rows for other maps.

    Parameters
    ----------
    sources
        Files of the examples, all of one split.
    out
        The table: `split` and the columns.
    read_out
        Gives the table; it is not called for maps without places.
    split
        Name of the split.
    columns
        Of the table.
    otherwise
        What such maps cannot do, for the log.
    """
    table = pd.DataFrame(columns=columns)
    if sources.axes() == "feature":
        feature = with_article(spoken().feature)
        _LOGGER.info("maps of one number %s %s: no rows", feature, otherwise)
    else:
        table = read_out()
    write_table(of_split(table, split), out)


def of_split(table: pd.DataFrame, split: str) -> pd.DataFrame:
    """Return the table with the split of its examples as first column."""
    return table.assign(split=split)[["split", *table.columns]]
