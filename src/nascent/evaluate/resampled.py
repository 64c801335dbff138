"""All metrics of all models over the test cells, as they are and in every resample."""

from dataclasses import dataclass

import numpy as np

from nascent.evaluate.bootstrap import (
    RESAMPLED,
    resampled_metrics,
    seed_weights,
    sums_of_cells,
    sums_of_wells,
)
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.metrics import HUBER_DELTA, metrics

EACH = "each"
"""Stands for the seed where a metric is the mean over seeds of the metric of each."""

ENSEMBLE = "ensemble"
"""Stands for the seed where a metric is that of the mean prediction over seeds."""


@dataclass(frozen=True)
class Resampled:
    """Metrics of one target and design; the last axis of each array is K columns.

    Attributes
    ----------
    columns : dict
        (model, seed as text, "each" or "ensemble") → place among the K columns. "each" is there
        for every model, "ensemble" for those with two seeds or more.
    value : dict
        Metric → (K,), over the test cells as they are.
    cells, wells : dict
        Metric → (B, K), over resampled cells and over resampled wells.
    n, wells_n : int
        Test cells, and wells they are from.
    """

    columns: dict[tuple[str, str], int]
    value: dict[str, np.ndarray]
    cells: dict[str, np.ndarray]
    wells: dict[str, np.ndarray]
    n: int
    wells_n: int


def resample(held: HeldOut, *, draws: int, seed: int, delta: float = HUBER_DELTA) -> Resampled:
    """Resample the test cells, and their wells, and for "each" the training seeds with them.

    All runs see the same draws of cells (and the same draws of wells). In a draw of "each" the
    seeds of the model are drawn as well, independently of the cells: the pigeonhole bootstrap of
    Owen (2007, Ann. Appl. Stat. 1:386), which errs on the wide side. A model of one seed has no
    training variance in its interval.

    Parameters
    ----------
    held
        Test predictions of all runs.
    draws
        B.
    seed
        Of all draws; equal seeds give equal draws whatever models are compared.
    delta
        Of the Huber loss, in raw counts.
    """
    columns = {(model, str(number)): place for place, (model, number) in enumerate(held.runs)}
    y_hat = [held.y_hat]
    for model in held.models:
        runs = held.seeds_of(model)
        if len(runs) > 1:
            columns[model, ENSEMBLE] = len(columns)
            y_hat.append(held.y_hat[:, runs].mean(axis=1, keepdims=True))
    y_hat = np.hstack(y_hat)

    rows = [metrics(held.y, column, delta) for column in y_hat.T]
    value = {name: np.array([[row[name] for row in rows]]) for name in RESAMPLED}
    sums, bias = sums_of_cells(held.y, y_hat, delta), value["bias"][0]
    wells = held.levels["well"].to_numpy(str)
    cells_drawn = resampled_metrics(sums, bias, draws, (seed, 0))
    wells_drawn = resampled_metrics(sums_of_wells(sums, wells), bias, draws, (seed, 1))

    shares: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for model in held.models:
        runs = held.seeds_of(model)
        columns[model, EACH] = len(columns)
        equal = np.full((1, len(runs)), 1 / len(runs))
        shares.append((runs, equal, seed_weights(model, len(runs), draws, (seed, 2))))
    value = _with_means(value, [(runs, equal) for runs, equal, _ in shares])
    drawn = [(runs, weights) for runs, _, weights in shares]
    return Resampled(
        columns=columns,
        value={name: array[0] for name, array in value.items()},
        cells=_with_means(cells_drawn, drawn),
        wells=_with_means(wells_drawn, drawn),
        n=len(held.y),
        wells_n=len(np.unique(wells)),
    )


def _with_means(
    of_runs: dict[str, np.ndarray], shares: list[tuple[np.ndarray, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Append to each (B, K) the weighted mean over the runs of each model, as columns."""
    return {
        name: np.column_stack(
            [values, *(np.sum(values[:, runs] * weights, axis=1) for runs, weights in shares)]
        )
        for name, values in of_runs.items()
    }
