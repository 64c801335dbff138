"""Maps and shards to the table of the regions of the example the maps fall on."""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Self

import pandas as pd

from nascent.errors import StoreError, did_you_mean
from nascent.explain.reading.readouts import Sources, write_read_out
from nascent.explain.regions import shares as regions
from nascent.kind import with_article
from nascent.shards.read import read_object
from nascent.store import Store, open_store
from nascent.store_layout import input_path
from nascent.words import spoken


def write_regions(
    sources: Sources,
    out: str | Path,
    *,
    split: str,
    rules: Mapping[str, regions.RegionRule],
    confidence: float,
    seed: int,
) -> None:
    """Write how much of the maps falls on regions of the example; no rows for maps without pixels.

    Parameters
    ----------
    sources
        Files of the examples, all of one split.
    out
        The table: `split` and the columns of `nascent.explain.regions.shares.REGIONS`.
    split
        Name of the split.
    rules
        Name → region. Its channel is one of the crops, whether or not the model sees it.
    confidence
        Of the intervals.
    seed
        Of the exchanged regions.

    Raises
    ------
    StoreError
        Where the crops lack a region's channel; the nearest is named.
    """

    def read_out() -> pd.DataFrame:
        ids, others = sources.exchanged(regions.EXCHANGES, seed)
        with sources.reader(1) as cells, _RegionReader(sources.shards, rules) as masks:
            of_cells = regions.compare_regions(cells, masks.read, ids, others, sources.channels())
        return regions.region_table(of_cells, sources.strata_table(), confidence=confidence)

    columns = regions.REGIONS
    write_read_out(
        sources, out, read_out, split=split, columns=columns, otherwise="fall on no region"
    )


class _RegionReader:
    """Regions of examples, found in the shards when they are asked for; use it in a `with`."""

    def __init__(
        self, shard_paths: Sequence[str | Path], rules: Mapping[str, regions.RegionRule]
    ) -> None:
        self._stack, self._rules = ExitStack(), rules
        self._places: dict[Hashable, tuple[str | Path, int]] = {}
        self._files: dict[str | Path, tuple[Store, dict[str, int]]] = {}
        for path in shard_paths:
            with open_store(path) as shard:
                for name, rule in rules.items():
                    _channel(shard, name, rule.channel)
                for index, example_id in enumerate(shard.examples.index.tolist()):
                    self._places[example_id] = path, index
        # An example is asked for again as the other of those just before it.
        self.read = lru_cache(maxsize=regions.EXCHANGES + 1)(self._read)

    def _read(self, example_id: Hashable) -> regions.RegionCell:
        path, index = self._places[example_id]
        if path not in self._files:
            opened = self._stack.enter_context(open_store(path))
            channels = {n: _channel(opened, n, rule.channel) for n, rule in self._rules.items()}
            self._files[path] = opened, channels
        shard, channels = self._files[path]
        spec = shard.input()
        image = shard.array(input_path(spec.name), index)
        (mask,) = read_object(shard, spec, [index])
        found = {
            name: regions.region_mask(image[..., channels[name]], mask, rule.percentile)
            for name, rule in self._rules.items()
        }
        return regions.RegionCell(example_id, mask, found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()


def _channel(shard: Store, region: str, channel: str) -> int:
    if channel not in shard.channels:
        raise StoreError(
            f"the region {region!r} is told by {with_article(spoken().feature)} {channel!r}, which"
            " the crops do not have",
            where=f"explain.regions.{region}.channel",
            mend=did_you_mean(channel, shard.channels),
        )
    return shard.channels.index(channel)
