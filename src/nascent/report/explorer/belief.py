"""How far an explanation is to be believed, in words: what stands above its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nascent.explain.standing import DEPENDS, FAILS, OPEN, ORDER, PASSES
from nascent.plain_words import reference_words
from nascent.task import Task
from nascent.words import spoken

HEADLINES: Mapping[str, str] = {
    PASSES: "These maps passed both basic checks.",
    OPEN: "Undecided: the checks do not say whether these maps can be relied on.",
    FAILS: "These maps failed a check: they are no evidence of what matters.",
}
"""Standing → what is said first."""
CONFIDENCE = 0.95
"""Of the intervals in a comparison, see `nascent.evaluate.stage.comparison_tables`."""
UNCHECKED = "No check says whether these maps can be relied on."


@dataclass(frozen=True)
class Belief:
    """What the page says of an explanation before it shows it.

    Attributes
    ----------
    standing : str
        `passes`, `cannot tell` or `fails`.
    headline : str
    sentences : tuple of str
        How well the model predicts, beside the best reference predictor; then what checks found.
    """

    standing: str = OPEN
    headline: str = HEADLINES[OPEN]
    sentences: tuple[str, ...] = (UNCHECKED,)


def beliefs(
    standings: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    task: Task,
    methods: Mapping[tuple[str, str], str],
    references: Mapping[str, str],
) -> dict[tuple[str, str], Belief]:
    """Return model and method → what is said of it, those first that checks found least against.

    Parameters
    ----------
    standings
        As `nascent.explain.standing.standing_table` gives it.
    verdicts
        Rows of models in the comparison, see `nascent.evaluate.stage.model_verdicts`.
    task
        What is predicted.
    methods
        Model and method → the method in words.
    references
        Words of reference predictors that the study's kind alone has.
    """
    rows = standings.assign(sentence=standings["sentence"].fillna("")).to_dict("records")
    rows.sort(key=lambda row: (ORDER.index(row["standing"]), row["place"]))
    compared = {row["model"]: row for row in verdicts.to_dict("records")}
    found = {}
    for row in rows:
        key = (row["model"], row["method"])
        skill = _skill(compared.get(row["model"]), task, references)
        depends = (
            f"Maps by {methods.get(key, row['method'])} change where the model's weights are drawn"
            " at random, so they depend on what it learnt. The report has further checks."
        )
        said = (skill, depends if row["maps_verdict"] == DEPENDS else "", row["sentence"])
        sentences = tuple(sentence for sentence in said if sentence)
        found[key] = Belief(row["standing"], HEADLINES[row["standing"]], sentences)
    return found


def _skill(
    row: Mapping[str, Any] | None,
    task: Task,
    references: Mapping[str, str],
) -> str:
    """Return how well a model predicts, with intervals, beside the best reference predictor."""
    if row is None:
        return ""
    words, metric = spoken(), task.metric(task.skill_metric)
    each = {words.examples: ("low", "high"), words.groups: ("low_groups", "high_groups")}
    intervals = []
    for over, (low, high) in each.items():
        ends = [row.get(f"{metric.name}_{end}") for end in (low, high)]
        if not any(pd.isna(end) for end in ends):
            least, most = metric.within(*ends)
            intervals.append(f"{_two(least)} to {_two(most)} over {over}")
    level = f"{100 * CONFIDENCE:g} % interval{'s' if len(intervals) > 1 else ''} "
    groups = row["groups"]
    text = (
        f"{row['model']} reaches {metric.short} {_two(row[metric.name])} on {row['n']:g} test"
        f" {words.examples} in {groups:g} {words.group if groups == 1 else words.groups}"
    )
    text += f" ({level}{', '.join(intervals)})." if intervals else "."
    reference, error = row["best_floor"], task.metric(task.primary)
    if not isinstance(reference, str) or pd.isna(row["difference"]):
        return text
    own = row[error.name]
    return (
        f"{text} Its {error.words} is {own:.3g}; that of the best reference predictor"
        f" ({reference_words(reference, references)}) is {own - row['difference']:.3g}."
    )


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
