"""How much of the target the group of an example, or another factor, explains alone.

A model that knows the staining of a group need not know any biology to predict its examples. What
the group alone explains is what a split by example gives away for nothing.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nascent.evaluate.levels import levels
from nascent.evaluate.tables import CONFOUNDERS
from nascent.task import REGRESSION, Task, task_of


def confounders(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    columns: Sequence[str] = (),
    task: str = REGRESSION,
) -> pd.DataFrame:
    """Return the variance explained by each variable, and what it predicts of unseen examples.

    Of classes, the variance is that of their indicators, 1 or 0 a class, summed over the classes:
    η² is then τ of Goodman & Kruskal (1954, J. Am. Stat. Assoc. 49:732), and the skill that
    of the Brier score.

    Parameters
    ----------
    predictions
        Of all models, see `nascent.evaluate.tables.predictions_columns`; only y and the splits are
        read.
    cells
        The study's table of examples; its index is `id`.
    columns
        Of the table of examples that are variables, beside the group.
    task
        Its name.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.CONFOUNDERS`, a row a target, variable and design.
        `levels`, `n`, `eta2` and `omega2` are over all examples of the target, whatever their
        split, see `variance_explained`. `skill` is of the test examples of the design, pooled over
        its folds, where each is predicted by the mean y of the training examples of its level, or
        of all training examples where its level has none: in a split by group, a model of group
        identity has nothing but the mean.
    """
    of_cells = levels(cells, columns)
    measured = task_of(task)
    rows = []
    for target, of_target in predictions.groupby("target", sort=False):
        splits = of_target.drop_duplicates(["design", "fold", "id"])
        numbers = _numbers(splits, measured)
        first = ~splits["id"].duplicated().to_numpy()
        known = of_cells.loc[splits["id"][first]]
        for variable in of_cells:
            explained = variance_explained(numbers[first], known[variable].to_numpy())
            for design, places in splits.groupby("design", sort=False).indices.items():
                of_design = splits.iloc[places]
                level = of_cells[variable].loc[of_design["id"]].to_numpy()
                rows.append(
                    {
                        "target": target,
                        "variable": variable,
                        "n": int(first.sum()),
                        **explained,
                        "design": design,
                        "skill": _test_skill(of_design.assign(level=level), numbers[places]),
                    }
                )
    return pd.DataFrame(rows, columns=list(CONFOUNDERS))


def _numbers(rows: pd.DataFrame, task: Task) -> np.ndarray:
    """Return the answers as numbers, (n, k) float64."""
    return task.numbers(task.read(rows)[0]).reshape(len(rows), -1)


def variance_explained(y: np.ndarray, level: np.ndarray) -> dict[str, float]:
    """Return the share of the variance of y between levels, one-way.

    With SS between, within and total, k levels and n examples: η² = SS_b / SS_t, which k levels of
    pure noise bring to (k − 1)/(n − 1); ω² = (SS_b − (k − 1) MS_w) / (SS_t + MS_w) with
    MS_w = SS_w / (n − k), which noise leaves at 0 on average and can bring below 0 (Hays 1963;
    Olejnik & Algina 2003, Psychol. Methods 8:434).

    Parameters
    ----------
    y
        (n,) float64; or (n, k), whose sums of squares are added up.
    level
        (n,) text.

    Returns
    -------
    dict
        levels (k), eta2, omega2; NaN where all y are equal, ω² also where n = k.
    """
    names, place = np.unique(level.astype(str), return_inverse=True)
    n, k = len(y), len(names)
    columns = y.reshape(n, -1).T
    if np.ptp(columns, axis=1).max() == 0:
        return {"levels": k, "eta2": float("nan"), "omega2": float("nan")}
    sizes = np.bincount(place)
    between = within = 0.0
    for column in columns:
        centred = column - column.mean()
        means = np.bincount(place, centred) / sizes
        # A factor of one level explains nothing, not the rounding of a mean.
        between += float(sizes @ means**2) if k > 1 else 0.0
        within += float(np.sum((centred - means[place]) ** 2))
    total = between + within
    mean_within = within / (n - k) if n > k else float("nan")
    return {
        "levels": k,
        "eta2": between / total,
        "omega2": (between - (k - 1) * mean_within) / (total + mean_within),
    }


def _test_skill(rows: pd.DataFrame, numbers: np.ndarray) -> float:
    """Return the skill over test examples of the training mean of each example's level and fold."""
    wrong, spread, varies = 0.0, 0.0, False
    for column in numbers.T:
        parts = []
        for _, fold in rows.assign(y=column).groupby("fold", sort=False):
            train, test = fold[fold["split"] == "train"], fold[fold["split"] == "test"]
            means = train.groupby("level")["y"].mean()
            parts.append(test.assign(y_hat=test["level"].map(means).fillna(train["y"].mean())))
        tested = pd.concat(parts)
        if tested.empty or tested["y_hat"].isna().any():
            return float("nan")
        y = tested["y"].to_numpy()
        varies |= np.ptp(y) > 0
        wrong += np.sum((y - tested["y_hat"].to_numpy()) ** 2)
        spread += np.sum((y - y.mean()) ** 2)
    return float(1 - wrong / spread) if varies else float("nan")
