"""How figures and pages call the metrics of a task."""

from nascent.figures import words
from nascent.task import Task

IN_UNIT = ("mae", "bias", "sd")
"""Metrics in the unit of the target."""


def axis_name(task: Task, metric: str, label: str) -> str:
    """Return the name of a metric with its unit, as the target's label has it, if it has one.

    Parameters
    ----------
    task
        Of the target.
    metric
        One of its metrics.
    label
        The target in words with its unit.
    """
    return in_unit(task, metric, words.unit(label))


def in_unit(task: Task, metric: str, unit: str) -> str:
    """Return the short name of a metric, with the unit where it has that of the target."""
    name, _, _ = task.words[metric].partition(",")
    return f"{name} {unit if metric in IN_UNIT else ''}".strip()
