"""Training shards to the tables of channels that repeat each other."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.explain.duplicates.pairs import (
    channel_likeness,
    correlation_table,
    found_groups,
    groups_table,
    warning,
)
from nascent.files import write_table
from nascent.input_names import features_of
from nascent.logs import progress
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import read_example
from nascent.store import open_store
from nascent.words import spoken

CELLS = 1000
"""Training examples that the correlations are of, at most."""

FOUND = "found"
"""Groups are found by correlation."""

_LOGGER = logging.getLogger(__name__)


def write_duplicates(
    shard_paths: Sequence[str | Path],
    reader: Reader | Normaliser,
    out: str | Path,
    groups_out: str | Path,
    *,
    bound: float,
    groups: str | Mapping[str, Sequence[str]] | None,
    cells: int,
    seed: int,
) -> None:
    """Write how the input channels correlate, and which of them repeat each other.

    Parameters
    ----------
    shard_paths
        Training shards of one fold.
    reader
        From the shards' examples to the models' inputs.
    out
        A row a pair of channels of an input: the columns of
        `nascent.explain.duplicates.pairs.CORRELATIONS`.
    groups_out
        A row a group and channel: the columns of `nascent.explain.duplicates.pairs.CHANNEL_GROUPS`.
    bound
        |Correlation of pixels| at which channels are duplicates.
    groups
        `found`, name → channels of one input, or None for no groups.
    cells
        Examples at most, drawn without replacement.
    seed
        Of the draw.
    """
    found, given = groups == FOUND, {} if groups in (FOUND, None) else dict(groups)
    tables, group_tables = [], []
    inputs = reader_of(reader, shard_paths).inputs
    names = features_of([one.spec for one in inputs])
    for one in inputs:
        likeness = channel_likeness(
            sampled_pixels(shard_paths, one, cells, seed),
            names[one.spec.name],
            name=one.spec.name,
            has_places=bool(one.spec.places),
        )
        tables.append(correlation_table(likeness, bound))
        own = {name: own for name, own in given.items() if set(own) <= set(likeness.channels)}
        own = found_groups(likeness, bound) if found else own
        group_tables.append(groups_table(own, likeness, found=found))
    table = pd.concat(tables, ignore_index=True)
    if said := warning(table):
        _LOGGER.warning("%s", said)
    write_table(table, out)
    write_table(pd.concat(group_tables, ignore_index=True), groups_out)


def sampled_pixels(
    shard_paths: Sequence[str | Path], reader: InputReader, count: int, seed: int
) -> Iterator[np.ndarray]:
    """Yield the normalised measured pixels, (P, C), of up to `count` examples of some shards."""
    places = []
    for path in shard_paths:
        with open_store(path) as shard:
            reader.refuse_other(shard)
            places += [(path, index) for index in range(len(shard))]
    if len(places) > count:
        drawn = np.random.default_rng(seed).choice(len(places), count, replace=False)
        places = [places[number] for number in sorted(drawn)]
    yield from progress(_pixels(places, reader), total=len(places), what=spoken().examples)


def _pixels(places: Sequence[tuple[str | Path, int]], reader: InputReader) -> Iterator[np.ndarray]:
    for path in dict.fromkeys(path for path, _ in places):
        with open_store(path) as shard:
            for index in (index for other, index in places if other == path):
                image, mask = read_example(shard, reader, index)
                yield image[mask]
