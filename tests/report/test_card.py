from html import unescape

import pandas as pd
import pytest
import yaml

from nascent.report.card import cell_counts, models, split_counts, study_card, summary

CONFIG = {
    "study": "demo",
    "kind": "cells",
    "seed": 123,
    "data": None,
    "simulate": {"truth": "structure"},
    "target": {"column": None, "channel": "00_EU"},
    "crops": {"quality": [{"column": "a < b & c", "value": None}]},
    "splits": {"by": "group"},
}
RECORD = {"versions": {"python": "3.11.7", "keras": "3.12.0"}}
QUALITY = pd.DataFrame(
    {
        "group": ["A01", "A01", "A02", "A02"],
        "step": ["rule", "all", "rule", "all"],
        "cells_in": [100, 100, 50, 50],
        "cells_out": [90, 90, 40, 40],
    }
)
SPLITS = {
    "example": pd.DataFrame(
        {"id": range(120), "split": ["train"] * 100 + ["val"] * 12 + ["test"] * 8}
    ),
    "group": pd.DataFrame({"id": range(130), "split": ["train"] * 70 + ["test"] * 60}),
}
LABEL = "transcription rate (mean counts per pixel)"


def card(seed):
    return {
        "architecture": "simple_cnn",
        "parameters": {"total": 161_281, "trainable": 160_129},
        "epochs": 60,
        "best": {"epoch": 40 + seed, "val_mae": 31.234},
        "data": {"fingerprint": "ab12"},
        "device": "cpu",
        "seed": seed,
    }


CARDS = {("cnn", fold, seed): card(seed) for fold in ("example", "group") for seed in (1, 7)}


def build(**changes):
    given = {"config": CONFIG, "record": RECORD, "quality": QUALITY, "splits": SPLITS}
    return study_card(**{**given, "cards": CARDS, "label": LABEL, **changes})


def test_the_config_can_be_read_back_from_the_page():
    text = build().split("<pre>")[1].split("</pre>")[0]
    assert yaml.safe_load(unescape(text)) == CONFIG


def test_nothing_of_the_config_becomes_markup():
    page = build(config={**CONFIG, "data": "<img src=x>", "simulate": None})
    assert "<img" not in page and "&lt;img src=x&gt;" in page


def test_versions_seeds_and_fingerprint_are_stated():
    page = build()
    for fact in ("3.11.7", "3.12.0", "cnn: 1, 7", "123", "ab12", "161,281", "31.23"):
        assert fact in page


def test_cells_are_followed_from_measured_to_kept():
    found = cell_counts(QUALITY).set_index("cells")["number"]
    assert found.to_dict() == {"measured": 150, "removed by quality control": 20, "kept": 130}


def test_each_fold_says_where_the_kept_cells_went():
    found = split_counts(QUALITY, SPLITS).set_index("fold")
    assert found.loc["example"].tolist() == [100, 12, 8, 10]
    assert found.loc["group"].tolist() == [70, 0, 60, 0]
    assert (found.sum(axis=1) == 130).all()


def test_a_model_is_one_row_over_its_seeds_and_folds():
    cards = {**CARDS, ("cnn", "group", 9): {**card(9), "collapsed": True}}
    (row,) = models(cards).to_dict("records")
    assert (row["seeds"], row["folds"], row["collapsed"]) == (3, 2, 1)
    assert (row["epochs"], row["chosen epoch"], row["val MAE"]) == ("60", "41 to 49", "31.23")


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("group", "by well: whole wells held out"),
        (["example", "group"], "by cell, stratified; by well: whole wells held out"),
    ],
)
def test_every_split_design_is_named(by, words):
    assert summary({**CONFIG, "splits": {"by": by}}, CARDS, LABEL)["splits"] == words


def test_the_target_is_named_by_the_kinds_words():
    assert summary(CONFIG, CARDS, LABEL)["target"] == f"{LABEL}, of 00_EU"


def test_shards_that_differ_between_models_are_both_named():
    cards = {**CARDS, ("linear", "example", 1): {**card(1), "data": {"fingerprint": "ff00"}}}
    assert summary(CONFIG, cards, LABEL)["data fingerprint"] == "ab12, ff00"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "simulated, planted truth: structure"),
        ({"simulate": None, "data": "raw/plate01"}, "raw/plate01"),
    ],
)
def test_where_the_data_come_from(changes, words):
    assert summary({**CONFIG, **changes}, CARDS, LABEL)["data"] == words


def test_a_card_with_missing_facts_is_shown():
    table = models({("cnn", "example", 1): {}})
    assert table["model"].tolist() == ["cnn"]
    assert build(cards={("cnn", "example", 1): {}})


def test_a_study_without_models_says_so():
    assert "No model was trained." in build(cards={})


def test_equal_inputs_give_equal_pages():
    assert build() == build()
