"""What the captions of a report read, besides the config of the study."""

from collections.abc import Sequence
from typing import Any

from nascent.config.sections import Study
from nascent.kind import Kind, Words, kind_of
from nascent.plain_words import explanation_words, reference_words
from nascent.task import Task, task_of
from nascent.words import speaking


def words_of_captions(study: Study) -> dict[str, Any]:
    """Return what captions are told of a study in words, by name.

    `target_label` is the target, `first_stage` the folder of the examples, `skill` the measure of
    the task, `words` what the kind of data calls examples and the like
    (`nascent.kind.Words.captions`), `factors` and `batches` those columns of the kind in words,
    `floors` the names of the reference predictors and `references` what they are called, `called`
    what the methods of the study are called, and `metrics` those of the task (`words_of_metrics`).
    """
    kind, task = kind_of(study.kind), task_of(study.target.task)
    words, group = kind.words.grouped(study.splits.group), study.splits.group
    return {
        "target_label": study.label,
        "first_stage": kind.first_stage,
        "skill": task.skill,
        "words": words.captions(),
        "factors": [words.column(name) for name in kind.factors if name != group],
        "batches": [words.column(name) for name in kind.batches if name != group],
        "floors": list(kind.floors[task.name]),
        **_called(study, kind, words),
        "metrics": words_of_metrics(task),
    }


def _called(study: Study, kind: Kind, words: Words) -> dict[str, Any]:
    """Return what captions call reference predictors and map sets."""
    methods = {name: one.plain() for name, one in study.attribute.methods.items()}
    further = {
        name for model in study.train.models for name in study.train.model(model).also_predict
    }
    sets = [*methods, *(f"{name}.{column}" for name in methods for column in sorted(further))]
    with speaking(words.plain()):
        return {
            "references": [
                reference_words(name, kind.references) for name in kind.floors[study.target.task]
            ],
            "called": {name: explanation_words(name, methods) for name in sets},
        }


def words_of_metrics(task: Task) -> dict[str, Any]:
    """Return what captions say of a task's metrics.

    `left` and `right` are the metrics that figures of models show, `learning` the one that training
    follows, `skill` the one that 0 is the mean of: each with `words` and `meaning`. `compared`,
    `by_level` and `others` are lists in words: what comparisons show, what levels show, and the
    rest. `lower` and `higher` are those compared of which less, or more, is better. `errors` and
    `classes` say whether y − ŷ is a number, and whether the answers are classes.
    """
    left, right = (task.metric(name) for name in task.compared[:2])
    compared = [task.metric(name) for name in task.compared]
    named = {
        "left": left,
        "right": right,
        "learning": task.metric(task.learning),
        "skill": task.metric(task.skill_metric),
    }
    lists = {
        "compared": [metric.short for metric in compared],
        "by_level": [task.metric(name).short for name in task.by_level],
        "others": [
            f"{metric.short}, {metric.meaning}"
            for metric in task.measures
            if metric not in compared
        ],
        "lower": [metric.short for metric in compared if not metric.higher],
        "higher": [metric.short for metric in compared if metric.higher],
    }
    return {
        **{
            name: {"words": metric.short, "meaning": metric.meaning, "higher": metric.higher}
            for name, metric in named.items()
        },
        **{name: in_words(names) for name, names in lists.items()},
        "others": "; ".join(lists["others"]),
        "errors": task.has_errors,
        "classes": task.has_classes,
    }


def in_words(names: Sequence[str]) -> str:
    """Return a list as a sentence has it: `a, b and c`."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last
