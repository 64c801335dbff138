"""All metrics of all models over test examples: as they are, resampled, without each group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nascent.evaluate.held_out import HeldOut
from nascent.metric import Metric
from nascent.statistics.bootstrap import counts
from nascent.statistics.combined import Source, combined, of_groups, of_repeats, of_resamples

EACH = "each"
"""Stands for the seed where a metric is the mean over seeds of the metric of each."""

ENSEMBLE = "ensemble"
"""Stands for the seed where a metric is that of the mean prediction over seeds."""


@dataclass(frozen=True)
class Limits:
    """A metric or a difference of two, with its intervals over examples and over groups.

    Both hold the training seeds, where the statement is about a mean over several. NaN with fewer
    than two examples, or with fewer groups than a verdict needs.
    """

    value: float
    low: float
    high: float
    low_groups: float
    high_groups: float


@dataclass(frozen=True)
class Sources:
    """What a statistic of the test examples owes to chance.

    Attributes
    ----------
    cells : (B,) float64
        The statistic over resampled examples.
    groups : (W,) float64
        Without each group.
    repeats : sequence of Source
        What training seeds add.
    """

    cells: np.ndarray
    groups: np.ndarray
    repeats: Sequence[Source]


@dataclass(frozen=True)
class Resampled:
    """Metrics of one target and design; the last axis of each array is K columns.

    Attributes
    ----------
    columns : dict
        (model, seed as text or "ensemble") → place among the K columns. "ensemble" is there for
        models of two seeds or more.
    seeds : dict
        Model → the places of its runs, a seed each.
    value : dict
        Metric → (K,), over the test examples as they are.
    cells : dict
        Metric → (B, K), over resampled examples.
    groups : dict
        Metric → (W, K), over the test examples without those of each group.
    sizes : (W,) int
        Test examples of each group.
    metrics : dict
        Metric → what is known of it beforehand.
    """

    columns: dict[tuple[str, str], int]
    seeds: dict[str, np.ndarray]
    value: dict[str, np.ndarray]
    cells: dict[str, np.ndarray]
    groups: dict[str, np.ndarray]
    sizes: np.ndarray
    metrics: Mapping[str, Metric]

    @property
    def n(self) -> int:
        """Test examples."""
        return int(self.sizes.sum())

    @property
    def groups_n(self) -> int:
        """Groups that they are from."""
        return len(self.sizes)

    def places(self, model: str, seed: str = EACH) -> np.ndarray:
        """Return the columns whose mean a row is of: those of all seeds for "each"."""
        return self.seeds[model] if seed == EACH else np.array([self.columns[model, seed]])

    def mean(self, metric: str, places: np.ndarray) -> float:
        """Return a metric's mean over runs."""
        return float(self.value[metric][places].mean())

    def limits(
        self,
        metric: str,
        places: np.ndarray,
        others: np.ndarray | None = None,
        *,
        confidence: float,
    ) -> Limits:
        """Return a metric's mean over runs, less that over others, and its limits.

        Two sources of chance are combined (`nascent.statistics.combined`): the examples, or the
        groups, in which all runs are alike, and the training seeds, S of each side on their own.

        Parameters
        ----------
        metric
            One of the task's.
        places, others
            (S,) columns, a seed each; None: nothing is taken off.
        confidence
            Between 0 and 1.
        """
        sides = [(places, 1.0)] + ([] if others is None else [(others, -1.0)])
        value, cells, groups = (
            sum(sign * array[metric][..., columns].mean(axis=-1) for columns, sign in sides)
            for array in (self.value, self.cells, self.groups)
        )
        seeds = [
            of_repeats(self.value[metric][columns], confidence=confidence) for columns, _ in sides
        ]
        sources = Sources(cells, groups, seeds)
        difference = others is not None
        return self.limits_of(
            metric, float(value), sources, difference=difference, confidence=confidence
        )

    def limits_of(
        self,
        metric: str,
        value: float,
        sources: "Sources",
        *,
        difference: bool,
        confidence: float,
    ) -> Limits:
        """Return the limits of a statistic of these examples, within the range that it has.

        Parameters
        ----------
        metric
            That the statistic is a mean of.
        value
            The statistic.
        sources
            Of its chance.
        difference
            Whether it is a difference of two means.
        confidence
            Between 0 and 1.
        """
        over_cells = of_resamples(value, sources.cells, units=self.n, confidence=confidence)
        over_groups = of_groups(value, sources.groups, self.sizes, confidence=confidence)
        within = partial(self.metrics[metric].within, difference=difference)
        return Limits(
            value,
            *within(*combined(value, [over_cells, *sources.repeats])),
            *within(*combined(value, [over_groups, *sources.repeats])),
        )


def resample(held: HeldOut, *, draws: int, seed: int) -> Resampled:
    """Resample the test examples, and leave out each of their groups.

    All runs see the same draws of examples, so that differences are paired.

    Parameters
    ----------
    held
        Test predictions of all runs.
    draws
        B.
    seed
        Of all draws; equal seeds give equal draws whatever models are compared.
    """
    columns = {(model, str(number)): place for place, (model, number) in enumerate(held.runs)}
    y_hat = [held.y_hat]
    for model in held.models:
        runs = held.seeds_of(model)
        if len(runs) > 1:
            columns[model, ENSEMBLE] = len(columns)
            y_hat.append(held.y_hat[:, runs].mean(axis=1, keepdims=True))
    y_hat = np.concatenate(y_hat, axis=1)

    groups = held.levels["group"].to_numpy(str)
    value = held.task.values(held.y, y_hat, scale=held.scale)
    how = {"scale": held.scale, "known": value}
    drawn = counts(len(held.y), draws, np.random.default_rng((seed, 0)))
    return Resampled(
        columns=columns,
        seeds={model: held.seeds_of(model) for model in held.models},
        value=value,
        cells=held.task.resampled(held.y, y_hat, drawn, **how),
        groups=held.task.left_out(held.y, y_hat, groups, **how),
        sizes=np.unique(groups, return_counts=True)[1],
        metrics={metric.name: metric for metric in held.task.measures},
    )
