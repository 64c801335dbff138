"""How much of the target a cell's well, plate, perturbation or phase alone explains.

A model that knows the staining of a well need not know any biology to predict its cells. What the
well alone explains is what a split by cell gives away for nothing.
"""

import numpy as np
import pandas as pd

from nascent.evaluate.levels import VARIABLES, levels
from nascent.evaluate.metrics import metrics
from nascent.evaluate.tables import CONFOUNDERS


def confounders(predictions: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the variance explained by each variable, and what it predicts of unseen cells.

    Parameters
    ----------
    predictions
        Of all models, see `nascent.evaluate.tables.PREDICTIONS`; only y and the splits are read.
    cells
        The study's cell table; its index is `cell_id`.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.CONFOUNDERS`, a row a target, variable and design.
        `levels`, `n`, `eta2` and `omega2` are over all cells of the target, whatever their split,
        see `variance_explained`. `r2` is of the test cells of the design, pooled over its folds,
        where each is predicted by the mean y of the training cells of its level, or of all training
        cells where its level has none: in a split by well, a model of well identity has nothing but
        the mean.
    """
    of_cells = levels(cells)
    rows = []
    for target, of_target in predictions.groupby("target", sort=False):
        splits = of_target.drop_duplicates(["design", "fold", "cell_id"])
        once = splits.drop_duplicates("cell_id")
        known = of_cells.loc[once["cell_id"]]
        for variable in VARIABLES:
            y = once["y"].to_numpy(np.float64)
            explained = variance_explained(y, known[variable].to_numpy())
            for design, of_design in splits.groupby("design", sort=False):
                level = of_cells[variable].loc[of_design["cell_id"]].to_numpy()
                rows.append(
                    {
                        "target": target,
                        "variable": variable,
                        "n": len(y),
                        **explained,
                        "design": design,
                        "r2": _test_r2(of_design.assign(level=level)),
                    }
                )
    return pd.DataFrame(rows, columns=list(CONFOUNDERS))


def variance_explained(y: np.ndarray, level: np.ndarray) -> dict[str, float]:
    """Return the share of the variance of y between levels, one-way.

    With SS between, within and total, k levels and n cells: η² = SS_b / SS_t, which k levels of
    pure noise bring to (k − 1)/(n − 1); ω² = (SS_b − (k − 1) MS_w) / (SS_t + MS_w) with
    MS_w = SS_w / (n − k), which noise leaves at 0 on average and can bring below 0 (Hays 1963;
    Olejnik & Algina 2003, Psychol. Methods 8:434).

    Parameters
    ----------
    y
        (n,) float64.
    level
        (n,) text.

    Returns
    -------
    dict
        levels (k), eta2, omega2; NaN where all y are equal, ω² also where n = k.
    """
    names, place = np.unique(level.astype(str), return_inverse=True)
    n, k = len(y), len(names)
    if np.ptp(y) == 0:
        return {"levels": k, "eta2": float("nan"), "omega2": float("nan")}
    y = y - y.mean()
    sizes = np.bincount(place)
    means = np.bincount(place, y) / sizes
    # A factor of one level explains nothing, not the rounding of a mean.
    between = float(sizes @ means**2) if k > 1 else 0.0
    within = float(np.sum((y - means[place]) ** 2))
    total = between + within
    mean_within = within / (n - k) if n > k else float("nan")
    return {
        "levels": k,
        "eta2": between / total,
        "omega2": (between - (k - 1) * mean_within) / (total + mean_within),
    }


def _test_r2(rows: pd.DataFrame) -> float:
    """Return the R² over test cells of the training mean of each cell's level and fold."""
    parts = []
    for _, fold in rows.groupby("fold", sort=False):
        train, test = fold[fold["split"] == "train"], fold[fold["split"] == "test"]
        means = train.groupby("level")["y"].mean()
        parts.append(test.assign(y_hat=test["level"].map(means).fillna(train["y"].mean())))
    tested = pd.concat(parts)
    if tested.empty or tested["y_hat"].isna().any():
        return float("nan")
    return metrics(tested["y"], tested["y_hat"])["r2"]
