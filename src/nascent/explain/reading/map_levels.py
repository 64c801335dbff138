"""What of two maps of one example is compared: entries, pixels or channels, ranked by magnitude.

- `entries`: every pixel of every channel, pooled;
- `pixels`: Σ over channels of |map|, that is where in the example;
- `channels`: each channel's Σ |map| over the pixels, that is which channel.

Maps agree as far as they rank these alike (Spearman 1904). Magnitudes are compared, so that a map
and its negative agree: of many methods the sign is not defined.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from nascent.explain.statistics.rank_correlation import correlation, rank_vector
from nascent.places import has_places

ENTRIES, PIXELS, CHANNELS = "entries", "pixels", "channels"
LEVELS = (ENTRIES, PIXELS, CHANNELS)


def magnitudes(scores: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
    """Return |map| at each level that a map has.

    Parameters
    ----------
    scores
        The map: (places …, C), which has all levels; (places …, 1), which has `pixels`; (1 …, C),
        which has `channels`.
    mask
        (places …) bool, the pixels that are compared.

    Returns
    -------
    dict
        Level → (values,) float. Sums are float64.
    """
    if not has_places(scores, mask):
        return {CHANNELS: np.abs(scores).reshape(-1)}
    size = np.abs(scores[mask])
    of_pixels = size.sum(axis=1, dtype=np.float64)
    if scores.shape[-1] == 1:
        return {PIXELS: of_pixels}
    of_channels = size.sum(axis=0, dtype=np.float64)
    return {ENTRIES: size.ravel(), PIXELS: of_pixels, CHANNELS: of_channels}


def ranked(scores: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
    """Return the rank vectors of a map's levels, see `magnitudes` and `rank_vector`."""
    return {level: rank_vector(values) for level, values in magnitudes(scores, mask).items()}


def agreement(
    first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Return the rank correlation of two ranked maps at every level, NaN where one lacks it."""
    return {
        level: correlation(first[level], second[level])
        if level in first and level in second
        else np.nan
        for level in LEVELS
    }


def common_channels(several: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the channels that all have, in the order of the first."""
    return tuple(name for name in several[0] if all(name in others for others in several))


def of_channels(scores: np.ndarray, channels: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Return the wanted channels of a map; one that has places alone has no channels to choose."""
    if tuple(channels) == tuple(wanted) or scores.shape[-1] != len(channels):
        return scores
    return scores[..., [channels.index(name) for name in wanted]]
