"""How much of one map lies where the rate was planted: shares, precision, ranks of channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from nascent.places import has_places

OF_PIXELS = ("pixel_share", "pixel_precision")
OF_ENTRIES = ("entry_share", "entry_precision")
OF_CHANNELS = ("channel_share", "top_channel", "top_channels", "all_top_channels", "rank")
MEASURES: Mapping[str, tuple[str, ...]] = {
    "entry": (*OF_PIXELS, *OF_ENTRIES, *OF_CHANNELS),
    "place": OF_PIXELS,
    "feature": OF_CHANNELS,
}
"""What is measured of maps of each kind of axes, see `scores`; an entry is a pixel of a channel."""

NOTHING = (np.nan, np.nan)


@dataclass(frozen=True)
class CellScores:
    """What was found of the truth in one example's map.

    Attributes
    ----------
    found : dict
        Measure → (value, chance); both NaN where the map or the truth does not allow it.
    ranks : dict
        Planted channel → its rank among the C channels by Σ|map|, 1 for the largest; ties share
        the mean of their ranks. Empty where the map has no channels.
    zero : bool
        Whether the map is zero on all measured pixels, or the example has none.
    """

    found: dict[str, tuple[float, float]]
    ranks: dict[str, float]
    zero: bool


def scores(
    magnitudes: np.ndarray,
    mask: np.ndarray,
    causal: np.ndarray,
    channels: Sequence[str],
    causal_channels: Sequence[str],
    totals: np.ndarray | None = None,
) -> CellScores:
    """Hold one example's map against what was planted in it.

    Of P measured pixels p are causal, and of C channels k. The measures, with their chance:

    - pixel_share, Σ|map| on the causal pixels over that on all measured ones: p/P;
    - channel_share, the share of the causal channels, by `totals`: k/C;
    - entry_share, the same on causal pixels of causal channels: pk/PC;
    - pixel_precision, average precision of the pixels ranked by Σ_c|map|: that of a random order,
      a little above the prevalence p/P;
    - entry_precision, average precision of pixels of channels ranked by |map|: likewise pk/PC;
    - top_channel, whether the channel of the largest total is planted: k/C;
    - top_channels, the share of the planted channels among the k largest: k/C;
    - all_top_channels, whether all of them are: 1 / binomial(C, k);
    - rank, the mean rank of the planted channels: (C + 1)/2.

    Where chance is 1, as where all pixels are causal, nothing can be found: NaN. A tie with a
    channel that is not planted is not counted as found.

    Parameters
    ----------
    magnitudes
        |map|: (places …, C); (places …, 1) of a map that has no channels; (1 …, C) of one without
        pixels.
    mask, causal
        (places …) bool, measured and causal pixels.
    channels, causal_channels
        The model's inputs, and which channels are planted; those it does not see do not count.
    totals
        (C,): what falls on each channel, by an aggregate of
        `nascent.explain.importance.aggregates`; default Σ|map|.
    """

    from scipy.stats import rankdata

    planted = np.array([name in causal_channels for name in channels])
    found = dict.fromkeys(MEASURES["entry"], NOTHING)
    spatial, by_channel = has_places(magnitudes, mask), magnitudes.shape[-1] == len(channels)
    values = magnitudes[mask] if spatial else magnitudes.reshape(1, -1)
    values = values.astype(np.float64)
    total = values.sum()
    if not total > 0:
        return CellScores(found, {}, zero=True)
    pixels = causal[mask]
    if spatial and 0 < pixels.mean() < 1:
        prevalence = float(pixels.mean())
        found["pixel_share"] = float(values[pixels].sum() / total), prevalence
        found["pixel_precision"] = _precision(pixels, values.sum(axis=1))
    if spatial and by_channel and 0 < pixels.mean() * planted.mean() < 1:
        entries = np.outer(pixels, planted)
        prevalence = float(entries.mean())
        found["entry_share"] = float(values[entries].sum() / total), prevalence
        found["entry_precision"] = _precision(entries, values)
    ranks: dict[str, float] = {}
    if by_channel and 0 < planted.mean() < 1:
        of_channel = values.sum(axis=0) if totals is None else totals
        chance = float(planted.mean())
        if of_channel.any():
            found["channel_share"] = float(of_channel[planted].sum() / of_channel.sum()), chance
        found |= _found_channels(of_channel, planted)
        at = rankdata(-of_channel)
        found["rank"] = float(at[planted].mean()), (len(channels) + 1) / 2
        ranks = {name: float(at[place]) for place, name in enumerate(channels) if planted[place]}
    return CellScores(found, ranks, zero=False)


def average_precision(positive: np.ndarray, values: np.ndarray) -> float:
    """Return the average precision of a ranking by `values`: Σ (R_n − R_{n−1}) P_n over thresholds.

    It has no trapezoids, which would be too kind (Davis & Goadrich 2006); equal values are one
    threshold, so a constant gets the prevalence.

    Parameters
    ----------
    positive, values
        Arrays of one shape, the first bool with at least one True.
    """

    from sklearn.metrics import average_precision_score

    return float(average_precision_score(positive.ravel(), values.ravel()))


def chance_precision(positives: int, count: int) -> float:
    """Return the mean average precision of all orders of `count` things, some of them positive.

    (p − 1)/(n − 1) + (n − p)/(n (n − 1)) · Σ_{i ≤ n} 1/i: the prevalence p/n, and a little that a
    short ranking gets for luck (Bestgen 2015).
    """

    from scipy.special import digamma

    if count == 1:
        return float(positives)
    harmonic = digamma(count + 1) + np.euler_gamma
    ranked = (positives - 1) / (count - 1)
    return float(ranked + (count - positives) / (count * (count - 1)) * harmonic)


def _precision(positive: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    chance = chance_precision(int(positive.sum()), positive.size)
    return average_precision(positive, values), chance


def _found_channels(of_channel: np.ndarray, planted: np.ndarray) -> dict[str, tuple[float, float]]:
    from scipy.stats import rankdata

    k, count = int(planted.sum()), len(planted)
    # As many channels as are at or above each: among the k largest where these are k or fewer.
    at_or_above = rankdata(-of_channel, method="max")
    among = (at_or_above <= k)[planted]
    best = planted[of_channel == of_channel.max()].all()
    return {
        "top_channel": (float(best), k / count),
        "top_channels": (float(among.mean()), k / count),
        "all_top_channels": (float(among.all()), 1 / comb(count, k)),
    }
