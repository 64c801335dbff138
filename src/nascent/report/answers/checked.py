"""What each check says of one explanation, from the tables of checks.

A check may give several verdicts on one explanation, such as one a way to remove pixels. Then it
passes where all of them are in its favour, fails where some are against it and none is in its
favour, and is open else.
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from nascent.evaluate.verdicts import BEATS as MODEL_BEATS
from nascent.evaluate.verdicts import LOSES as MODEL_LOSES
from nascent.explain.statistics.dependence import TARGETS, VERDICTS, WEIGHTS
from nascent.figures import words
from nascent.figures.words import short
from nascent.plain_words import verdict_words
from nascent.report.answers.records import FAILS, NOT_TESTED, OPEN, PASSES
from nascent.report.answers.tables import Tables, missing
from nascent.study_record import StudyRecord
from nascent.task import task_of
from nascent.words import worded

Rows = pd.DataFrame


def _model(study: StudyRecord, tables: Tables, row: pd.Series) -> tuple[str, str]:
    verdict = _text(row["model_verdict"])
    if not verdict:
        return NOT_TESTED, f"{row['model']} was not compared with the reference predictors."
    known = {MODEL_BEATS: PASSES, MODEL_LOSES: FAILS}
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
            known = {depends: PASSES, survives: FAILS}
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


READ: Mapping[str, Callable[[StudyRecord, Tables, pd.Series], tuple[str, str]]] = {
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
        return PASSES
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
