"""All tables that compare the models of a study, from its predictions and its table of examples."""

from collections.abc import Collection, Sequence

import pandas as pd

from nascent.evaluate.by_level import by_level
from nascent.evaluate.calibration import calibration
from nascent.evaluate.compare import comparison, pairs
from nascent.evaluate.confounders import confounders
from nascent.evaluate.held_out import HeldOut, held_out
from nascent.evaluate.intervals import intervals
from nascent.evaluate.resampled import resample
from nascent.evaluate.tables import (
    INTERVALS,
    PAIRS,
    calibration_columns,
    comparison_columns,
    levels_columns,
)
from nascent.task import REGRESSION, task_of


def comparison_tables(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    floors: Collection[str],
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
    task: str = REGRESSION,
    factors: Sequence[str] = (),
    batches: Sequence[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return the tables levels, intervals, comparison, pairs, calibration and confounders.

    Tables that the task alone has (`nascent.task.Task.more`) follow.

    Parameters
    ----------
    predictions
        Of all models, seeds, folds, designs and targets, floors included; the columns of
        `nascent.evaluate.tables.predictions_columns`.
    cells
        The study's table of examples; its index is `id`. The column group is
        needed, those of `factors` and `batches` where the study has them.
    floors
        Names among the models that are floors.
    confidence
        Of all intervals, between 0 and 1.
    draws
        Resamples. The intervals over few groups reach far into the tails: take 2,000 or more.
    seed
        Of the resampling; the same tables give the same intervals to the last bit.
    task
        Its name.
    factors, batches
        Columns of the table of examples: what tells examples apart, beside their group, from the
        coarsest to the finest, and what groups lie in.

    Returns
    -------
    dict
        Name → table, with the columns that `nascent.evaluate.tables` has under that name.

    Raises
    ------
    TrainError
        Where predictions do not fit together, see `nascent.evaluate.held_out.held_out`.
    """
    measured = task_of(task)
    parts: dict[str, list[pd.DataFrame]] = {
        "levels": [pd.DataFrame(columns=list(levels_columns(measured)))],
        "intervals": [pd.DataFrame(columns=list(INTERVALS))],
        "comparison": [pd.DataFrame(columns=list(comparison_columns(measured)))],
        "pairs": [pd.DataFrame(columns=list(PAIRS))],
        "calibration": [pd.DataFrame(columns=list(calibration_columns(measured)))],
        **{name: [pd.DataFrame(columns=list(more))] for name, more in measured.more.items()},
    }
    for held in held_out(predictions, cells, factors=factors, task=task):
        resampled = resample(held, draws=draws, seed=seed)
        for name, table in more_tables(held).items():
            parts[name].append(table)
        parts["levels"].append(by_level(held, confidence=confidence, draws=draws, seed=seed))
        parts["intervals"].append(intervals(held, resampled, confidence=confidence))
        parts["comparison"].append(
            comparison(held, resampled, floors=floors, confidence=confidence)
        )
        parts["pairs"].append(pairs(held, resampled, confidence=confidence))
        parts["calibration"].append(calibration(held, confidence=confidence))
    tables = {name: _joined(tables) for name, tables in parts.items()}
    known = (*batches, *factors)
    return tables | {"confounders": confounders(predictions, cells, columns=known, task=task)}


def model_verdicts(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    floors: Collection[str],
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
    task: str = REGRESSION,
) -> pd.DataFrame:
    """Return the rows that the models given have in the comparison, whatever others there are.

    All models see the same resamples, so that a model's row does not change with those beside it:
    what is drawn of one model can say its verdict and need not wait for the others.

    Parameters
    ----------
    predictions
        As in `comparison_tables`: of some models, and of the floors.
    cells, floors, confidence, draws, seed, task
        See `comparison_tables`.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.comparison_columns`, without the rows of the floors.
    """
    tables = [pd.DataFrame(columns=list(comparison_columns(task_of(task))))]
    for held in held_out(predictions, cells, task=task):
        resampled = resample(held, draws=draws, seed=seed)
        tables.append(comparison(held, resampled, floors=floors, confidence=confidence))
    table = _joined(tables)
    return table[~table["model"].isin(list(floors))].reset_index(drop=True)


def more_tables(held: HeldOut) -> dict[str, pd.DataFrame]:
    """Return the tables that the task alone has, of every run."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in held.task.more}
    for run, (model, seed) in enumerate(held.runs):
        key = {"target": held.target, "design": held.design, "model": model, "seed": seed}
        tables = held.task.tables(held.y, held.y_hat[:, run], levels=held.classes)
        for name, table in tables.items():
            parts[name].append(table.assign(**key)[list(held.task.more[name])])
    return {name: _joined(tables) for name, tables in parts.items()}


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    # Tables without rows have no dtypes, and would turn the others' to object.
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]
