"""Which features does the model use? From `explain/use.tsv`."""

from collections.abc import Mapping

import pandas as pd

from nascent.evaluate.verdicts import BEATS
from nascent.explain.use.changes import PERMUTED
from nascent.explain.use.loss import CHANNEL, EACH, GROUP, USED, WORSE
from nascent.figures.words import short
from nascent.report.answers.phrases import listed, percent, with_intervals
from nascent.report.answers.predicted import model_to_ask
from nascent.report.answers.records import NOT_TESTED, OPEN, Answer
from nascent.report.answers.tables import Tables, missing, rows_of
from nascent.statistics.verdict import CANNOT_TELL
from nascent.study_record import StudyRecord
from nascent.task import task_of
from nascent.words import worded

ENDS: Mapping[str, str] = {"low": "low", "high": "high"}
MOST_NAMES = 3
"""Names in a verdict; of more it counts them."""


def used(study: StudyRecord, tables: Tables) -> Answer:
    """Return which features the best model is shown to use, alone and together."""
    question = worded("Which {features} does the model use?")
    rows = use_of_best(study, tables)
    if rows is None:
        return Answer(question, NOT_TESTED, (missing(study, tables, "use"),), anchor="use")
    whole = rows[rows["change"] == PERMUTED]
    single, joint = (whole[whole["unit"] == unit] for unit in (CHANNEL, GROUP))
    skill = task_of(study.task).skill
    sentences = [
        *_shown(study, single, joint),
        *_of_skill(study, tables, whole, skill),
        *_not_shown(single, joint),
        *_duplicates(tables),
    ]
    return Answer(question, _verdict(single, joint), tuple(sentences), "use", "use")


def use_of_best(study: StudyRecord, tables: Tables) -> pd.DataFrame | None:
    """Return the rows of the best model, means over its seeds; of the first where that has none."""
    table = rows_of(tables, "use")
    if table is None:
        return None
    rows = table[table["seed"].astype(str) == EACH]
    best = model_to_ask(study, tables)
    own = rows[rows["model"] == best["model"]] if best else rows.head(0)
    if own.empty and len(rows):
        own = rows[rows["model"] == rows["model"].iloc[0]]
    return None if own.empty else own


def shown_of(rows: pd.DataFrame, verdict: str = USED) -> pd.DataFrame:
    """Return the rows of a verdict, those of most use first."""
    return rows[rows["verdict"] == verdict].sort_values("use", ascending=False, kind="stable")


def with_use(rows: pd.DataFrame) -> str:
    """Return features with their use and its intervals, as a list in a sentence."""
    return "; ".join(
        f"{name_of(row)} {with_intervals(row, 'use', ENDS)}" for row in rows.to_dict("records")
    )


def name_of(row: Mapping[str, object]) -> str:
    """Return what a row is about: a feature, or the features of a group."""
    return str(row["members"]).replace(", ", " with ") if row["unit"] == GROUP else row["channel"]


def _of_skill(study: StudyRecord, tables: Tables, whole: pd.DataFrame, skill: str) -> list[str]:
    """Return what the numbers are, and a warning where the model is not shown to be good."""
    first = whole.iloc[0]
    told = worded(
        "{model} has {skill} {value} on the test {examples} as they are, and loses this when"
        " {a_feature} of each is exchanged with that of other {examples}; brackets are {level}"
        " intervals.",
        model=first["model"],
        skill=skill,
        value=short(first["skill"]),
        level=percent(study.config["explain"]["confidence"]),
    )
    best = model_to_ask(study, tables)
    if best and best["verdict"] != BEATS:
        told += (
            " The model is not shown to beat the reference predictors, so what it uses says little."
        )
    return [told]


def _shown(study: StudyRecord, single: pd.DataFrame, joint: pd.DataFrame) -> list[str]:
    """Return what is shown to be used, alone and together, and what makes predictions worse."""
    skill, sentences = task_of(study.task).skill, []
    of_model = f"{single['model'].iloc[0]} loses {skill}"
    for rows, what in (
        (joint, "{features} that repeat each other, exchanged together"),
        (single, "single {features}"),
    ):
        found = shown_of(rows)
        if len(found):
            sentences.append(f"{of_model} without {worded(what)}: {with_use(found)}.")
    worse = shown_of(pd.concat([single, joint]), WORSE)
    if len(worse):
        sentences.append(f"The model predicts better without: {with_use(worse)}.")
    if not sentences:
        verdicts = set(single["verdict"])
        only = verdicts.pop() if len(verdicts) == 1 else ""
        why = f": {only}" if only.startswith(CANNOT_TELL) else ""
        sentences.append(worded("No {feature} is shown to be used{why}.", why=why))
    return sentences


def _not_shown(single: pd.DataFrame, joint: pd.DataFrame) -> list[str]:
    """Return the features of which nothing is shown, alone or together."""
    shown = set(shown_of(single)["channel"]) | set(shown_of(single, WORSE)["channel"])
    for row in shown_of(joint).to_dict("records"):
        shown |= set(str(row["members"]).split(", "))
    left = [name for name in single["channel"] if name not in shown]
    if not left or (
        len(left) == len(single) and single["verdict"].str.startswith(CANNOT_TELL).all()
    ):
        return []
    return [
        worded(
            "Not shown to be used: {names}. That is no proof that the model ignores them.",
            names=listed(left),
        )
    ]


def _duplicates(tables: Tables) -> list[str]:
    """Return the features that repeat each other."""
    groups = rows_of(tables, "channel_groups")
    if groups is None:
        return []
    told = [
        f"{' with '.join(own['channel'])} (correlation {short(own['least_correlation'].iloc[0])})"
        for _, own in groups.groupby(["input", "group"], sort=False)
    ]
    return [
        worded(
            "{Features} that repeat each other: {listed}. Read their joint use: one can stand in"
            " for another.",
            listed="; ".join(told),
        )
    ]


def _verdict(single: pd.DataFrame, joint: pd.DataFrame) -> str:
    """Return the names of what is shown to be used, or how many these are."""
    alone = shown_of(single)
    together = shown_of(joint)
    inside = {name for members in together["members"] for name in str(members).split(", ")}
    names = [name_of(row) for row in together.to_dict("records")]
    names += [name for name in alone["channel"] if name not in inside]
    if not names:
        verdicts = set(single["verdict"])
        only = verdicts.pop() if len(verdicts) == 1 else ""
        return only if only.startswith(CANNOT_TELL) else OPEN
    if len(names) <= MOST_NAMES:
        return listed(names)
    found = len({*inside, *alone["channel"]})
    return worded("{found} of {all} {features}", found=found, all=len(single))
