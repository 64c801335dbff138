"""Training shards to the tables of channels that repeat each other."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from nascent.explain.duplicates.pairs import (
    channel_likeness,
    correlation_table,
    found_groups,
    groups_table,
    warning,
)
from nascent.files import write_table
from nascent.logs import progress
from nascent.shards.normalise import Normaliser
from nascent.store import open_store

CELLS = 1000
"""Training cells that the correlations are of, at most."""

FOUND = "found"
"""Groups are found by correlation."""

_LOGGER = logging.getLogger(__name__)


def write_duplicates(
    shard_paths: Sequence[str | Path],
    normaliser: Normaliser,
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
    normaliser
        From the shards' pixels as measured to the models' input.
    out
        A row a pair of channels: the columns of `nascent.explain.duplicates.pairs.CORRELATIONS`.
    groups_out
        A row a group and channel: the columns of `nascent.explain.duplicates.pairs.CHANNEL_GROUPS`.
    bound
        |Correlation of pixels| at which channels are duplicates.
    groups
        `found`, name → channels, or None for no groups.
    cells
        Cells at most, drawn without replacement.
    seed
        Of the draw.
    """
    pixels = sampled_pixels(shard_paths, normaliser, cells, seed)
    likeness = channel_likeness(pixels, normaliser.inputs)
    table = correlation_table(likeness, bound)
    if said := warning(table):
        _LOGGER.warning("%s", said)
    found = groups == FOUND
    own = found_groups(likeness, bound) if found else dict(groups or {})
    write_table(table, out)
    write_table(groups_table(own, likeness, found=found), groups_out)


def sampled_pixels(
    shard_paths: Sequence[str | Path], normaliser: Normaliser, count: int, seed: int
) -> Iterator[np.ndarray]:
    """Yield the normalised measured pixels, (P, C), of up to `count` cells of some shards."""
    places = []
    for path in shard_paths:
        with open_store(path) as shard:
            normaliser.refuse_other(shard)
            places += [(path, index) for index in range(len(shard))]
    if len(places) > count:
        drawn = np.random.default_rng(seed).choice(len(places), count, replace=False)
        places = [places[number] for number in sorted(drawn)]
    yield from progress(_pixels(places, normaliser), total=len(places), what="cells")


def _pixels(
    places: Sequence[tuple[str | Path, int]], normaliser: Normaliser
) -> Iterator[np.ndarray]:
    for path in dict.fromkeys(path for path, _ in places):
        with open_store(path) as shard:
            for index in (index for other, index in places if other == path):
                image, mask = shard[index]
                yield normaliser.pixels(image[mask])
