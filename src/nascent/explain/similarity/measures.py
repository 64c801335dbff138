"""How alike maps and images are: four measures of every pair of channels, over measured pixels."""

from collections.abc import Callable, Mapping

import numpy as np

from nascent.explain.statistics.rank_correlation import average_ranks

MEASURES = ("pearson", "spearman", "mutual_information", "mae")


def similarities(scores: np.ndarray, image: np.ndarray, *, bins: int) -> np.ndarray:
    """Return every measure of every map channel with every image channel, (M, K, C) float64.

    `pearson` and `spearman` are correlations; `mutual_information` is in nats; `mae` is the mean
    absolute difference of the two after each is standardised, the measure of the published work.
    The order is that of `MEASURES`. Pairs with a constant channel are NaN.

    The mean absolute difference is kept for comparison alone. It favours sparse channels: the best
    constant guess of a standardised channel, whatever the map, is its median, which costs
    E|x − median|, 0.80 for a normal channel and far less for one of a few bright spots.

    Parameters
    ----------
    scores
        (P, K) map values.
    image
        (P, C) pixel values at the same places.
    bins
        Of the mutual information.
    """

    from scipy.spatial.distance import cdist

    # Channels first: each is then one run of memory.
    ours, theirs = (
        np.ascontiguousarray(np.transpose(each), np.float64) for each in (scores, image)
    )
    ranks, their_ranks = _ranks(ours), _ranks(theirs)
    standard, their_standard = _standardised(ours), _standardised(theirs)
    pixels = max(ours.shape[1], 1)
    found = np.stack(
        [
            _products(standard, their_standard),
            _products(_standardised(ranks), _standardised(their_ranks)),
            mutual_information(_binned(ranks, bins).T, _binned(their_ranks, bins).T, bins),
            cdist(standard, their_standard, "cityblock") / pixels,
        ]
    )
    found[:, _constant(ours), :] = np.nan
    found[:, :, _constant(theirs)] = np.nan
    return found


def mutual_information(first: np.ndarray, second: np.ndarray, bins: int) -> np.ndarray:
    """Return the mutual information of binned channels in nats, corrected for its bias.

    Plug-in entropies of N values in m occupied bins are too low by about (m − 1) / (2 N) (Miller
    1955, Note on the bias of information estimates). With that added to each entropy, the
    information of independent channels is 0 on average and may fall a little below.

    Parameters
    ----------
    first, second
        (P, K) and (P, C) int, bins 0 … `bins` − 1.
    bins
        How many there are.

    Returns
    -------
    (K, C) float64
    """
    pixels, channels = second.shape
    # Each pixel's place in the joint histograms of a map channel with every image channel.
    places = np.ascontiguousarray(second) + bins * bins * np.arange(channels)
    joint = np.stack(
        [
            np.bincount((places + bins * column[:, None]).ravel(), minlength=channels * bins * bins)
            for column in first.T
        ]
    ).reshape(first.shape[1], channels, bins, bins)
    of_first = _entropy(joint.sum(axis=3), pixels)
    of_second = _entropy(joint.sum(axis=2), pixels)
    return of_first + of_second - _entropy(joint.reshape(*joint.shape[:2], -1), pixels)


def best_matches(found: np.ndarray, measure: str) -> np.ndarray:
    """Return which image channel each map channel is most like, as shares of a win.

    Correlations count by their size, whatever their sign. Ties share the win.

    Parameters
    ----------
    found
        (..., K, C) of one measure.
    measure
        In `MEASURES`.

    Returns
    -------
    (..., K, C) float64
        1 at the best image channel of each map channel, else 0; NaN where it has none.
    """
    closeness = _CLOSENESS[measure](found)
    nothing = np.isnan(closeness).all(axis=-1, keepdims=True)
    closeness = np.where(np.isnan(closeness), -np.inf, closeness)
    best = (closeness == closeness.max(axis=-1, keepdims=True)).astype(np.float64)
    return np.where(nothing, np.nan, best / best.sum(axis=-1, keepdims=True))


_CLOSENESS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "pearson": np.abs,
    "spearman": np.abs,
    "mutual_information": np.asarray,
    "mae": np.negative,
}


def _ranks(channels: np.ndarray) -> np.ndarray:
    return np.stack([average_ranks(channel) for channel in channels])


def _binned(ranks: np.ndarray, bins: int) -> np.ndarray:
    # By ranks: bins hold equally many pixels, and equal values stay together.
    return ((ranks - 0.5) * (bins / ranks.shape[1])).astype(np.int64)


def _entropy(counts: np.ndarray, total: int) -> np.ndarray:
    """Return the entropy along the last axis with Miller's correction, nats."""
    share = counts.astype(np.float64) / total
    plain = -np.sum(share * np.log(share, out=np.zeros_like(share), where=share > 0), axis=-1)
    return plain + (np.count_nonzero(counts, axis=-1) - 1) / (2 * total)


def _constant(channels: np.ndarray) -> np.ndarray:
    return np.ptp(channels, axis=1) == 0


def _standardised(channels: np.ndarray) -> np.ndarray:
    """Return channels (K, P) of mean 0 and SD 1 (ddof 0); constant ones are 0."""
    centred = channels - channels.mean(axis=1, keepdims=True)
    centred[_constant(channels)] = 0
    sd = np.sqrt(np.einsum("kp,kp->k", centred, centred) / max(channels.shape[1], 1))
    return centred / np.where(sd > 0, sd, 1.0)[:, None]


def _products(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return the correlations (K, C) of standardised channels."""
    return np.clip(ours @ theirs.T / max(ours.shape[1], 1), -1, 1)
