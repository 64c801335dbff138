"""What a report of single cells says first beside what all kinds say."""

from collections.abc import Mapping

import pandas as pd

from nascent.evaluate.floors import LINEAR_PER_CELL, plainest
from nascent.evaluate.verdicts import BEATS
from nascent.explain.use.changes import INTENSITY, STRUCTURE
from nascent.plain_words import reference_words
from nascent.report.answers.phrases import number, percent
from nascent.report.answers.predicted import model_to_ask
from nascent.report.answers.records import NOT_TESTED, OPEN, Answer
from nascent.report.answers.tables import Tables, missing, rows_of
from nascent.report.answers.used import doubt, shown_of, skill_of_use, use_of_best, with_use
from nascent.statistics.verdict import CANNOT_TELL
from nascent.study_record import StudyRecord
from nascent.task import Task, task_of
from nascent.words import worded

QUESTION = "From what: intensity or structure?"
CHANGES: Mapping[str, str] = {STRUCTURE: "structure", INTENSITY: "intensity"}
AS_TRAINED, PER_CELL = "as_trained", "per_cell"
RANGE = " to "
"""Between the ends of a range."""


def answers(study: StudyRecord, tables: Tables) -> list[Answer]:
    """Return whether the best model reads intensity, structure, or both."""
    use = use_of_best(study, tables)
    models = None if use is None else list(use["model"].unique())
    best = model_to_ask(study, tables, models)
    sentences = [*_of_controls(study, tables, best), *_of_use(study, tables, use)]
    verdict = _verdict(use)
    if models and (warning := doubt(study, tables, models[0])):
        sentences.insert(0, warning)
    if best and best["verdict"] != BEATS:
        verdict = OPEN
    return [Answer(QUESTION, verdict, tuple(sentences), "controls", "controls")]


def _of_controls(
    study: StudyRecord, tables: Tables, best: Mapping[str, object] | None
) -> list[str]:
    """Return what is left of the best model on cells standardised one by one."""
    controls = rows_of(tables, "controls")
    if controls is None or best is None:
        return [missing(study, tables, "controls")] if controls is None else []
    if study.config["shards"]["normalise"]["per_cell"]:
        return [
            worded(
                "Models were trained on {examples} standardised one by one: they never saw"
                " intensity."
            )
        ]
    design = study.folds[study.explained_fold].design
    rows = controls[
        (controls["split"] == "test")
        & (controls["design"] == design)
        & (controls["target"] == study.target.name)
    ]
    task = task_of(study.task)
    whole = _skills(rows, str(best["model"]), AS_TRAINED, task)
    left = _skills(rows, str(best["model"]), PER_CELL, task)
    if not whole or not left:
        return []
    linear, plain = LINEAR_PER_CELL[study.task], plainest(study.task)
    told = worded(
        "{model} has {skill} {whole} on {examples} as they are, and {left} when each {feature} of"
        " each {example} is brought to mean 0 and SD 1, which removes intensity and keeps"
        " structure. The loss is the most that it can owe to intensity.",
        **{"model": best["model"], "skill": task.skill, "whole": whole, "left": left},
    )
    remains = [
        f"{reference_words(name)} {value}"
        for name, control in ((linear, PER_CELL), (plain, AS_TRAINED))
        if (value := _skills(rows, name, control, task))
    ]
    if remains:
        told += f" For comparison: {'; '.join(remains)}."
    if any(RANGE in one for one in (whole, left, *remains)):
        told += " Ranges are from the worst to the best training run, of several seeds or folds."
    return [told]


def _skills(rows: pd.DataFrame, model: str, control: str, task: Task) -> str:
    """Return the skill of a model's runs: one number, or the lowest and the highest."""
    own = rows[(rows["model"] == model) & (rows["control"] == control)][task.skill_metric].dropna()
    if own.empty:
        return ""
    ends = dict.fromkeys((number(own.min()), number(own.max())))
    return RANGE.join(ends)


def _of_use(study: StudyRecord, tables: Tables, use: pd.DataFrame | None) -> list[str]:
    """Return what an exchange of intensity alone, and of structure alone, costs."""
    if use is None:
        return [missing(study, tables, "use")]
    skill = skill_of_use(study)
    level = percent(study.config["explain"]["confidence"])
    sentences = []
    for change, what in CHANGES.items():
        rows = use[(use["change"] == change) & use["use"].notna()]
        if rows.empty:
            continue
        shown = shown_of(rows)
        lead = worded(f"Exchanging {what} alone between {{examples}} ")
        if len(shown):
            sentences.append(f"{lead}costs {skill} ({level} intervals): {with_use(shown)}.")
        else:
            sentences.append(lead + worded("is not shown to cost anything, of any {feature}."))
    return sentences


def _verdict(use: pd.DataFrame | None) -> str:
    """Return what is shown to be read."""
    if use is None:
        return NOT_TESTED
    rows = use[use["change"].isin(list(CHANGES)) & use["use"].notna()]
    verdicts = set(rows["verdict"])
    if len(verdicts) == 1 and next(iter(verdicts)).startswith(CANNOT_TELL):
        return next(iter(verdicts))
    shown = [what for change, what in CHANGES.items() if _is_shown(rows, change)]
    if len(shown) == 1:
        (other,) = set(CHANGES.values()) - set(shown)
        return f"{shown[0]}; {other} is not shown to matter"
    return "both" if shown else OPEN


def _is_shown(rows: pd.DataFrame, change: str) -> bool:
    return len(shown_of(rows[rows["change"] == change])) > 0
