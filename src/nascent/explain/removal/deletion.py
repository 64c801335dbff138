"""Deletion and insertion: does the prediction move when the pixels that a map ranks first go?

The measured pixels of an example are put in an order and replaced by something that says nothing.
**Deletion** replaces the first share q of them, **insertion** starts from an example in which all
are replaced and gives the first share q back. At each q stands |f(x_q) − f(x)|, how far the
prediction is from that of the whole example: a good order moves it far by few pixels deleted, and
brings it near by few pixels inserted (Petsiuk, Das, Saenko: RISE, BMVC 2018, with the change of a
regression in place of a class's probability). An order is good only beside others: a random one,
and that of plain brightness (`nascent.explain.statistics.image_nulls`).

Images are changed and predicted a batch at a time, so memory depends on the batch alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from nascent.explain.statistics.image_nulls import BRIGHTNESS, brightness

PIXELS, ENTRIES = "pixels", "entries"
DELETION, INSERTION = "deletion", "insertion"
ATTRIBUTION, RANDOM = "attribution", "random"

Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(images (n, places …, C) float32, masks (n, places …) bool) → predictions (n,)."""

CurveKey = tuple[str, str, str, str]
"""Unit, replacement, curve, order."""


@dataclass(frozen=True)
class Removal:
    """How pixels are removed.

    Attributes
    ----------
    fractions : tuple of float
        Shares q of the measured pixels, ascending, above 0 and at most 1.
    random : int
        Random orders an example, whose changes are averaged.
    batch_size : int
        Images predicted at a time.
    """

    fractions: tuple[float, ...]
    random: int
    batch_size: int


@dataclass(frozen=True)
class _Curve:
    key: CurveKey
    place: np.ndarray  # of each pixel or entry in the order, from 0


def cell_changes(
    predict: Predict,
    image: np.ndarray,
    mask: np.ndarray,
    scores: np.ndarray,
    replacements: Mapping[str, np.ndarray],
    removal: Removal,
    stream: np.random.Generator,
) -> dict[CurveKey, np.ndarray]:
    """Return how far the prediction of one example moves along the curves of every order.

    Parameters
    ----------
    predict
        The model.
    image
        (places …, C) float32, normalised.
    mask
        (places …) bool.
    scores
        The map: (places …, C); or (places …, 1), which orders pixels alone.
    replacements
        Name → (places …, C) float32, what stands in for removed pixels.
    removal
        Fractions, random orders, batch size.
    stream
        Of the random orders, and of the order among equal pixels.

    Returns
    -------
    dict
        Key → (1 + fractions,) float64: |f(x_q) − f(x)| at q = 0 and at the fractions, in units of
        the prediction. A map that is zero gives no order: its curves are NaN.
    """
    measured, bright = image[mask], brightness(image, mask)[mask]
    empty = {name: instead[mask] for name, instead in replacements.items()}
    magnitude = np.abs(scores[mask], dtype=np.float64)
    curves = [
        _Curve((unit, name, curve, order), place)
        for unit, order, place in _places(bright, magnitude, removal.random, stream)
        for name in empty
        for curve in (DELETION, INSERTION)
    ]

    def values() -> Iterator[np.ndarray]:
        yield measured
        yield from empty.values()
        for curve in curves:
            _, name, direction, _ = curve.key
            for fraction in removal.fractions:
                first = curve.place < round(fraction * curve.place.size)
                removed = first if direction == DELETION else ~first
                yield np.where(removed, empty[name], measured)

    outputs = _predictions(predict, values(), image, mask, removal.batch_size)
    changes = np.abs(outputs[1:] - outputs[0])
    emptied = dict(zip(empty, changes[: len(empty)], strict=True))
    along = changes[len(empty) :].reshape(len(curves), len(removal.fractions))
    found: dict[CurveKey, list[np.ndarray]] = {}
    for curve, change in zip(curves, along, strict=True):
        _, name, direction, order = curve.key
        at_zero = 0.0 if direction == DELETION else emptied[name]
        known = order != ATTRIBUTION or magnitude.any()
        line = np.append(at_zero, change) if known else np.full(1 + len(change), np.nan)
        found.setdefault(curve.key, []).append(line)
    return {key: np.mean(lines, axis=0) for key, lines in found.items()}


def _places(
    bright: np.ndarray, magnitude: np.ndarray, random: int, stream: np.random.Generator
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield unit, order and the place of each pixel (P, 1) or entry (P, C) in that order."""
    pixels, channels = bright.shape
    ranked = {PIXELS: (magnitude.sum(axis=1, keepdims=True), bright.sum(axis=1, keepdims=True))}
    if magnitude.shape == bright.shape:
        ranked[ENTRIES] = (magnitude, bright)
    for unit, (score, light) in ranked.items():
        shape = (pixels, 1) if unit == PIXELS else (pixels, channels)
        yield unit, ATTRIBUTION, _place(score, stream)
        yield unit, BRIGHTNESS, _place(light, stream)
        for _ in range(random):
            yield unit, RANDOM, stream.permutation(shape[0] * shape[1]).reshape(shape)


def _place(values: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    """Return each value's place from the highest down; among equals the stream decides."""
    shuffled = stream.permutation(values.size)
    order = shuffled[np.argsort(-values.ravel()[shuffled], kind="stable")]
    place = np.empty(values.size, np.intp)
    place[order] = np.arange(values.size)
    return place.reshape(values.shape)


def _predictions(
    predict: Predict,
    values: Iterable[np.ndarray],
    image: np.ndarray,
    mask: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Return the predictions, float64, of one example with other values (P, C) at its pixels."""
    images = np.repeat(image[None], batch_size, axis=0)
    masks = np.repeat(mask[None], batch_size, axis=0)
    outputs: list[np.ndarray] = []
    values = iter(values)
    while batch := list(islice(values, batch_size)):
        for place, value in zip(images, batch, strict=False):
            place[mask] = value
        outputs.append(predict(images[: len(batch)], masks[: len(batch)]))
    return np.concatenate(outputs).astype(np.float64)


def area(fractions: Sequence[float], curve: np.ndarray) -> np.ndarray:
    """Return the mean height of curves (..., 1 + fractions) from q = 0 to the last fraction.

    By the trapezoid rule; in units of the prediction.
    """
    at = np.append(0.0, fractions)
    return np.trapezoid(curve, at, axis=-1) / at[-1]
