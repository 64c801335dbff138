"""Does the spread of an ensemble's predictions tell how wrong they are?"""

import numpy as np
import pandas as pd
from scipy import stats

from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.tables import CALIBRATION

BINS = 10
CELLS_A_BIN = 10
COVERAGES = {"coverage_68": 0.68, "coverage_95": 0.95}


def calibration(held: HeldOut) -> pd.DataFrame:
    """Return spread against error of every model of two seeds or more.

    For a test cell let μ be the mean and s the SD (ddof 1) of the predictions of the S seeds. s is
    the variance of training and nothing else: not the noise of the measurement, nor what no network
    of this kind can know.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.CALIBRATION`. Rows "1" to "10": cells sorted by s,
        in bins of equal size (fewer bins where they would hold fewer than 10 cells); `spread` is
        the root mean square of s, `rmse` of y − μ, so that the two are equal where the spread
        accounts for the whole error (Leutbecher & Palmer 2008, J. Comput. Phys. 227:3515). Row
        "all": the same over all cells; `spearman`, the rank correlation of s with |y − μ|;
        `coverage_p`, the share of cells whose measured y lies in μ ± z s, with z the normal
        quantile of p %. Since s leaves the noise out, coverage below p is expected; how far below
        is what this says. No rows for a model of one seed.
    """
    rows = []
    for model in held.models:
        runs = held.seeds_of(model)
        if len(runs) < 2:
            continue
        predictions = held.y_hat[:, runs]
        spread, error = predictions.std(axis=1, ddof=1), held.y - predictions.mean(axis=1)
        size = np.abs(error)
        key = {"target": held.target, "design": held.design, "model": model}
        number = min(BINS, max(1, len(error) // CELLS_A_BIN))
        order = np.argsort(spread, kind="stable")
        for place, cells in enumerate(np.array_split(order, number), start=1):
            rows.append(key | {"bin": str(place)} | _spread_and_error(spread[cells], error[cells]))
        covered = {
            name: float(np.mean(size <= stats.norm.ppf((1 + share) / 2) * spread))
            for name, share in COVERAGES.items()
        }
        overall = _spread_and_error(spread, error) | {"spearman": _spearman(spread, size)}
        rows.append(key | {"bin": "all"} | overall | covered)
    return pd.DataFrame(rows, columns=list(CALIBRATION))


def _spread_and_error(spread: np.ndarray, error: np.ndarray) -> dict[str, float]:
    return {
        "n": len(error),
        "spread": float(np.sqrt(np.mean(spread**2))),
        "rmse": float(np.sqrt(np.mean(error**2))),
    }


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(stats.spearmanr(first, second).statistic)
