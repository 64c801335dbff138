"""Numbers with their intervals, lists and verdicts, as sentences have them."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.figures.words import interval, short
from nascent.metric import Metric
from nascent.report.answers.records import NO, OPEN, YES
from nascent.statistics.verdict import CANNOT_TELL
from nascent.words import spoken, worded

COMPARED = "95 %"
"""Level of the intervals of models and reference predictors."""


def listed(names: Sequence[str]) -> str:
    """Return a list as a sentence has it: `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def percent(share: float) -> str:
    """Return a share of 1 as a sentence has it: `99 %`."""
    return f"{round(100 * share, 2):g} %"


def number(value: float) -> str:
    """Return a number of a table with three digits, or that it is not defined."""
    return short(value) if isfinite(value) else "not defined"


def with_intervals(
    row: Mapping[str, Any], name: str, ends: Mapping[str, str], unit: str = ""
) -> str:
    """Return a number with its intervals: `0.85 [0.68, 0.89] over cells, [0.73, 0.98] over wells`.

    Parameters
    ----------
    row
        Of a table.
    name
        Column of the number.
    ends
        Part of the names of the columns of limits: `low` and `high` of examples.
    unit
        Of the number; empty where it has none.
    """
    low, high = ends["low"], ends["high"]
    over = {
        spoken().examples: interval(row[low], row[high]),
        spoken().groups: interval(row[f"{low}_groups"], row[f"{high}_groups"]),
    }
    told = ", ".join(f"{limits} over {what}" for what, limits in over.items() if limits)
    return " ".join(filter(None, (number(row[name]), unit, told)))


def metric_value(row: Mapping[str, Any], metric: Metric, unit: str | None) -> str:
    """Return a metric of a row of the comparison with its unit and intervals."""
    ends = {"low": f"{metric.name}_low", "high": f"{metric.name}_high"}
    return with_intervals(row, metric.name, ends, (unit or "") if metric.in_unit else "")


def metric_alone(row: Mapping[str, Any], metric: Metric) -> str:
    """Return a metric with its intervals, over examples and over groups, and nothing else."""
    over = [
        interval(row[f"{metric.name}_low{end}"], row[f"{metric.name}_high{end}"])
        for end in ("", "_groups")
    ]
    return ", ".join([number(row[metric.name]), *filter(None, over)]).replace(", [", " [", 1)


def model_verdict(verdict: str) -> str:
    """Return what a verdict of the comparison is in an answer; `(2 wells)` stays."""
    known = {BEATS: YES, LOSES: NO}
    return known.get(verdict, verdict if verdict.startswith(CANNOT_TELL) else OPEN)


def of_groups(verdict: str) -> str:
    """Return what stands behind `cannot tell`, with a space before it: ` (2 wells)`."""
    rest = verdict.removeprefix(CANNOT_TELL).strip()
    return f" {rest}" if verdict.startswith(CANNOT_TELL) and rest else ""


def runs(seeds: int) -> str:
    """Return how many trainings a number rests on."""
    if seeds == 1:
        return worded(
            "It rests on one training run, which does not tell how much another run would differ."
        )
    return f"It is the mean of {seeds} training runs with different seeds."
