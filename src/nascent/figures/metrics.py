"""How figures and pages call the metrics of a task."""

from nascent.figures import words
from nascent.metric import Metric


def axis_name(metric: Metric, label: str) -> str:
    """Return the name of a metric with its unit, as the target's label has it, if it has one.

    Parameters
    ----------
    metric
        Of a task.
    label
        The target in words with its unit.
    """
    return in_unit(metric, words.unit(label))


def in_unit(metric: Metric, unit: str) -> str:
    """Return the short name of a metric, with the unit where it has that of the target."""
    return f"{metric.short} {unit if metric.in_unit else ''}".strip()
