"""Can it be predicted? From `evaluate/comparison.tsv`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from nascent.evaluate.best import best_model
from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.figures import words
from nascent.kind import capital, kind_of
from nascent.plain_words import reference_words, spaced, verdict_words
from nascent.report.answers.phrases import (
    COMPARED,
    listed,
    metric_alone,
    metric_value,
    model_verdict,
    of_groups,
    runs,
)
from nascent.report.answers.records import NO, NOT_TESTED, OPEN, YES, Answer
from nascent.report.answers.tables import Tables, missing, rows_of
from nascent.study_record import StudyRecord
from nascent.task import Task, task_of
from nascent.words import worded

PLACES: Mapping[str, tuple[str, ...]] = {
    "new {examples}": ("example", "shuffle"),
    "new {groups}": ("group", "leave_one_group_out"),
}
"""What models are tested on → designs of splits that do it."""

UNTESTED = {
    "new {examples}": "`example` to splits.by",
    "new {groups}": "`group` or `leave_one_group_out` to splits.by",
}


def predicted(study: StudyRecord, tables: Tables) -> Answer:
    """Return whether the target can be predicted: on new examples, and in new groups."""
    task = task_of(study.task)
    question = worded(task.question, target=study.target.words)
    comparison = rows_of(tables, "comparison")
    if comparison is None:
        why = missing(study, tables, "comparison")
        return Answer(question, NOT_TESTED, (why,), anchor="comparison")
    own = comparison[comparison["target"] == study.target.name]
    places = {
        worded(place): (place, *_of_place(study, task, own, worded(place), designs))
        for place, designs in PLACES.items()
    }
    # What was tested comes first.
    ordered = sorted(places.items(), key=lambda one: one[1][1] == NOT_TESTED)
    verdicts = {place: verdict for place, (_, verdict, _) in ordered}
    sentences: list[str] = []
    for place, (key, _, told) in ordered:
        sentences += told or [
            f"Not tested on {place}: add {UNTESTED[key]} and run the study again."
        ]
    sentences += _further(study, task, comparison)
    return Answer(question, _joined(verdicts), tuple(sentences), "comparison", "comparison")


def model_to_ask(
    study: StudyRecord, tables: Tables, among: Collection[str] | None = None
) -> dict[str, Any] | None:
    """Return the comparison's row of the best model under the design that is explained.

    Parameters
    ----------
    study, tables
        See `nascent.report.answers.compose.answers`.
    among
        Names of the models that may be asked; None: all.
    """
    comparison = rows_of(tables, "comparison")
    if comparison is None:
        return None
    design = study.folds[study.explained_fold].design
    own = comparison[(comparison["target"] == study.target.name) & (comparison["design"] == design)]
    return best_model(own if among is None else own[own["model"].isin(among)], task_of(study.task))


def _of_place(
    study: StudyRecord, task: Task, comparison: pd.DataFrame, place: str, designs: tuple[str, ...]
) -> tuple[str, list[str]]:
    """Return the verdict on one place, and its sentences; none where it was not tested."""
    verdicts, sentences = [], []
    for design in designs:
        rows = comparison[comparison["design"] == design]
        best = best_model(rows, task)
        if best is None:
            if len(rows):
                sentences.append(
                    f"No network was trained, so nothing is tested on {place}: name models in"
                    " train.models."
                )
            continue
        verdicts.append(model_verdict(str(best["verdict"])))
        lead = f"On {place} (split {words.design(design)}): "
        sentences += [lead + _against(study, best), *_numbers(study, task, rows, best)]
        sentences += _others(task, rows, best)
    return _of_designs(verdicts), sentences


def _of_designs(verdicts: Sequence[str]) -> str:
    """Return one verdict of several designs: what those that decide agree on."""
    if not verdicts:
        return NOT_TESTED
    decided = {verdict for verdict in verdicts if verdict in (YES, NO)}
    if not decided:
        return verdicts[0]
    return decided.pop() if len(decided) == 1 and OPEN not in verdicts else OPEN


def _against(study: StudyRecord, row: Mapping[str, Any]) -> str:
    """Return what a verdict says of a model and the best reference predictor, behind a colon."""
    model, verdict = row["model"], str(row["verdict"])
    known = kind_of(study.kind).references
    floor = row["best_floor"]
    name = f" ({reference_words(floor, known)})" if isinstance(floor, str) and floor else ""
    if verdict == BEATS:
        return f"{model} beats the best reference predictor{name}."
    if verdict == LOSES:
        return f"{model} does not beat the best reference predictor{name}."
    return (
        f"cannot tell{of_groups(verdict)} whether {model} beats the best reference predictor{name}."
    )


def _numbers(
    study: StudyRecord, task: Task, rows: pd.DataFrame, row: Mapping[str, Any]
) -> list[str]:
    """Return the metrics of a model beside those of the reference, and what they rest on."""
    reference = rows[rows["model"] == row["best_floor"]]
    parts = []
    for name in task.compared:
        metric = task.metric(name)
        told = f"{metric.short} {metric_value(row, metric, study.target.unit)}"
        if len(reference):
            told += f" (reference: {metric_alone(reference.iloc[0].to_dict(), metric)})"
        parts.append(told)
    n, groups = int(row["n"]), int(row["groups"])
    told = worded(
        "Test {examples}: {n} of {groups_n} {known}; brackets are {level} intervals.",
        n=n,
        groups_n=groups,
        known=words.count(groups, worded("{group}"), worded("{groups}")).split(" ", 1)[1],
        level=COMPARED,
    )
    return [f"{capital('; '.join(parts))}.", f"{told} {runs(int(row['seeds']))}"]


def _others(task: Task, rows: pd.DataFrame, best: Mapping[str, Any]) -> list[str]:
    """Return how the best of several models was chosen, and what is said of the others."""
    others = rows[~rows["floor"].astype(bool) & (rows["model"] != best["model"])]
    if others.empty:
        return []
    told = [f"{row.model}: {verdict_words(row.verdict)}" for row in others.itertuples()]
    return [
        worded(
            "{model} was chosen among all models on these test {examples}, by its verdict and then"
            " its {primary}, so its numbers may be a little too good.",
            model=best["model"],
            primary=task.metric(task.primary).short,
        ),
        f"Other models: {'; '.join(told)}.",
    ]


def _further(study: StudyRecord, task: Task, comparison: pd.DataFrame) -> list[str]:
    """Return one sentence a further target and design."""
    sentences = []
    further = comparison[comparison["target"] != study.target.name]
    for (target, design), rows in further.groupby(["target", "design"], sort=False):
        best = best_model(rows, task)
        if best is None:
            continue
        skill = task.metric(task.skill_metric)
        value = metric_value(best, skill, None) if skill.name in task.compared else ""
        sentences.append(
            f"Further target {spaced(str(target))} (split {words.design(str(design))}): "
            f"{_against(study, best)} {skill.short} {value}.".replace("  ", " ")
        )
    return sentences


def _joined(verdicts: Mapping[str, str]) -> str:
    """Return the verdicts on all places as one."""
    by_verdict: dict[str, list[str]] = {}
    for place, verdict in verdicts.items():
        by_verdict.setdefault(verdict, []).append(f"on {place}")
    return "; ".join(f"{verdict} {listed(places)}" for verdict, places in by_verdict.items())
