"""How answers are measured: metrics as functions of sums over examples.

A metric is a function of sums over examples. So a resample of the examples only changes how often
each one counts, and every metric in B resamples comes from one matrix product: counts (B, n) times
sums (n, K). All models are resampled alike, which makes differences between them paired. What needs
ranks (AUROC) is no function of sums, and a task computes it from the counts themselves.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from nascent.errors import did_you_mean
from nascent.metric import Metric

if TYPE_CHECKING:
    from pandas.core.groupby import DataFrameGroupBy

Values = dict[str, np.ndarray]
"""Metric → one value a run, or one a draw and run."""


@dataclass(frozen=True)
class Sums:
    """What the metrics of R runs are made of, example by example.

    Attributes
    ----------
    values
        (n, K) float64; K depends on R.
    offset
        (R,), or None: what was taken off before summing, so that no small difference of large
        numbers is left, and what `Task.measure` puts back.
    """

    values: np.ndarray
    offset: np.ndarray | None = None


class Metrics(ABC):
    """The metrics of one kind of answer; no framework is loaded to measure.

    Arrays have n examples first. A prediction has the axis of R runs behind it: (n, R, …).

    Attributes
    ----------
    measures
        The metrics, in the order of tables.
    primary
        Name of the metric that verdicts are about.
    compared, by_level
        Names of the metrics that the comparison of models shows with intervals, and of those that
        get intervals in each group of examples.
    skill_metric
        Name of the metric that is 1 − Σ(y − ŷ)² / Σ(y − ȳ)², of numbers or of the probabilities of
        classes: 0 for whoever predicts the mean, 1 for whoever is always right.
    calibrated
        Columns of `calibration`.
    more
        Tables of a run that this task alone has → their columns.
    """

    measures: ClassVar[tuple[Metric, ...]]
    primary: ClassVar[str]
    compared: ClassVar[tuple[str, ...]]
    by_level: ClassVar[tuple[str, ...]]
    skill_metric: ClassVar[str]
    calibrated: ClassVar[tuple[str, ...]]
    more: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics, in the order of tables."""
        return tuple(metric.name for metric in self.measures)

    @property
    def lower_is_better(self) -> bool:
        """Whether less of the primary metric is better."""
        return not self.metric(self.primary).higher

    @property
    def skill(self) -> str:
        """What `skill_metric` is called."""
        return self.metric(self.skill_metric).short

    def metric(self, name: str) -> Metric:
        """Return the metric called `name`.

        Raises
        ------
        KeyError
            Where the task has none of that name; the nearest is named.
        """
        for metric in self.measures:
            if metric.name == name:
                return metric
        raise KeyError(f"there is no metric {name!r}. {did_you_mean(name, self.metrics)}")

    def values(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
    ) -> Values:
        """Return the metrics of R runs over the examples as they are, (R,) each.

        Parameters
        ----------
        y
            (n, …), as measured.
        y_hat
            (n, R, …), as predicted.
        weight
            (n,), or the shape of y; how often an example counts, 0 where it was not measured.
            None: each once.
        scale
            (n,), or of all examples: what a metric needs of the training examples, see `scales`.
        """
        sums = self.sums(y, y_hat, weight, scale=scale)
        totals = sums.values.sum(axis=0, keepdims=True)
        return {name: value[0] for name, value in self.measure(totals, sums.offset).items()}

    @abstractmethod
    def sums(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Sums:
        """Return what the metrics are made of; parameters as for `values`.

        `known` are the metrics of these very examples, where they were computed before.
        """

    @abstractmethod
    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """Return the metrics from sums over examples: (B, K) → metric → (B, R)."""

    def resampled(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        counts: Iterable[np.ndarray],
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Values:
        """Return the metrics in resamples of the examples, (B, R) each.

        Parameters
        ----------
        y, y_hat, scale, known
            As for `sums`.
        counts
            Blocks (b, n) of how often each example is drawn, B rows in all.
        """
        sums = self.sums(y, y_hat, scale=scale, known=known)
        return self.measure(np.vstack([held @ sums.values for held in counts]), sums.offset)

    def left_out(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        groups: np.ndarray,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Values:
        """Return the metrics without each group of examples, (G, R) each, groups sorted by label.

        Parameters
        ----------
        y, y_hat, scale, known
            As for `sums`.
        groups
            (n,) labels.
        """
        from nascent.statistics.jackknife import group_sums, without_each

        sums = self.sums(y, y_hat, scale=scale, known=known)
        return self.measure(without_each(group_sums(sums.values, groups)), sums.offset)

    def scales(self, train: "DataFrameGroupBy") -> pd.Series:
        """Return what metrics need to know of the training examples of each fold.

        Parameters
        ----------
        train
            A table of predictions of training examples, each once, fold by fold.

        Returns
        -------
        pandas.Series
            Fold → float64; NaN where the metrics need nothing.
        """
        return train.size() * np.nan

    @abstractmethod
    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Return answers as numbers whose variance can be divided: (n,) or (n, k) float64."""

    def levels(self, table: pd.DataFrame) -> tuple[str, ...]:
        """Return the names of the classes that a table of predictions has, in their order."""
        return ()

    @abstractmethod
    def calibration(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        *,
        seeds: Sequence[int],
        levels: Sequence[str],
        confidence: float,
    ) -> pd.DataFrame:
        """Return how far the predictions of a model's seeds hold what they promise.

        Parameters
        ----------
        y
            (n, …).
        y_hat
            (n, S, …), of S seeds.
        seeds
            (S,).
        levels
            Names of the classes.
        confidence
            Of intervals, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            The columns `calibrated`; no row where the seeds are too few.
        """

    def tables(
        self, y: np.ndarray, y_hat: np.ndarray, *, levels: Sequence[str]
    ) -> dict[str, pd.DataFrame]:
        """Return more tables of a run, those of `more`; parameters as for `calibration`."""
        return {}
