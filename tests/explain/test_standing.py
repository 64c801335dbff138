"""What an explanation may be relied on for, decided from tables made by hand."""

from itertools import permutations

import pandas as pd
import pytest

from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.explain.standing import (
    FAILS,
    OPEN,
    PASSES,
    STANDING,
    nothing_passes,
    ordered,
    read_standing,
    standing,
    standing_table,
)
from nascent.files import read_table, write_table

DEPENDS, SURVIVES = "depends on the model", "does not depend on the model"
FEW = "cannot tell (2 wells)"


def compared(**verdicts: str) -> pd.DataFrame:
    """A comparison: a row a model, and one of a floor, which has no verdict."""
    rows = [("target", model, "ridge", verdict) for model, verdict in verdicts.items()]
    rows.append(("target", "ridge", None, None))
    return pd.DataFrame(rows, columns=["target", "model", "best_floor", "verdict"])


def randomised(*rows: tuple) -> pd.DataFrame:
    """Rows of (model, method, level, mean, verdict) at the last stage, after one without."""
    table = pd.DataFrame(rows, columns=["model", "method", "level", "mean", "verdict"])
    early = table.assign(verdict=None, mean=0.9)
    return pd.concat([early, table]).assign(stage="weights")


def of(model_verdict: str, **levels: tuple[float, str]):
    rows = [("cnn", "ig", level, *found) for level, found in levels.items()]
    return standing(
        compared(cnn=model_verdict), randomised(*rows), model="cnn", method="ig", target="target"
    )


def test_a_model_that_beats_the_floors_and_maps_that_depend_on_it_pass_in_silence():
    one = of(BEATS, entries=(0.2, DEPENDS), pixels=(0.3, DEPENDS), channels=(0.4, "cannot tell"))
    assert (one.verdict, one.sentence) == (PASSES, "")


@pytest.mark.parametrize("level", ["entries", "pixels", "channels"])
def test_maps_that_stay_at_any_level_fail_and_the_sentence_has_the_number(level):
    levels = dict.fromkeys(("entries", "pixels", "channels"), (0.2, DEPENDS))
    one = of(BEATS, **levels | {level: (0.618, SURVIVES)})
    assert one.verdict == FAILS
    assert "Maps by ig do not depend on the model" in one.sentence
    assert "0.62" in one.sentence and "0.20" not in one.sentence


def test_a_model_that_loses_fails_whatever_its_maps():
    one = of(LOSES, entries=(0.2, DEPENDS), pixels=(0.2, DEPENDS))
    assert one.verdict == FAILS
    assert one.sentence.startswith(
        "cnn does not predict better than the best reference predictor (ridge)"
    )


@pytest.mark.parametrize(
    ("model", "pixels", "said"),
    [
        (
            FEW,
            DEPENDS,
            "Cannot tell (2 wells) whether cnn beats the best reference predictor (ridge).",
        ),
        (BEATS, FEW, "Cannot tell (2 wells) whether maps by ig depend on the model"),
        (BEATS, "cannot tell", "Cannot tell whether maps by ig depend on the model"),
    ],
)
def test_what_is_left_open_is_said_and_is_neither_failure_nor_success(model, pixels, said):
    one = of(model, entries=(0.2, DEPENDS), pixels=(0.4, pixels))
    assert one.verdict == OPEN
    assert said in one.sentence


def test_a_failure_beside_something_open_is_a_failure_and_both_are_said():
    one = of(FEW, pixels=(0.9, SURVIVES))
    assert one.verdict == FAILS
    assert len(one.sentences) == 2


def test_maps_of_channels_alone_are_judged_by_their_channels():
    assert of(BEATS, channels=(0.1, DEPENDS)).verdict == PASSES
    assert of(BEATS, channels=(0.4, "cannot tell")).verdict == OPEN


def test_one_seed_that_fails_is_enough_and_all_have_to_pass():
    both = [("cnn", "ig", "pixels", 0.2, DEPENDS), ("cnn", "ig", "pixels", 0.7, SURVIVES)]
    options = {"model": "cnn", "method": "ig", "target": "target"}
    assert standing(compared(cnn=BEATS), randomised(*both), **options).verdict == FAILS
    both[1] = ("cnn", "ig", "pixels", 0.4, "cannot tell")
    assert standing(compared(cnn=BEATS), randomised(*both), **options).verdict == OPEN


def test_sentences_call_methods_and_reference_predictors_by_their_words():
    one = standing(
        compared(cnn=LOSES),
        randomised(("cnn", "ig", "pixels", 0.9, SURVIVES)),
        model="cnn",
        method="ig",
        target="target",
        called={"ig": "Integrated Gradients", "ridge": "ridge regression on channel means"},
    )
    assert "best reference predictor (ridge regression on channel means)" in one.sentence
    assert "Maps by Integrated Gradients do not depend" in one.sentence


def test_what_was_not_checked_is_open_and_said():
    one = standing(compared(), randomised(), model="cnn", method="ig", target="target")
    assert one.verdict == OPEN
    assert one.sentences == (
        "cnn was not compared with the reference predictors.",
        "Maps by ig were not compared with maps of random weights.",
    )


def test_only_rows_of_the_explanation_and_its_target_count():
    table = pd.concat([compared(cnn=BEATS), compared(cnn=LOSES).assign(target="area")])
    rows = randomised(
        ("cnn", "ig", "pixels", 0.1, DEPENDS), ("cnn", "cam", "pixels", 0.9, SURVIVES)
    )
    options = {"model": "cnn", "target": "target"}
    assert standing(table, rows, method="ig", **options).verdict == PASSES
    assert standing(table, rows, method="cam", **options).verdict == FAILS
    assert standing(table, rows, method="ig", model="cnn", target="area").verdict == FAILS


def test_permuted_targets_are_another_question():
    rows = randomised(("cnn", "ig", "pixels", 0.1, DEPENDS))
    other = rows.assign(stage="targets", verdict="does not depend on the targets", mean=0.9)
    one = standing(
        compared(cnn=BEATS),
        pd.concat([rows, other]),
        model="cnn",
        method="ig",
        target="target",
    )
    assert one.verdict == PASSES


def four():
    rows = randomised(
        ("cnn", "ig", "pixels", 0.7, SURVIVES),
        ("cnn", "cam", "pixels", 0.4, "cannot tell"),
        ("cnn", "lrp", "pixels", 0.1, DEPENDS),
        ("cnn", "lrp.area", "pixels", 0.1, DEPENDS),
    )
    table = pd.concat([compared(cnn=BEATS), compared(cnn=BEATS).assign(target="area")])
    pairs = [("ig", "target"), ("cam", "target"), ("lrp.area", "area"), ("lrp", "target")]
    return [
        standing(table, rows, model="cnn", method=method, target=target) for method, target in pairs
    ]


def test_what_passes_comes_first_then_what_is_open_then_what_fails_in_any_order_of_the_config():
    for given in permutations(four()):
        methods = [one.method for one in ordered(given)]
        assert methods == ["lrp", "lrp.area", "cam", "ig"]
        table = standing_table(given)
        assert table["method"].tolist() == methods
        assert table.loc[table["default"], "method"].tolist() == ["lrp"]


def test_of_those_that_fail_the_one_with_less_against_it_comes_first():
    rows = randomised(
        ("linear", "ig", "pixels", 0.9, SURVIVES), ("cnn", "ig", "pixels", 0.6, SURVIVES)
    )
    table = compared(linear=FEW, cnn=BEATS)
    options = {"method": "ig", "target": "target"}
    both = [standing(table, rows, model=name, **options) for name in ("linear", "cnn")]
    assert [one.verdict for one in both] == [FAILS, FAILS]
    assert [one.model for one in ordered(both)] == ["cnn", "linear"]


def test_equal_standings_keep_the_order_of_the_config():
    assert [one.verdict for one in ordered(four()[:1] * 2)] == [FAILS, FAILS]
    first, *_ = ordered([*four()[3:], *four()[3:]])
    assert first.method == "lrp"


def test_where_nothing_passes_that_is_said_first():
    every = four()
    assert nothing_passes(standing_table(every)) == ""
    assert "is shown to pass" in nothing_passes(standing_table(every[:2]))
    failing = standing_table(every[:1])
    assert "each of them fails" in nothing_passes(failing)
    # Something is shown first all the same, with its sentence.
    assert failing["default"].tolist() == [True]
    assert failing.loc[0, "sentence"]
    assert nothing_passes(standing_table([])) == ""


def test_tables_on_disk_give_the_same(tmp_path):
    write_table(compared(cnn=FEW), tmp_path / "verdict.tsv")
    rows = randomised(("cnn", "ig", "pixels", 0.62, SURVIVES)).drop(columns=["model", "method"])
    write_table(rows, tmp_path / "1.tsv")
    write_table(rows.iloc[:0], tmp_path / "2.tsv")
    one = read_standing(
        tmp_path / "verdict.tsv",
        [tmp_path / "1.tsv", tmp_path / "2.tsv"],
        model="cnn",
        method="ig",
        target="target",
    )
    assert one == of(FEW, pixels=(0.62, SURVIVES))
    write_table(standing_table([one]), tmp_path / "standing.tsv")
    assert list(read_table(tmp_path / "standing.tsv").columns) == list(STANDING)
