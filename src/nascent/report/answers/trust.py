"""Can the maps be trusted? Which explanation passes which check, from the tables of checks.

A check may give several verdicts on one explanation, such as one a way to remove pixels. Then it
passes where all of them are in its favour, fails where some are against it and none is in its
favour, and is open else.
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from nascent.evaluate.verdicts import BEATS as MODEL_BEATS
from nascent.evaluate.verdicts import LOSES as MODEL_LOSES
from nascent.explain.checks import checks_of
from nascent.explain.standing import FAILS as STANDS_NOT
from nascent.explain.standing import PASSES, nothing_passes
from nascent.explain.statistics.dependence import TARGETS, VERDICTS, WEIGHTS
from nascent.figures import words
from nascent.figures.words import short
from nascent.plain_words import explanation_words, verdict_words
from nascent.report.answers.records import (
    BEATS,
    FAILS,
    NO,
    NOT_TESTED,
    OPEN,
    YES,
    Answer,
    Asked,
    Cell,
    Explanation,
    TrustTable,
)
from nascent.report.answers.tables import Tables, missing, rows_of
from nascent.study_record import StudyRecord
from nascent.task import task_of
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

Rows = pd.DataFrame


def trusted(study: StudyRecord, tables: Tables) -> Answer:
    """Return whether the maps can be trusted, in one answer."""
    question = "Can the maps be trusted?"
    table = trust_table(study, tables)
    if not table.methods:
        return Answer(question, NOT_TESTED, (table.summary,), anchor="trust")
    passing = [each for each in table.methods if each.standing == PASSES]
    first = table.methods[0]
    sentences = (
        table.summary,
        "Passing says that the maps depend on a model that has learnt something. It does not say"
        " that they are right: read the other checks in the table.",
    )
    if passing:
        share = f"{len(passing)} of {words.count(len(table.methods), 'explanation')}"
        verdict = f"{YES}, by two basic checks, for {share}"
    elif all(each.standing == STANDS_NOT for each in table.methods):
        verdict = NO
    else:
        verdict = OPEN
    return Answer(question, verdict, sentences, f"{first.model}/{first.method}/panels", "trust")


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
            verdict, sentence = _READ[column.name](study, tables, row)
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


def _summary(explanations: Sequence[Explanation], standing: Rows) -> str:
    """Return what is shown first and why."""
    first = explanations[0]
    if first.standing == PASSES:
        return (
            f"Shown first: {first.words}. The model beats the best reference predictor, and the"
            " maps change when its weights are random."
        )
    row = standing.sort_values("place").iloc[0]
    sentence = row["sentence"] if isinstance(row["sentence"], str) else ""
    return f"{nothing_passes(standing)} Shown first: {first.words}. {sentence}".strip()


def _model(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
    verdict = _text(row["model_verdict"])
    if not verdict:
        return NOT_TESTED, f"{row['model']} was not compared with the reference predictors."
    known = {MODEL_BEATS: BEATS, MODEL_LOSES: FAILS}
    return known.get(verdict, OPEN), f"{row['model']}: {verdict_words(verdict)}."


def _randomised(stage: str) -> Callable[[StudyRecord, Tables, pd.Series], tuple[str, str]]:
    """Return what reads the verdict on maps of random weights, or of permuted targets."""
    depends, survives = VERDICTS[stage]
    what = {WEIGHTS: "random weights", TARGETS: "a model of permuted targets"}[stage]

    def read(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
        rows = _own(tables, "randomisation", row)
        rows = rows[rows["stage"] == stage] if len(rows) else rows
        rows = rows[rows["verdict"].map(_text) != ""] if len(rows) else rows
        if rows.empty:
            if stage == TARGETS and not study.config["explain"]["randomised_targets"]:
                return NOT_TESTED, "Not tested: set explain.randomised_targets to true."
            return NOT_TESTED, _not_there(study, tables, "randomisation", _NO_MAPS.format(what))
        told = "; ".join(_correlation(one, rows) for one in rows.to_dict("records"))
        sentence = f"Rank correlation with maps of {what}, of {told}."
        if stage == WEIGHTS:
            known = {depends: BEATS, survives: FAILS}
            return known.get(_text(row["maps_verdict"]), OPEN), sentence
        return _together([_sign(one, (depends,), (survives,)) for one in rows["verdict"]]), sentence

    return read


_NO_MAPS = "None of these maps was compared with one of {}."


def _correlation(one: Mapping[str, object], rows: Rows) -> str:
    """Return a row's correlation and verdict; of several training seeds it names the one."""
    several = "seed" in rows and rows["seed"].nunique() > 1
    seed = f", seed {one['seed']}" if several else ""
    told = verdict_words(str(one["verdict"]))
    return f"{words.level(str(one['level']))} {short(one['mean'])} ({told}{seed})"


def _removal(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
    rows = _own(tables, "removal", row)
    if len(rows):
        rows = rows[(rows["order"] == "attribution") & (rows["measure"] == "gain_over_random")]
    signs = [_sign(one, ("beats",), ("worse",)) for one in rows.get("verdict", ())]
    if not signs:
        return NOT_TESTED, _not_there(study, tables, "removal", _NO_PLACES)
    return _together(signs), _counted(
        signs,
        "The order of the map beats a random order in {good} of {all} curves, is worse in {bad},"
        " and is undecided in {open}.",
    )


def _roar(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
    if study.config["explain"]["roar"] is None:
        return NOT_TESTED, "Not tested: add explain.roar to the config; it trains models anew."
    rows = _own(tables, "roar", row)
    if len(rows):
        of_map = (rows["order"] == "attribution") & (rows["fraction"].astype(str) == "all")
        rows = rows[of_map]
        each = rows["seed"].astype(str) == "each"
        rows = rows[each] if each.any() else rows
    if rows.empty:
        return NOT_TESTED, "Not tested: explain.roar does not name this model and method."
    signs = [_sign(one, ("removes more",), ("does not",)) for one in rows["verdict"]]
    one = rows.iloc[0]
    skill = task_of(study.task).skill
    return _together(signs), (
        f"After removal by the map and retraining, {skill} differs by {short(one['difference'])}"
        f" from that after random removal: {_text(one['verdict'])}."
    )


def _agreement(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
    table = tables.get("agreement")
    rows = pd.DataFrame() if table is None else table
    if len(rows):
        first = (rows["model"] == row["model"]) & (rows["method"] == row["method"])
        other = (rows["other_model"] == row["model"]) & (rows["other_method"] == row["method"])
        rows = rows[(first | other) & (rows["differs"] == "method")]
        known = list(rows["level"].unique())
        level = next((one for one in ("entries", "pixels", "channels") if one in known), "")
        rows = rows[rows["level"] == level]
    signs = [_sign(one, ("beyond",), ("less than",)) for one in rows.get("verdict", ())]
    if not signs:
        return NOT_TESTED, (
            missing(study, tables, "agreement")
            if table is None
            else "No other method explains this model at the same level."
        )
    what = words.level(level)
    return _together(signs), _counted(
        signs,
        f"By {what}, in {{good}} of {{all}} comparisons maps by another method agree on"
        " {a_example} more than on different {examples}, in {bad} less, and {open} are undecided.",
    )


def _truth(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
    rows = _own(tables, "truth", row)
    if len(rows):
        # Maps of training examples, where there are any, tell nothing of new ones.
        tested = "test" if (rows["split"] == "test").any() else rows["split"].iloc[0]
        rows = rows[rows["split"] == tested]
        rows = rows[(rows["truth"] == "planted") & (rows["map"] == "trained")]
        rows = rows[rows["verdict"].map(_text) != ""]
    signs = [_sign(one, ("beats",), ("does not",)) for one in rows.get("verdict", ())]
    if not signs:
        return NOT_TESTED, _not_there(study, tables, "truth", _NOT_PLANTED)
    return _together(signs), _counted(
        signs,
        "In {good} of {all} comparisons the map finds more than the image and random weights do, in"
        " {bad} it does not, and {open} are undecided.",
    )


_READ: Mapping[str, Callable[[StudyRecord, Tables, pd.Series], tuple[str, str]]] = {
    "model": _model,
    "randomisation": _randomised(WEIGHTS),
    "targets": _randomised(TARGETS),
    "removal": _removal,
    "roar": _roar,
    "agreement": _agreement,
    "truth": _truth,
}
"""Column → what says its verdict and sentence of a row of standings."""


def _own(tables: Tables, name: str, row: pd.Series) -> Rows:
    """Return the rows of one explanation; a table without rows where there are none."""
    table = tables.get(name)
    if table is None or table.empty:
        return pd.DataFrame()
    return table[(table["model"] == row["model"]) & (table["method"] == row["method"])]


_NO_PLACES = "Maps of this kind have no {places} to ask about."
_NOT_PLANTED = "Nothing was planted that maps of this kind could find."


def _not_there(study: StudyRecord, tables: Tables, name: str, why: str) -> str:
    """Return why a table says nothing of an explanation: it is not there, or else `why`."""
    return worded(why) if name in tables and len(tables[name]) else missing(study, tables, name)


def _together(signs: Sequence[int]) -> str:
    """Return the verdict of several: see the top of this module."""
    if all(sign > 0 for sign in signs):
        return BEATS
    return FAILS if min(signs) < 0 and max(signs) <= 0 else OPEN


def _counted(signs: Sequence[int], template: str) -> str:
    return worded(
        template,
        good=sum(sign > 0 for sign in signs),
        bad=sum(sign < 0 for sign in signs),
        open=sum(sign == 0 for sign in signs),
        all=len(signs),
    )


def _sign(verdict: object, good: tuple[str, ...], bad: tuple[str, ...]) -> int:
    told = _text(verdict)
    return 1 if told.startswith(good) else -1 if told.startswith(bad) else 0


def _text(value: object) -> str:
    """Return a verdict as text, empty where there is none."""
    return value if isinstance(value, str) else ""
