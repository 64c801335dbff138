"""How far off a model is in whole groups, in words and as a table."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from nascent.figures import words
from nascent.figures.words import interval, short
from nascent.report.tables import MISSING
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

LARGE = 0.1
"""Share of the squared error from which on group biases are a limit of a model."""

NOTE = (
    "Shift by {group}: of the mean squared error, what the {groups}' own biases make, less what"
    " chance alone gives them (beside it, before that is taken off). The worst {group} is the one"
    " that is surely furthest off; its bias is the mean of measured less predicted, with an"
    " interval over its {examples} that allows for the choice among the {groups}."
)


def percent(share: float) -> str:
    """Return a share in percent, a dash where it is missing."""
    return MISSING if not np.isfinite(share) else f"{100 * share:.0f} %"


def is_off(row: Mapping[str, Any]) -> bool:
    """Return whether the interval of the worst group's bias lies on one side of 0."""
    return bool(row["worst_group_bias_low"] > 0 or row["worst_group_bias_high"] < 0)


def is_large(row: Mapping[str, Any]) -> bool:
    """Return whether a group is surely off, and groups make enough of the error to be a limit."""
    return is_off(row) and bool(row["group_shift_share"] >= LARGE)


def sentence(row: Mapping[str, Any], unit: str = "") -> str:
    """Return what a row of the comparison says of the groups' biases.

    Parameters
    ----------
    row
        A row of the table `comparison.tsv`.
    unit
        Of the target, in brackets as labels have it.
    """
    bias = row["worst_group_bias"]
    if not isinstance(row["worst_group"], str) or not np.isfinite(bias):
        return MISSING
    limits = interval(row["worst_group_bias_low"], row["worst_group_bias_high"])
    size = f"{short(abs(bias))} {unit.strip('()')}".strip()
    parts = [
        f"biases of whole {spoken().groups} make {percent(row['group_shift_share'])} of the"
        " squared error"
    ]
    if is_off(row):
        side = "below" if bias > 0 else "above"
        parts.append(
            f"in {spoken().group} {row['worst_group']} predictions lie {size} {side} what was"
            f" measured, y − ŷ {limits}"
        )
    elif limits:
        parts.append(
            f"no {spoken().group} is surely off: the largest bias is y − ŷ = {short(bias)}"
            f" {limits}, in {row['worst_group']}"
        )
    return "; ".join(parts)


def columns(comparison: pd.DataFrame) -> dict[str, Any]:
    """Return the columns of the shift by group as read, heading → values."""
    rows = comparison.to_dict("records")
    return {
        f"share of squared error by {spoken().groups}": [
            percent(row["group_shift_share"]) for row in rows
        ],
        "before chance is taken off": [percent(row["group_bias_share"]) for row in rows],
        f"worst {spoken().group}": comparison["worst_group"].fillna(MISSING),
        "its bias": comparison["worst_group_bias"],
        f"over its {spoken().examples}": [
            interval(row["worst_group_bias_low"], row["worst_group_bias_high"]) or MISSING
            for row in rows
        ],
    }


def shift_rows(comparison: pd.DataFrame, task: str = REGRESSION) -> pd.DataFrame:
    """Return the shift by group of every model, a row a design and model, floors left out."""
    own, measured = comparison[~comparison["floor"]], task_of(task)
    named = {
        "split": own["design"].map(words.design),
        "model": own["model"],
        measured.metric(measured.primary).words: own[measured.primary],
    }
    return pd.DataFrame(named | columns(own))
