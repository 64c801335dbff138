"""Profiles of maps and images from the centre of the object to its edge.

The distance of a place is normalised within its object, so that objects of any size and shape can
be compared: 0 where the object is deepest, 1 at its outline.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.explain.reading.strata import ordered
from nascent.explain.statistics.intervals import mean_interval

ALL = "all"
"""Stands for the stratum of all examples, and for the channels of a map together."""

BINS = 10

RADIAL = (
    "stratum",
    "channel",
    "inner",
    "outer",
    "cells",
    "groups",
    "score",
    "low",
    "high",
    "image",
    "difference",
    "difference_low",
    "difference_high",
    "interval",
)
"""Columns of a table of profiles."""


def normalised_distance(mask: np.ndarray) -> np.ndarray:
    """Return how far each place of an object lies from its middle, 0 to 1; NaN outside.

    It follows from the Euclidean distance to the outline: 1 in the outermost places, 0 in the
    deepest ones. The border of the frame is an outline too.

    Parameters
    ----------
    mask
        (places …) bool.
    """
    from scipy.ndimage import distance_transform_edt

    inside = distance_transform_edt(np.pad(mask, 1))[(slice(1, -1),) * mask.ndim]
    deepest = inside.max(initial=0)
    depth = (inside - 1) / (deepest - 1) if deepest > 1 else np.zeros(mask.shape)
    return np.where(mask, 1 - depth, np.nan)


def profile(values: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return the mean of values in rings of equal width, over their mean in the whole object.

    Parameters
    ----------
    values
        (places …, K), not negative.
    distance
        (places …), see `normalised_distance`.

    Returns
    -------
    (K, BINS) float64
        1 everywhere for even values. NaN in a ring without places, and where all values are 0.
    """
    inside = np.isfinite(distance)
    own = np.asarray(values[inside], np.float64)
    ring = np.minimum((distance[inside] * BINS).astype(int), BINS - 1)
    counts = np.bincount(ring, minlength=BINS)
    sums = np.stack([np.bincount(ring, column, BINS) for column in own.T])
    with np.errstate(divide="ignore", invalid="ignore"):
        return sums / counts / own.mean(axis=0)[:, None]


@dataclass(frozen=True)
class Profiles:
    """Profiles of n examples.

    Attributes
    ----------
    ids : list
    channels : list of str
        K names, the last is `all`.
    scores, images : (n, K, BINS) float64
        Of the magnitude of maps, and of raw images; that of all channels of images is the mean of
        their profiles.
    """

    ids: list
    channels: list[str]
    scores: np.ndarray
    images: np.ndarray


def profiles_of(scores: np.ndarray, image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the profiles of one example, (2, K + 1, BINS): of its map, and of its image.

    Parameters
    ----------
    scores
        (places …, K), signed.
    image
        (places …, C), not negative: C is K, but for maps of places alone.
    mask
        (places …) bool, the object.
    """
    distance = normalised_distance(mask)
    size = np.abs(scores)
    of_map = profile(np.concatenate([size, size.sum(axis=-1, keepdims=True)], axis=-1), distance)
    of_image = profile(np.maximum(image, 0), distance)
    known = np.isfinite(of_image)
    number = known.sum(axis=0)
    together = np.where(known, of_image, 0).sum(axis=0)
    mean = np.divide(together, number, out=np.full(BINS, np.nan), where=number > 0)
    kept = of_image if len(of_image) == scores.shape[-1] else mean[None].repeat(scores.shape[-1], 0)
    return np.stack([of_map, np.concatenate([kept, mean[None]])])


def radial_table(found: Profiles, cells: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """Return mean profiles by stratum and channel, with intervals over groups.

    Parameters
    ----------
    found
        See `Profiles`.
    cells
        Index `id`; columns `stratum` and `group`.
    confidence
        Of the intervals, see `nascent.explain.statistics.intervals`.

    Returns
    -------
    pandas.DataFrame
        The columns of `RADIAL`: `inner` and `outer` limits of the ring; `score` and `image`, means
        of the profiles, and `difference`, score less image, of the same examples.
    """
    told = cells.loc[found.ids]
    groups = told["group"].to_numpy(str)
    strata = told["stratum"].to_numpy(object)
    edges = np.linspace(0, 1, BINS + 1)
    rows = []
    for stratum in [ALL, *ordered(told["stratum"])]:
        chosen = np.full(len(strata), True) if stratum == ALL else strata == stratum
        if not chosen.any():
            continue
        own = groups[chosen]
        for k, channel in enumerate(found.channels):
            scores, images = found.scores[chosen, k], found.images[chosen, k]
            limits = mean_interval(scores, own, confidence=confidence)
            differences = mean_interval(scores - images, own, confidence=confidence)
            known = np.isfinite(scores)
            rows.append(
                pd.DataFrame(
                    {
                        "stratum": stratum,
                        "channel": channel,
                        "inner": edges[:-1],
                        "outer": edges[1:],
                        "cells": known.sum(axis=0),
                        "groups": [len(np.unique(own[column])) for column in known.T],
                        "score": _means(scores),
                        "low": limits.low,
                        "high": limits.high,
                        "image": _means(images),
                        "difference": _means(scores - images),
                        "difference_low": differences.low,
                        "difference_high": differences.high,
                        "interval": limits.over,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=RADIAL)


def top(found: Profiles, totals: np.ndarray, count: int) -> Sequence[int]:
    """Return the places of `all` and of the channels of the largest totals, largest first."""
    several = len(found.channels) > 2
    order = np.argsort(-totals, kind="stable")[:count] if several else []
    return [len(found.channels) - 1, *map(int, order)]


def _means(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    number = known.sum(axis=0)
    sums = np.where(known, values, 0).sum(axis=0)
    return np.divide(sums, number, out=np.full(values.shape[1], np.nan), where=number > 0)
