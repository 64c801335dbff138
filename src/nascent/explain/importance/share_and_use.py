"""Do shares of maps agree with use? How a sum of maps, and a baseline, are judged.

Shares say how much of a map falls on a channel, use what the model loses without it
(`nascent.explain.use.loss`). Three numbers hold one against the other: the rank correlation over
the channels, the share of the pairs of channels that use tells apart and shares order alike, and in
how many examples the channels that should be on top are.
"""

import numpy as np


def rank_correlation(shares: np.ndarray, use: np.ndarray) -> float:
    """Return Spearman's correlation of shares and use over channels, (C,) each.

    NaN where fewer than three channels have both, or one of the two is the same for all. Channels
    that are hardly used have uses that differ by chance alone, which keeps it below 1.
    """

    from scipy.stats import spearmanr

    known = np.isfinite(shares) & np.isfinite(use)
    first, second = shares[known], use[known]
    if known.sum() < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return np.nan
    return float(spearmanr(first, second).statistic)


def ordered_alike(
    shares: np.ndarray, use: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[float, int]:
    """Return the share of the pairs that use tells apart in which shares have the same order.

    Parameters
    ----------
    shares, use, low, high
        (C,): shares, use and its interval. Use tells two channels apart where their intervals do
        not overlap; the order of all others is not known.

    Returns
    -------
    share : float
        A tie of shares counts as a half; NaN without such a pair.
    pairs : int
        That use tells apart.
    """
    above = (low[:, None] > high) & (use[:, None] > use)
    known = above & np.isfinite(shares[:, None] - shares)
    pairs = int(known.sum())
    if not pairs:
        return np.nan, 0
    right = (np.sign(shares[:, None] - shares)[known] + 1) / 2
    return float(right.mean()), pairs


def all_on_top(shares: np.ndarray, wanted: np.ndarray) -> float:
    """Return the share of examples in which the k wanted channels have the k largest shares.

    Parameters
    ----------
    shares
        (n, C); examples whose map is zero (NaN) do not count.
    wanted
        (C,) bool. A tie of a wanted channel with one that is not is not counted as found.

    Returns
    -------
    float
        NaN where no channel is wanted, or all are, or no example has shares.
    """

    from scipy.stats import rankdata

    count = int(wanted.sum())
    known = np.isfinite(shares).all(axis=1)
    if not 0 < count < len(wanted) or not known.any():
        return np.nan
    places = rankdata(-shares[known], method="max", axis=1)
    return float((places[:, wanted] <= count).all(axis=1).mean())
