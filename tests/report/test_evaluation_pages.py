from html import unescape

import pandas as pd
import pytest

from nascent.report.evaluation import (
    comparison_rows,
    confounders_rows,
    controls_rows,
    evaluation_pages,
    levels_rows,
    pairs_rows,
)

LABELS = {"target": "transcription rate (counts)"}


@pytest.fixture
def tables(make):
    return {
        "comparison": make.comparison(),
        "pairs": make.pairs(),
        "levels": make.levels(),
        "confounders": make.confounders(),
        "controls": make.controls(),
    }


def test_there_is_a_page_a_table_that_needs_nothing_from_elsewhere(tables):
    pages = evaluation_pages(**tables, labels=LABELS)
    assert list(pages) == list(tables)
    for html in pages.values():
        assert html.startswith("<!doctype html>") and "transcription rate (counts)" in html
        assert not any(word in html for word in ("http", "src=", "<script", "<link", "@import"))


def test_each_model_has_its_verdict_and_floors_have_none(tables):
    rows = comparison_rows(tables["comparison"], "(counts)")
    told = rows.set_index(["split", "model"])["verdict"]
    assert told["by cell, stratified", "cnn"] == "beats the best reference predictor"
    assert told["by well: whole wells held out", "cnn"] == "cannot tell"
    assert told["by cell, stratified", "linear"] == "does not beat the best reference predictor"
    assert told.filter(like="(reference)", axis=0).isna().all()
    assert (rows["model"].str.endswith(" (reference)") == tables["comparison"]["floor"]).all()


def test_intervals_stand_beside_the_values_they_are_of(tables):
    rows = comparison_rows(tables["comparison"], "(counts)")
    row = rows.iloc[0]
    assert row["MAE (counts)"] == 29.5
    assert row["over cells"] == "[29.25, 29.75]" and row["over wells"] == "[29.00, 30.00]"
    assert row["difference"] == -3.25 and row["over cells  "] == "[−3.500, −3.000]"


def test_an_interval_that_is_missing_is_a_dash(make):
    rows = comparison_rows(make.comparison(groups=1))
    assert set(rows["over wells"]) == {"–"}


def test_empty_verdicts_are_read_as_missing_from_memory_and_from_a_file(tables):
    table = tables["comparison"]
    in_memory = table.assign(
        verdict=table["verdict"].fillna(""), best_floor=table["best_floor"].fillna("")
    )
    pd.testing.assert_frame_equal(comparison_rows(in_memory), comparison_rows(table))


def test_a_pair_is_one_row_with_both_metrics(tables):
    (row,) = pairs_rows(tables["pairs"], "(counts)").to_dict("records")
    assert (row["model"], row["less"]) == ("cnn", "linear")
    assert row["MAE (counts), difference"] == -6.75
    assert (row["over cells"], row["over wells"]) == ("[−7.500, −6.000]", "[−9.000, −4.000]")
    assert row["R², difference"] == 0.21 and row["over wells "] == "–"


def test_levels_are_means_over_seeds(tables):
    rows = levels_rows(tables["levels"], "(counts)").set_index("level")
    assert rows.loc["G1", "MAE (counts)"] == 31.5 and rows.loc["S", "MAE (counts)"] == 41.5
    assert rows.loc["G1", "interval"] == "[29.50, 33.50]"
    assert rows.loc["G1", ["bias (counts)", "interval of bias"]].tolist() == [
        1.5,
        "[−1.500, 4.500]",
    ]
    headings = rows.columns.tolist()
    for value, limits in (("MAE (counts)", "interval"), ("bias (counts)", "interval of bias")):
        assert headings.index(limits) == headings.index(value) + 1
    assert rows.loc["G1", "R²"] == 0.375 and rows.loc["G1", "cells"] == 100
    assert set(rows["by"]) == {"cell cycle"}


def test_a_factor_is_one_row_with_a_column_a_design(tables):
    rows = confounders_rows(tables["confounders"]).set_index("factor")
    assert rows.index.tolist() == ["well", "cell cycle"]
    assert rows.loc["well", "η²"] == 0.18
    assert rows.loc["well", "R², by cell, stratified"] == 0.17
    assert rows.loc["cell cycle", "R², by well: whole wells held out"] == 0.09


def test_what_groups_explain_stands_beside_how_far_off_models_are_in_them(tables):
    shifted = tables["comparison"].assign(
        group_bias_share=0.68, group_shift_share=0.66, worst_group="P_B02", worst_group_bias=148.0,
        worst_group_bias_low=130.0, worst_group_bias_high=166.0,
    )  # fmt: skip
    html = evaluation_pages(**tables | {"comparison": shifted}, labels=LABELS)["confounders"]
    assert html.index("η²") < html.index("Error by well") < html.index("P_B02")
    assert "66 %" in html and "68 %" in html and "[130, 166]" in html
    assert "(reference)" not in html
    row = comparison_rows(shifted).iloc[0]
    assert row["share of squared error by wells"] == "66 %"
    assert (row["worst well"], row["its bias"]) == ("P_B02", 148.0)


def test_controls_are_means_over_the_runs_on_test_cells(tables):
    rows = controls_rows(tables["controls"], "(counts)").set_index("cells")
    assert rows.loc["as trained", "MAE (counts)"] == 30.5
    assert rows.loc["each cell standardised", "MAE (counts)"] == 40.5
    assert (rows["runs"] == 2).all()


def test_every_target_has_a_section_under_its_words(tables):
    table = tables["comparison"]
    both = {**tables, "comparison": pd.concat([table, table.assign(target="area")])}
    html = evaluation_pages(**both, labels=LABELS)["comparison"]
    assert "<h2>transcription rate (counts)</h2>" in html and "<h2>area</h2>" in html


def test_names_are_escaped(tables):
    tables["comparison"]["model"] = "<b>cnn</b>"
    html = evaluation_pages(**tables, labels={"target": "<i>"})["comparison"]
    assert "<b>" not in html and "<i>" not in html and "<b>cnn</b>" in unescape(html)


def test_tables_without_rows_are_said(tables):
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    for html in evaluation_pages(**empty, labels=LABELS).values():
        assert "nothing to show" in html
