"""What a task is: how one kind of answer is learnt, measured and explained.

A metric is a function of sums over examples. So a resample of the examples only changes how often
each one counts, and every metric in B resamples comes from one matrix product: counts (B, n) times
sums (n, K). All models are resampled alike, which makes differences between them paired. What needs
ranks (AUROC) is no function of sums, and a task computes it from the counts themselves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from nascent.by_name import file_of, known_names, load
from nascent.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from pandas.core.groupby import DataFrameGroupBy

    from nascent.train.options import Fitting

PACKAGE = "nascent.tasks"

REGRESSION = "regression"
"""The task of a study that names none."""

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


class Task:
    """One kind of answer; a file of `nascent.tasks` has its own as `TASK`.

    Arrays have n examples first. A prediction has the axis of R runs behind it: (n, R, …).

    Attributes
    ----------
    name
        As in the config.
    metrics
        Names, in the order of tables.
    primary
        The metric that verdicts are about.
    higher
        Metrics of which more is better.
    compared, bounded
        Metrics that the comparison of models shows with intervals, and those that get intervals in
        each group of examples.
    learning
        The metric that is followed from epoch to epoch beside the loss, lower is better; candidates
        of a search are chosen by it.
    losses
        Names of losses, the usual one first.
    words
        Metric → how figures and pages call it.
    calibrated
        Columns of `calibration`.
    more
        Tables of a run that this task alone has → their columns.
    has_errors
        Whether y − ŷ is a number, whose mean over a group says how far off the group is.
    has_classes
        Whether the answers are among classes with names.
    """

    name: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    primary: ClassVar[str]
    higher: ClassVar[frozenset[str]]
    compared: ClassVar[tuple[str, ...]]
    bounded: ClassVar[tuple[str, ...]]
    learning: ClassVar[str]
    losses: ClassVar[tuple[str, ...]]
    words: ClassVar[Mapping[str, str]]
    calibrated: ClassVar[tuple[str, ...]]
    more: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    has_errors: ClassVar[bool] = False
    has_classes: ClassVar[bool] = False

    @property
    def lower_is_better(self) -> bool:
        """Whether less of the primary metric is better."""
        return self.primary not in self.higher

    # Measuring: no framework.

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
        raise NotImplementedError

    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """Return the metrics from sums over examples: (B, K) → metric → (B, R)."""
        raise NotImplementedError

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

    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Return answers as numbers whose variance can be divided: (n,) or (n, k) float64."""
        raise NotImplementedError

    def levels(self, table: pd.DataFrame) -> tuple[str, ...]:
        """Return the names of the classes that a table of predictions has, in their order."""
        return ()

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
        raise NotImplementedError

    def tables(
        self, y: np.ndarray, y_hat: np.ndarray, *, levels: Sequence[str]
    ) -> dict[str, pd.DataFrame]:
        """Return more tables of a run, those of `more`; parameters as for `calibration`."""
        return {}

    def spread(self, y_hat: np.ndarray, sds: Sequence[float]) -> float:
        """Return how much predictions differ from example to example; near 0 is a collapse.

        Parameters
        ----------
        y_hat
            (n, …), what a network puts out.
        sds
            Of its outputs' unit, one an output.
        """
        if len(y_hat) < 2:
            return float("nan")
        return float((np.std(y_hat, axis=0, ddof=1) / np.asarray(sds)).min())

    # Tables.

    def encode(self, column: pd.Series, levels: Sequence[str] = ()) -> np.ndarray:
        """Return the answers of a column of the cell table, (n,).

        Parameters
        ----------
        column
            Its index is `id`.
        levels
            Names of the classes, in the order of their numbers.

        Raises
        ------
        TrainError
            Where an answer is missing, or is none of the levels; the cell is named.
        """
        raise NotImplementedError

    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return the number of outputs of a network for so many targets."""
        raise NotImplementedError

    def of_targets(self, network_outputs: np.ndarray) -> list[np.ndarray]:
        """Return the predictions of each target, (n, …), from what a network puts out, (n, …)."""
        raise NotImplementedError

    def columns(self, levels: Sequence[str] = ()) -> tuple[str, ...] | None:
        """Return the columns that hold answer and prediction in tables; None: they do not fit."""
        raise NotImplementedError

    def table(
        self, ids: Sequence[Any], y: np.ndarray, y_hat: np.ndarray, levels: Sequence[str] = ()
    ) -> pd.DataFrame | None:
        """Return a table of `id` and `columns`, or None where they do not fit into one.

        Parameters
        ----------
        ids
            (n,), of the examples.
        y
            (n, …).
        y_hat
            (n, …), of one run.
        levels
            Names of the classes, in the order of their numbers.
        """
        raise NotImplementedError

    def read(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return y and ŷ of a table that `table` made."""
        raise NotImplementedError

    # Networks. A framework is loaded where one of these is called, and not before.

    def start(self, y: np.ndarray, levels: Sequence[str] = ()) -> tuple[list[float], list[float]]:
        """Return where the outputs of an untrained network lie, and their unit, one each.

        Parameters
        ----------
        y
            (n, T) of the training examples, T targets.
        levels
            Names of the classes.
        """
        raise NotImplementedError

    def read_outs(self, names: Sequence[str]) -> dict[str, Callable[[Any], Any]]:
        """Return what a map can explain: name → outputs of a network → (n,).

        Parameters
        ----------
        names
            Of the targets, or of the classes.
        """
        raise NotImplementedError

    def loss_options(
        self, fitting: "Fitting", y: np.ndarray, sds: Sequence[float]
    ) -> dict[str, Any]:
        """Return the options of `loss` that a model's options and its training examples give."""
        return {}

    def loss(self, name: str, sds: Sequence[float], **options: Any) -> Callable[..., Any]:
        """Return a loss: (y, outputs, weight or None) → (n,), in tensors of the backend.

        Parameters
        ----------
        name
            Among `losses`.
        sds
            Of the outputs' units.
        **options
            Of the loss.
        """
        raise NotImplementedError

    def learning_metric(self, sds: Sequence[float]) -> Callable[..., Any]:
        """Return `learning` as a function of the same kind as a loss."""
        raise NotImplementedError


def known_tasks() -> tuple[str, ...]:
    """Return the names of the tasks."""
    return known_names(PACKAGE)


def task_of(name: str) -> Task:
    """Return the task called `name`.

    Raises
    ------
    ConfigError
        Where there is no such task; the nearest is named.
    """
    return load(PACKAGE, name, ConfigError, "target.task").TASK


def task_file(name: str) -> "Path":
    """Return the file of a task, of which the code of the jobs that use it is a part."""
    return file_of(PACKAGE, name, ConfigError, "target.task")
