"""One class an example: a network gives each class a logit, and their softmax is the prediction.

With p(c) the predicted probability of class c and k classes:

- `accuracy`, the share of examples whose most probable class is theirs;
- `balanced_accuracy`, the mean over classes of the share found of each (recall);
- `macro_f1`, the mean over classes of 2 TP / (2 TP + FP + FN), classes neither there nor predicted
  left out;
- `auroc`, the mean over classes of the probability that an example of the class has a higher p(c)
  than one of another class, ties half (Hanley & McNeil 1982, Radiology 143:29);
- `log_loss`, the mean of −ln p of the true class, p no less than 1e-15;
- `brier`, the mean of Σ_c (p(c) − [true class is c])², from 0 to 2 (Brier 1950, Mon. Weather Rev.
  78:1);
- `brier_skill`, 1 − Brier score / that of the shares of the classes among these very examples.

A class without an example among those measured has no recall and no AUROC, and stays out of their
means.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.metric import Metric
from nascent.metrics import Metrics, Sums, Values
from nascent.tasks._class_tables import calibration_curve, confusion
from nascent.tasks._ranks import auroc, mean_of_classes

LEAST = 1e-15
"""Probabilities below count as this much in the log loss."""

TRUE, PREDICTED, PROBABILITY = "true_class", "predicted_class", "p_"
"""Columns of tables: two names of classes, and before the name of a class its probability."""

BINS = 10
"""Of the calibration curve."""

_SHARE = {"higher": True, "least": 0, "most": 1}


class ClassMetrics(Metrics):
    """How far probabilities hold, and how often the most probable class is the true one."""

    measures = (
        Metric(
            "accuracy", "accuracy", **_SHARE, meaning="share whose most probable class is theirs"
        ),
        Metric(
            *("balanced_accuracy", "balanced accuracy"),
            **_SHARE,
            meaning="mean over classes of the share found of each",
        ),
        Metric(
            "macro_f1", "macro F1", **_SHARE, meaning="mean over classes of 2 TP / (2 TP + FP + FN)"
        ),
        Metric(
            *("auroc", "AUROC"),
            **_SHARE,
            meaning="mean over classes of how often one of the class ranks above one of another",
        ),
        Metric(
            *("log_loss", "log loss"),
            least=0,
            most=-math.log(LEAST),
            meaning="mean of −ln p of the true class",
        ),
        Metric(
            "brier", "Brier score", least=0, most=2, meaning="squared error of the probabilities"
        ),
        Metric(
            *("brier_skill", "Brier skill"),
            higher=True,
            most=1,
            meaning="1 − Brier score / that of the shares of the classes",
        ),
    )
    primary = "balanced_accuracy"
    compared = ("balanced_accuracy", "log_loss", "auroc")
    by_level = ("balanced_accuracy", "log_loss")
    skill_metric = "brier_skill"
    calibrated = (
        "seed", "class", "bin", "n", "probability", "share", "share_low", "share_high",
    )  # fmt: skip
    more: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "confusion": ("target", "design", "model", "seed", TRUE, PREDICTED, "n")
    }

    def sums(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Sums:
        """Return what the metrics but AUROC are made of.

        For each class whether it is the true one; then for each run the log loss, the Brier score,
        and for each class whether it is predicted, and whether so rightly: (n, k + R (2 + 2 k)).
        """
        y, y_hat = _checked(y, y_hat, weight)
        n, runs, k = y_hat.shape
        weight = np.ones(n) if weight is None else np.asarray(weight, np.float64)
        true = np.eye(k)[y]
        said = np.eye(k)[y_hat.argmax(axis=2)]
        of_true = np.take_along_axis(y_hat, y[:, None, None], axis=2)[..., 0]
        of_runs = np.concatenate(
            [
                -np.log(np.maximum(of_true, LEAST))[..., None],
                np.square(y_hat - true[:, None]).sum(axis=2, keepdims=True),
                said,
                said * true[:, None],
            ],
            axis=2,
        )
        values = np.hstack([true, of_runs.reshape(n, -1)])
        # The number of classes travels with the sums: the offset has no other use here.
        return Sums(values * weight[:, None], np.full(runs, float(k)))

    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """Return the metrics but AUROC, which is no function of sums."""
        k = int(offset[0])
        number = totals[:, None, :k]
        of_runs = totals[:, k:].reshape(len(totals), -1, 2 + 2 * k)
        said, right = of_runs[..., 2 : 2 + k], of_runs[..., 2 + k :]
        with np.errstate(divide="ignore", invalid="ignore"):
            n = number.sum(axis=2)
            # Σ_c (share(c) − [true class is c])², summed over the examples.
            of_shares = n - np.square(number).sum(axis=2) / n
            of_shares = np.where(of_shares > 1e-12 * n, of_shares, np.nan)
            return {
                "accuracy": right.sum(axis=2) / n,
                "balanced_accuracy": mean_of_classes(right, number),
                "macro_f1": mean_of_classes(2 * right, number + said),
                "log_loss": of_runs[..., 0] / n,
                "brier": of_runs[..., 1] / n,
                "brier_skill": 1 - of_runs[..., 1] / of_shares,
            }

    def values(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
    ) -> Values:
        """See `nascent.task.Task.values`; y (n,) numbers of classes, ŷ (n, R, k) probabilities."""
        counts = np.ones(len(y)) if weight is None else np.asarray(weight, np.float64)
        y, y_hat = _checked(y, y_hat, weight)
        return {name: value[0] for name, value in self.resampled(y, y_hat, [counts[None]]).items()}

    def resampled(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        counts: Iterable[np.ndarray],
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Values:
        """See `nascent.task.Task.resampled`."""
        sums = self.sums(y, y_hat)
        blocks = [
            self.measure(held @ sums.values, sums.offset) | {"auroc": auroc(y, y_hat, held)}
            for held in counts
        ]
        return {name: np.vstack([block[name] for block in blocks]) for name in self.metrics}

    def left_out(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        groups: np.ndarray,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Values:
        """See `nascent.task.Task.left_out`."""
        kept = (np.unique(groups)[:, None] != np.asarray(groups)).astype(np.float64)
        return self.resampled(y, y_hat, [kept])

    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Return 1 in the column of each example's class and 0 elsewhere, (n, k) float64."""
        y = np.asarray(y)
        return (y[:, None] == np.unique(y)).astype(np.float64)

    def levels(self, table: pd.DataFrame) -> tuple[str, ...]:
        """Return the names of the classes, those that the columns of probabilities name."""
        named = [str(name) for name in table.columns if str(name).startswith(PROBABILITY)]
        return tuple(name.removeprefix(PROBABILITY) for name in named)

    def calibration(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        *,
        seeds: Sequence[int],
        levels: Sequence[str],
        confidence: float,
    ) -> pd.DataFrame:
        """Return the calibration curve of each seed."""
        curves = [
            calibration_curve(y, run, bins=BINS, confidence=confidence).assign(seed=number)
            for number, run in zip(seeds, np.moveaxis(y_hat, 1, 0), strict=True)
        ]
        table = pd.concat(curves, ignore_index=True)
        return table.assign(**{"class": table["class"].map(dict(enumerate(levels)))})

    def tables(
        self, y: np.ndarray, y_hat: np.ndarray, *, levels: Sequence[str]
    ) -> dict[str, pd.DataFrame]:
        """Return the confusion matrix of a run, a row a true class and a predicted one."""
        matrix = confusion(y, y_hat)
        rows = [
            (true, predicted, int(matrix[a, b]))
            for a, true in enumerate(levels)
            for b, predicted in enumerate(levels)
        ]
        return {"confusion": pd.DataFrame(rows, columns=[TRUE, PREDICTED, "n"])}


def _checked(
    y: np.ndarray, y_hat: np.ndarray, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return y as numbers of classes, 0 where it is missing, and ŷ as probabilities."""
    y, y_hat = np.asarray(y), np.asarray(y_hat, np.float64)
    if y.ndim != 1 or y_hat.ndim != 3 or len(y) != len(y_hat) or not len(y):
        raise TrainError(f"classes {y.shape} and probabilities {y_hat.shape} cannot be compared")
    there = np.ones(len(y), bool) if weight is None else np.asarray(weight) > 0
    known, k = y[there], y_hat.shape[2]
    wrong = np.flatnonzero(~(np.isin(known, np.arange(k))))
    if len(wrong):
        raise TrainError(f"{known[wrong[0]]} is the number of none of {k} classes")
    off = ~np.isclose(y_hat.sum(axis=2), 1, atol=1e-5) | (y_hat < 0).any(axis=2)
    if (off | ~np.isfinite(y_hat).all(axis=2))[there].any():
        raise TrainError("probabilities are not between 0 and 1, or do not sum to 1")
    y_hat = np.where(there[:, None, None], y_hat, 1 / k)
    return np.where(there, y, 0).astype(np.int64), y_hat
