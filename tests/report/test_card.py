from html import unescape

import pandas as pd
import pytest
import yaml

from nascent.report import study_card
from nascent.report.card import cell_counts, models, summary

CONFIG = {
    "study": "demo",
    "kind": "transcription",
    "seed": 123,
    "data": None,
    "simulate": {"truth": "structure"},
    "crops": {"target": "00_EU", "quality": [{"column": "a < b & c", "value": None}]},
    "splits": {"by": "well"},
}
RECORD = {"versions": {"python": "3.11.7", "keras": "3.12.0"}}
QUALITY = pd.DataFrame(
    {
        "well": ["A01", "A01", "A02", "A02"],
        "step": ["rule", "all", "rule", "all"],
        "cells_in": [100, 100, 50, 50],
        "cells_out": [90, 90, 40, 40],
    }
)
SPLITS = pd.DataFrame(
    {"cell_id": range(120), "split": ["train"] * 100 + ["val"] * 12 + ["test"] * 8}
)


def card(seed):
    return {
        "architecture": "simple_cnn",
        "parameters": {"total": 161_281, "trainable": 160_129},
        "epochs": 60,
        "best": {"epoch": 41, "val_mae": 31.234},
        "data": {"fingerprint": "ab12"},
        "device": "cpu",
        "seed": seed,
    }


CARDS = {("cnn", seed): card(seed) for seed in (1, 7)}


def build(**changes):
    given = {"config": CONFIG, "record": RECORD, "quality": QUALITY, "splits": SPLITS}
    return study_card(**{**given, "cards": CARDS, **changes})


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


def test_cells_are_followed_from_measured_to_splits():
    found = cell_counts(QUALITY, SPLITS).set_index("cells")["number"]
    assert found.to_dict() == {
        "measured": 150,
        "removed by quality control": 20,
        "kept": 130,
        "in train": 100,
        "in val": 12,
        "in test": 8,
        "kept, but not of the study": 10,
    }


def test_shards_that_differ_between_models_are_both_named():
    cards = {**CARDS, ("linear", 1): {**card(1), "data": {"fingerprint": "ff00"}}}
    assert summary(CONFIG, cards)["data fingerprint"] == "ab12, ff00"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "simulated, planted truth: structure"),
        ({"simulate": None, "data": "raw/plate01"}, "raw/plate01"),
    ],
)
def test_where_the_data_come_from(changes, words):
    assert summary({**CONFIG, **changes}, CARDS)["data"] == words


def test_a_card_with_missing_facts_is_shown():
    table = models({("cnn", 1): {}})
    assert table["model"].tolist() == ["cnn"]
    assert build(cards={("cnn", 1): {}})


def test_a_study_without_models_says_so():
    assert "No model was trained." in build(cards={})


def test_equal_inputs_give_equal_pages():
    assert build() == build()
