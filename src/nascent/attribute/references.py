"""Training examples that stand in for an example under explanation.

Examples differ in size and outline, so another example is **fitted** into the outline of the one
that is explained: it is stretched, by nearest neighbour, from its bounding box to the other's
(along every axis of places, be it a line, a plane or a volume), and a
place that falls on none of its measured pixels takes the measured pixel nearest to it. Every pixel
was measured, with its channels together; none is an average, and unmeasured pixels stay zero. What
changes is the scale of its texture, by the ratio of the two bounding boxes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from nascent.attribute.draws import stream
from nascent.errors import AttributionError
from nascent.kind import with_article
from nascent.places import bounding_box
from nascent.reader import InputReader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import read_input
from nascent.store import open_store
from nascent.words import spoken


@dataclass(frozen=True)
class References:
    """Drawn training examples: images (R, places …, C) float32 normalised, masks (R, places …)."""

    images: np.ndarray
    masks: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def fitted(self, number: int, mask: np.ndarray) -> np.ndarray:
        """Return reference `number` fitted into the outline `mask`; (places …, C) float32."""
        return _filled(self.images[number], self._sources[number], mask)

    @cached_property
    def _sources(self) -> list["_Source"]:
        return [_source(measured) for measured in self.masks]

    def digest(self) -> str:
        """Return the SHA-256 of the examples' pixels and masks."""
        told = hashlib.sha256(np.ascontiguousarray(self.images))
        told.update(np.packbits(self.masks).tobytes())
        return told.hexdigest()


def fitted(image: np.ndarray, measured: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return an example brought into another's outline.

    Parameters
    ----------
    image
        (places …, C) of the example.
    measured
        (places …) bool, its measured pixels.
    mask
        (places …) bool, the outline to fill.

    Returns
    -------
    numpy.ndarray
        (places …, C), values of `image` on `mask`, zero elsewhere. Equal masks give `image` itself.

    Raises
    ------
    AttributionError
        Where the example has no measured pixel.
    """
    return _filled(image, _source(measured), mask)


@dataclass(frozen=True)
class _Source:
    """Of an example: its measured pixel nearest to each one (D, places …), and its bounding box."""

    nearest: np.ndarray
    box: tuple[slice, ...]


def _source(measured: np.ndarray) -> _Source:
    from scipy.ndimage import distance_transform_edt

    if not measured.any():
        raise AttributionError(
            f"{with_article(spoken().example)} without measured pixels cannot stand in for another",
            mend=f"Leave such {spoken().examples} out by a quality rule.",
        )
    if not measured.ndim:
        return _Source(np.empty(0, int), ())
    nearest = distance_transform_edt(~measured, return_distances=False, return_indices=True)
    return _Source(nearest, bounding_box(measured))


def _filled(image: np.ndarray, source: _Source, mask: np.ndarray) -> np.ndarray:
    if not mask.ndim:
        return image.copy()
    found = np.zeros_like(image)
    places = np.nonzero(mask)
    if len(places[0]):
        there = [_stretched(line, onto) for line, onto in zip(places, source.box, strict=True)]
        found[places] = image[tuple(source.nearest[:, *there])]
    return found


def _stretched(places: np.ndarray, onto: slice) -> np.ndarray:
    """Return where along an axis the pixels `places` lie when their span becomes that of `onto`."""
    low, extent = places.min(), np.ptp(places) + 1
    # Middles of pixels go to middles: half a pixel on, the same share of the other extent.
    share = (places - low + 0.5) / extent
    return onto.start + np.floor(share * (onto.stop - onto.start)).astype(int)


def drawn_references(
    paths: Sequence[str | Path], reader: InputReader | Normaliser, *, count: int, seed: int
) -> References:
    """Draw training examples, without replacement, each with the same chance.

    Parameters
    ----------
    paths
        The training shards.
    reader
        Of the explained input; a normaliser reads the first one, an image.
    count
        How many; all of them where there are fewer.
    seed
        The same seed draws the same examples for every job of a study.

    Raises
    ------
    AttributionError
        Where there is no training example to draw.
    StoreError
        Where a shard has other examples than the reader.
    """
    lengths = []
    for path in paths:
        with open_store(path) as shard:
            reader.refuse_other(shard)
            lengths.append(len(shard))
    total = sum(lengths)
    if not total:
        raise AttributionError(
            f"there are no training {spoken().examples} to draw references from",
            where=", ".join(map(str, paths)) or "training shards",
            mend="Give the training shards to methods that compare with training"
            f" {spoken().examples}.",
        )
    chosen = np.sort(stream(seed, "all", "references").permutation(total)[:count])
    images, masks, first = [], [], 0
    for path, length in zip(paths, lengths, strict=True):
        here = chosen[(chosen >= first) & (chosen < first + length)] - first
        first += length
        if not len(here):
            continue
        with open_store(path) as shard:
            (one,) = reader_of(reader, [path]).inputs
            values, measured = read_input(shard, one, here)
        images.append(values)
        masks.append(measured)
    return References(np.concatenate(images), np.concatenate(masks))
