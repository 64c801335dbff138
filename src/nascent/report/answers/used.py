"""Which features does the model use? From `explain/use.tsv`."""

from collections.abc import Mapping

import pandas as pd

from nascent.evaluate.verdicts import BEATS
from nascent.explain.use.changes import PERMUTED
from nascent.explain.use.loss import CHANNEL, EACH, GROUP, USED, WORSE
from nascent.figures import words
from nascent.figures.words import short
from nascent.report.answers.phrases import listed, number, percent, with_intervals
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
    sentences = [
        *_shown(study, single, joint),
        _of_skill(study, tables, whole),
        *_not_shown(single, joint),
        *_duplicates(tables),
    ]
    return Answer(question, _verdict(single, joint), tuple(sentences), "use", "use")


def use_of_best(study: StudyRecord, tables: Tables) -> pd.DataFrame | None:
    """Return the rows of the best model whose use was measured, means over its seeds."""
    table = rows_of(tables, "use")
    if table is None:
        return None
    rows = table[table["seed"].astype(str) == EACH]
    if rows.empty:
        return None
    best = model_to_ask(study, tables, list(rows["model"].unique()))
    name = best["model"] if best else rows["model"].iloc[0]
    return rows[rows["model"] == name]


def skill_of_use(study: StudyRecord) -> str:
    """Return what use is told in: the skill, of classes that of the class that is explained."""
    skill = task_of(study.task).skill
    return f"{skill} (class {study.target.read_out})" if study.target.levels else skill


def doubt(study: StudyRecord, tables: Tables, model: str) -> str:
    """Return what has to be said of a model that is not shown to be good; empty of a good one."""
    best = model_to_ask(study, tables)
    row = model_to_ask(study, tables, [model])
    if row is None:
        return f"It is not known whether {model} beats the reference predictors."
    if row["verdict"] != BEATS:
        return (
            f"{model} is not shown to beat the reference predictors, so what it uses says little."
        )
    other = "" if best is None or best["model"] == model else str(best["model"])
    return f"The best model, {other}, was not asked what it uses." if other else ""


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


def _of_skill(study: StudyRecord, tables: Tables, whole: pd.DataFrame) -> str:
    """Return what the numbers are, and a warning where the model is not shown to be good."""
    first = whole.iloc[0]
    told = worded(
        "Use is the {skill} that a model loses when {a_feature} of each test {example} is exchanged"
        " with that of other {examples}; brackets are {level} intervals. Unchanged, the {skill}"
        " of {model} is {value} on these {cells} test {examples}.",
        model=first["model"],
        skill=skill_of_use(study),
        value=number(first["skill"]),
        cells=f"{first['cells']:,.0f}",
        level=percent(study.config["explain"]["confidence"]),
    )
    return f"{told} {doubt(study, tables, str(first['model']))}".strip()


def _shown(study: StudyRecord, single: pd.DataFrame, joint: pd.DataFrame) -> list[str]:
    """Return what is shown to be used, alone and together, and what makes predictions worse."""
    sentences = []
    of_model = f"{single['model'].iloc[0]} loses {skill_of_use(study)}"
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
    # Of features that are used together, nobody knows whether each is.
    groups = len(together)
    counted = [
        worded("{found} of {all} {features}", found=len(names) - groups, all=len(single)),
        worded("{told} of {features} together", told=words.count(groups, "group")),
    ]
    return listed(counted[: 1 + bool(groups)] if len(names) > groups else counted[1:])
