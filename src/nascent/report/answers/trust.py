"""Can the maps be trusted? Which explanation passes which check, see `checked`."""

from collections.abc import Sequence

import pandas as pd

from nascent.explain.checks import checks_of
from nascent.explain.standing import FAILS as STANDS_NOT
from nascent.explain.standing import PASSES as STANDS
from nascent.explain.standing import nothing_passes
from nascent.figures import words
from nascent.plain_words import explanation_words
from nascent.report.answers.checked import READ
from nascent.report.answers.records import (
    FAILS,
    NO,
    NOT_TESTED,
    OPEN,
    PASSES,
    Answer,
    Asked,
    Cell,
    Explanation,
    TrustTable,
)
from nascent.report.answers.tables import Tables, missing, rows_of
from nascent.study_record import StudyRecord
from nascent.words import worded

COLUMNS = (
    ("model", "model predicts", "Does the model beat the reference predictors?", "comparison"),
    ("randomisation", "follows the weights", "Do the maps change when the weights are random?", ""),
    ("targets", "follows the targets", "Do they change when the training targets are permuted?",
     "check-randomisation"),
    ("removal", "finds what moves it", "Does removing the top {places} move the prediction more"
     " than removing random ones?", ""),
    ("roar", "holds after retraining", "Does a model retrained without the top {places} do worse"
     " than one without random ones?", ""),
    ("agreement", "other methods agree", "Are maps of one {example} by two methods more alike than"
     " maps of two {examples}?", ""),
    ("truth", "finds the planted truth", "Does the map find what was planted better than the image"
     " and random weights do?", ""),
)  # fmt: skip
"""Name, title, question and anchor of each column; an empty anchor is that of its own check."""

BASIC = ("model", "randomisation")
"""Columns of the two checks that `explain/standing.tsv` goes by."""


def trusted(study: StudyRecord, tables: Tables) -> Answer:
    """Return whether the maps can be trusted, in one answer."""
    question = "Can the maps be trusted?"
    table = trust_table(study, tables)
    if not table.methods:
        return Answer(question, NOT_TESTED, (table.summary,), anchor="trust")
    passing = [each for each in table.methods if each.standing == STANDS]
    first = table.methods[0]
    sentences = (
        table.summary,
        _further(table),
        "To pass both basic checks says that the maps depend on a model that has learnt something."
        " It does not say that they are right.",
    )
    if passing:
        share = f"{len(passing)} of {words.count(len(table.methods), 'explanation')}"
        verdict = f"in part: {share} passed two basic checks"
    elif all(each.standing == STANDS_NOT for each in table.methods):
        verdict = NO
    else:
        verdict = OPEN
    return Answer(question, verdict, sentences, f"{first.model}/{first.method}/panels", "trust")


def _further(table: TrustTable) -> str:
    """Return what the checks beyond the two basic ones say of the maps shown first."""
    further = [check for check in table.checks if check.name not in BASIC]
    told = []
    for verdict in (PASSES, FAILS, OPEN, NOT_TESTED):
        titles = [
            check.title
            for check in further
            if table.cell(table.methods[0], check).verdict == verdict
        ]
        if titles:
            told.append(f"{verdict}: {', '.join(titles)}")
    return f"Further checks of these maps: {'; '.join(told)}."


def trust_table(study: StudyRecord, tables: Tables) -> TrustTable:
    """Return which explanation passes which check; without rows where nothing is explained."""
    columns = _columns(study)
    standing = rows_of(tables, "standing")
    if standing is None:
        return TrustTable((), columns, {}, _no_maps(study, tables))
    explanations = tuple(
        Explanation(row.model, row.method, _called(study, row.model, row.method), row.standing)
        for row in standing.sort_values("place").itertuples()
    )
    cells = {}
    for explanation, (_, row) in zip(
        explanations, standing.sort_values("place").iterrows(), strict=True
    ):
        for column in columns:
            verdict, sentence = READ[column.name](study, tables, row)
            cells[explanation.model, explanation.method, column.name] = Cell(
                verdict, sentence, column.anchor
            )
    return TrustTable(explanations, columns, cells, _summary(explanations, standing))


def _columns(study: StudyRecord) -> tuple[Asked, ...]:
    """Return the columns of a study: that of planted truth where some was planted."""
    known = checks_of({**study.config, "kind": study.kind})
    return tuple(
        Asked(name, worded(title), worded(question), anchor or f"check-{name}")
        for name, title, question, anchor in COLUMNS
        if name != "truth" or name in known
    )


def _no_maps(study: StudyRecord, tables: Tables) -> str:
    if not study.methods or not any(model.explained for model in study.models.values()):
        return "No maps were made: name methods in attribute.methods, and models to explain."
    return missing(study, tables, "standing")


def _called(study: StudyRecord, model: str, method: str) -> str:
    methods = {name: {"method": own.method} for name, own in study.methods.items()}
    return f"{model}, {explanation_words(method, methods)}"


def _summary(explanations: Sequence[Explanation], standing: pd.DataFrame) -> str:
    """Return what is shown first and why."""
    first = explanations[0]
    if first.standing == STANDS:
        return (
            f"Shown first: {first.words}. The model beats the best reference predictor, and the"
            " maps change when its weights are random."
        )
    row = standing.sort_values("place").iloc[0]
    sentence = row["sentence"] if isinstance(row["sentence"], str) else ""
    return f"{nothing_passes(standing)} Shown first: {first.words}. {sentence}".strip()
