"""A study in a few lines: what was predicted, how well, and which maps can be relied on."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from nascent.errors import NascentError
from nascent.evaluate.best import best_model
from nascent.plain_words import explanation_words, verdict_words
from nascent.task import task_of
from nascent.words import speaking, spoken

if TYPE_CHECKING:
    from nascent.notebook.study import Study

Facts = dict[str, str]


def summary(study: "Study") -> str:
    """Return the study as plain text, a fact a line."""
    facts = facts_of(study)
    width = max(map(len, facts))
    lines = [f"  {name:<{width}}  {value}" for name, value in facts.items()]
    return "\n".join([f"Study {study.name}", *lines])


def html(study: "Study") -> str:
    """Return the study as HTML for a notebook."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(value)}</td></tr>"
        for name, value in facts_of(study).items()
    )
    return f"<b>Study {escape(study.name)}</b><table>{rows}</table>"


def facts_of(study: "Study") -> Facts:
    """Return what is known of a study in words; what is not made yet says so."""
    with speaking(study.words.plain()):
        return {
            "predicts": f"{study.record.target.label}, of {_examples(study)}",
            "best model": _best(study),
            "maps": _standing(study),
            "models": ", ".join(study.models),
            "methods": ", ".join(study.methods) or "none",
            "folder": str(study.folder),
        }


def _examples(study: "Study") -> str:
    words = study.words
    try:
        examples = study.examples
    except NascentError:
        return f"{words.examples} that are still to be made"
    groups = examples["group"].nunique()
    called = words.groups if groups > 1 else words.group
    return f"{len(examples)} {words.examples} in {groups} {called}"


def _best(study: "Study") -> str:
    try:
        table = study.comparison
    except NascentError:
        return "not known yet: models are compared when all are trained"
    target, design = (
        study.record.target.name,
        study.record.folds[study.record.explained_fold].design,
    )
    own = table[(table["target"] == target) & (table["design"] == design)]
    task = task_of(study.record.task)
    best = best_model(own, task)
    if best is None:
        return "not known: no model was compared"
    metric = task.metric(task.skill_metric if task.skill_metric in own else task.primary)
    return (
        f"{best['model']}, {metric.short} {best[metric.name]:.2f}{_interval(best, metric.name)} on"
        f" test {study.words.examples}, {verdict_words(str(best['verdict']))}"
    )


def _interval(row: Mapping[str, Any], metric: str) -> str:
    low, high = (row.get(f"{metric}_{end}") for end in ("low", "high"))
    if pd.isna(low) or pd.isna(high):
        return ""
    return f" (95 % interval over {spoken().examples}: {low:.2f} to {high:.2f})"


def _standing(study: "Study") -> str:
    try:
        table = study.standing
    except NascentError:
        return "not checked yet"
    chosen = table[table["default"]]
    if chosen.empty:
        return "none can be relied on" if len(table) else "none"
    best = chosen.iloc[0]
    methods = study.record.config["attribute"]["methods"]
    return (
        f"best by {explanation_words(str(best['method']), methods)} of {best['model']}:"
        f" {best['standing']}"
    )
