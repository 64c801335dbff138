"""Which entries a retraining shall do without: the first by a model's maps, or random ones.

Hooker S, Erhan D, Kindermans PJ, Kim B: A benchmark for interpretability methods in deep neural
networks, NeurIPS 2019 (ROAR). The ranking is of |map|, in each example for itself, and pools pixels
and channels, or sums |map| over the channels of a pixel where whole pixels go.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from nascent.attribute.maps import Maps, open_maps
from nascent.errors import AttributionError
from nascent.provenance import file_digest
from nascent.shards.plan import all_shards
from nascent.shards.removal import ENTRIES, PIXELS, RANDOM, removed_entries, stream_of
from nascent.shards.removal_file import RemovalSource, RemovedCell, flags_of, write_removals
from nascent.store import open_store

RANKED = {"entry": (ENTRIES, PIXELS), "place": (PIXELS,), "feature": ()}
"""Axes of a map → what it can rank."""


@dataclass(frozen=True)
class Degradation:
    """How much of each example goes, whatever the order.

    Attributes
    ----------
    rank, fraction, seed
        See `nascent.shards.removal_file.RemovalSource`.
    """

    rank: str
    fraction: float
    seed: Sequence[int]

    def by(
        self, order: str, channels: Sequence[str], maps_sha256: tuple[str, ...] = ()
    ) -> RemovalSource:
        """Return what is removed in an order: the name of a method, or `random`."""
        seed = tuple(self.seed)
        return RemovalSource(order, self.rank, self.fraction, seed, tuple(channels), maps_sha256)


def remove_by_maps(
    map_paths: Sequence[str | Path],
    out: str | Path,
    *,
    model_path: str | Path,
    order: str,
    degradation: Degradation,
    record: Mapping[str, Any],
) -> None:
    """Write which entries of the examples of map files come first by |map|.

    Parameters
    ----------
    map_paths
        Maps of all examples that are trained on and tested.
    out
        The removal file, see `nascent.shards.removal_file`.
    model_path
        The model that the maps explain.
    order
        Name of the method in the study.
    degradation
        Which share of the entries goes.
    record
        Provenance.

    Raises
    ------
    AttributionError
        Where maps are of another model, or cannot rank what shall be ranked.
    """
    digest = file_digest(model_path)
    channels, places = (), ()
    for path in map_paths:
        with open_maps(path) as maps:
            _refuse_unfit(maps, digest, degradation.rank)
            channels, places = maps.source.channels, maps.places
    digests = tuple(file_digest(path) for path in map_paths)
    source = degradation.by(order, channels, digests)
    cells = chain.from_iterable(_by_maps(path, source) for path in map_paths)
    write_removals(out, cells, places=places, source=source, record=record)


def remove_at_random(
    manifest: str | Path,
    out: str | Path,
    *,
    channels: Sequence[str],
    degradation: Degradation,
    record: Mapping[str, Any],
) -> None:
    """Write which entries of the examples of shards come first in a random order: just as many.

    Parameters
    ----------
    manifest
        The table that lists the shards, which lie beside it.
    out
        The removal file.
    channels
        The model's inputs.
    degradation
        Which share of the entries goes.
    record
        Provenance.
    """
    source = degradation.by(RANDOM, channels)
    shards = all_shards(manifest)
    with open_store(shards[0]) as store:
        places = store.input().places
    cells = chain.from_iterable(_at_random(path, source) for path in shards)
    write_removals(out, cells, places=places, source=source, record=record)


def scores_of(map_: np.ndarray, rank: str) -> np.ndarray:
    """Return what ranks entries: (places …, C) → the same, or (places …, 1) for pixels."""
    sizes = np.abs(map_)
    if rank == ENTRIES:
        return sizes
    return sizes.sum(axis=-1, keepdims=True, dtype=np.float64)


def _by_maps(path: str | Path, source: RemovalSource) -> Iterator[RemovedCell]:
    with open_maps(path) as maps:
        for index, example_id in enumerate(maps.ids):
            scores, mask = scores_of(maps[index], source.rank), maps.mask(index)
            yield _removed(example_id, scores, mask, source, zero=not scores[mask].any())


def _at_random(path: str | Path, source: RemovalSource) -> Iterator[RemovedCell]:
    with open_store(path) as store:
        # Nothing tells entries apart, so that the stream alone gives their order.
        nothing = np.zeros((*store.input().places, flags_of(source)), np.float32)
        for index, example_id in enumerate(store.examples.index):
            measured = store.measured(index)
            places = np.ones(nothing.shape[:-1], bool) if measured is None else measured
            yield _removed(example_id, nothing, places, source, zero=False)


def _removed(
    example_id: Any, scores: np.ndarray, mask: np.ndarray, source: RemovalSource, *, zero: bool
) -> RemovedCell:
    stream = stream_of(source.seed, example_id)
    return RemovedCell(example_id, removed_entries(scores, mask, source.fraction, stream), zero)


def _refuse_unfit(maps: Maps, digest: str, rank: str) -> None:
    if maps.source.model_sha256 != digest:
        raise AttributionError(
            "these maps are of another model than the one that is retrained",
            where=maps.path,
            mend="Delete them and run again: they will be made of this model.",
        )
    able = RANKED[maps.axes]
    if rank not in able:
        raise AttributionError(
            f"maps by {maps.source.method} rank no {rank}",
            where=maps.path,
            mend=f"Set explain.roar.rank to {able[0]}."
            if able
            else "Take the method out of explain.roar.methods.",
        )
