"""Does the spread of an ensemble's predictions tell how wrong they are?

Let a test example have the measured value y and the predictions p_1 … p_S of S seeds, of mean μ and
SD s (ddof 1). Were y one more draw from what the seeds are drawn from, y − μ would have the
variance s²(1 + 1/S) in expectation: that of y, and that of a mean of S. So this is what an error is
compared with, and Student's quantile with S − 1 degrees of freedom says how far out so few seeds
put 68 or 95 % of the examples.

**Bins.** With few seeds s is mostly noise: examples sorted by s are sorted by chance, and those
with the least s err more than it says however good the ensemble is. Sorting by μ is not free of it
either: where μ is largest, chance has raised it, and y lies below. The bins here are by the mean of
all S + 1 values, y and the predictions alike. It treats them all the same, so that values that can
be exchanged can still be exchanged within a bin: there, too, the mean of (y − p_i)² is that of
(p_i − p_j)², from which the mean of (y − μ)² is that of s²(1 + 1/S), from two seeds on and whatever
the law.
"""

import numpy as np
import pandas as pd

from nascent.statistics.student import student_quantile

SPREAD_AGAINST_ERROR = (
    "bin", "n", "level", "spread", "rmse",
    "ratio", "ratio_low", "ratio_high", "spearman", "coverage_68", "coverage_95",
)  # fmt: skip
BINS = 10
CELLS_A_BIN = 10
COVERAGES = {"coverage_68": 0.68, "coverage_95": 0.95}


def spread_against_error(y: np.ndarray, y_hat: np.ndarray, confidence: float) -> pd.DataFrame:
    """Return spread against error of a model of two seeds or more.

    s is the variance of training and nothing else: not the noise of the measurement, nor what no
    network of this kind can know.

    Parameters
    ----------
    y
        (n,) float64.
    y_hat
        (n, S) float64.
    confidence
        Of the interval of the ratio, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns `SPREAD_AGAINST_ERROR`. Rows "1" to "10": examples sorted by the
        mean of y and the predictions, `level` its mean over the bin, in bins of equal size (fewer
        bins where they would hold fewer than 10 examples); `spread` is the root mean square of
        s √(1 + 1/S), `rmse` of y − μ, so that the two are equal where the spread accounts for the
        whole error (Leutbecher & Palmer 2008, J. Comput. Phys. 227:3515; the finite ensemble:
        Fortin et al. 2014, J. Hydrometeorol. 15:1708). `ratio` is rmse / spread, its limits are
        over examples, see `_ratio`. Row "all": the same over all examples; `spearman`, the rank
        correlation of s with |y − μ|; `coverage_p`, the share of examples whose measured y lies in
        μ ± t s √(1 + 1/S), with t the quantile of Student's law with S − 1 degrees of freedom.
        Since s leaves the noise out, a ratio above 1 and coverage below p are expected; how far
        off is what this says. No rows for one seed.
    """
    seeds = y_hat.shape[1]
    if seeds < 2:
        return pd.DataFrame(columns=list(SPREAD_AGAINST_ERROR))
    error = y - y_hat.mean(axis=1)
    spread = y_hat.std(axis=1, ddof=1) * np.sqrt(1 + 1 / seeds)
    level = np.column_stack([y, y_hat]).mean(axis=1)
    size = np.abs(error)
    number = min(BINS, max(1, len(error) // CELLS_A_BIN))
    order = np.argsort(level, kind="stable")
    rows = [
        {"bin": str(place)} | _compared(level[cells], spread[cells], error[cells], confidence)
        for place, cells in enumerate(np.array_split(order, number), start=1)
    ]
    covered = {
        name: float(np.mean(size <= student_quantile((1 + share) / 2, seeds - 1) * spread))
        for name, share in COVERAGES.items()
    }
    overall = _compared(level, spread, error, confidence)
    rows.append({"bin": "all"} | overall | {"spearman": _spearman(spread, size)} | covered)
    return pd.DataFrame(rows, columns=list(SPREAD_AGAINST_ERROR))


def _compared(
    level: np.ndarray, spread: np.ndarray, error: np.ndarray, confidence: float
) -> dict[str, float]:
    ratio, low, high = _ratio(spread**2, error**2, confidence)
    return {
        "n": len(error),
        "level": float(level.mean()),
        "spread": float(np.sqrt(np.mean(spread**2))),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
    }


def _ratio(
    expected: np.ndarray, squared: np.ndarray, confidence: float
) -> tuple[float, float, float]:
    """Return √(mean squared error / mean expected), and its interval over examples.

    By the delta method on the logarithm, paired: an example moves log(ratio) by half of its error²
    over their mean less its expected variance over theirs. NaN where that is not defined.
    """
    n, means = len(squared), (squared.mean(), expected.mean())
    if min(means) <= 0:
        return float("nan"), float("nan"), float("nan")
    ratio = float(np.sqrt(means[0] / means[1]))
    if n < 2:
        return ratio, float("nan"), float("nan")
    moves = (squared / means[0] - expected / means[1]) / 2
    half = student_quantile((1 + confidence) / 2, n - 1) * moves.std(ddof=1) / np.sqrt(n)
    return ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half))


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    from scipy.stats import spearmanr

    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)
