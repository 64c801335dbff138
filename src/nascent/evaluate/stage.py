"""All tables that compare the models of a study, from its predictions and its cell table."""

from collections.abc import Collection

import pandas as pd

from nascent.evaluate.calibration import calibration
from nascent.evaluate.compare import comparison, pairs
from nascent.evaluate.confounders import confounders
from nascent.evaluate.groups import groups
from nascent.evaluate.held_out import held_out
from nascent.evaluate.intervals import intervals
from nascent.evaluate.resampled import resample
from nascent.evaluate.tables import (
    CALIBRATION,
    COMPARISON,
    GROUPS,
    INTERVALS,
    PAIRS,
)


def comparison_tables(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    floors: Collection[str],
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> dict[str, pd.DataFrame]:
    """Return the tables groups, intervals, comparison, pairs, calibration and confounders.

    Parameters
    ----------
    predictions
        Of all models, seeds, folds, designs and targets, floors included; the columns of
        `nascent.evaluate.tables.PREDICTIONS`.
    cells
        The study's cell table; its index is `cell_id`. Columns plate and well, and perturbation and
        cell_cycle where the study has them.
    floors
        Names among the models that are floors.
    confidence
        Of all intervals, between 0 and 1.
    draws
        Resamples. The intervals over few wells reach far into the tails: take 2,000 or more.
    seed
        Of the resampling; the same tables give the same intervals to the last bit.

    Returns
    -------
    dict
        Name → table, with the columns that `nascent.evaluate.tables` has under that name.

    Raises
    ------
    TrainError
        Where predictions do not fit together, see `nascent.evaluate.held_out.held_out`.
    """
    parts: dict[str, list[pd.DataFrame]] = {
        "groups": [pd.DataFrame(columns=list(GROUPS))],
        "intervals": [pd.DataFrame(columns=list(INTERVALS))],
        "comparison": [pd.DataFrame(columns=list(COMPARISON))],
        "pairs": [pd.DataFrame(columns=list(PAIRS))],
        "calibration": [pd.DataFrame(columns=list(CALIBRATION))],
    }
    for held in held_out(predictions, cells):
        resampled = resample(held, draws=draws, seed=seed)
        parts["groups"].append(groups(held, confidence=confidence, draws=draws, seed=seed))
        parts["intervals"].append(intervals(held, resampled, confidence=confidence))
        parts["comparison"].append(
            comparison(held, resampled, floors=floors, confidence=confidence)
        )
        parts["pairs"].append(pairs(held, resampled, confidence=confidence))
        parts["calibration"].append(calibration(held, confidence=confidence))
    tables = {name: _joined(tables) for name, tables in parts.items()}
    return tables | {"confounders": confounders(predictions, cells)}


def model_verdicts(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    floors: Collection[str],
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> pd.DataFrame:
    """Return the rows that the models given have in the comparison, whatever others there are.

    All models see the same resamples, so that a model's row does not change with those beside it:
    what is drawn of one model can say its verdict and need not wait for the others.

    Parameters
    ----------
    predictions
        As in `comparison_tables`: of some models, and of the floors.
    cells, floors, confidence, draws, seed
        See `comparison_tables`.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.COMPARISON`, without the rows of the floors.
    """
    tables = [pd.DataFrame(columns=list(COMPARISON))]
    for held in held_out(predictions, cells):
        resampled = resample(held, draws=draws, seed=seed)
        tables.append(comparison(held, resampled, floors=floors, confidence=confidence))
    table = _joined(tables)
    return table[~table["model"].isin(list(floors))].reset_index(drop=True)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    # Tables without rows have no dtypes, and would turn the others' to object.
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]
