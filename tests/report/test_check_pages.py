from html import unescape

import pandas as pd

from nascent.explain.checks import CHECKS
from nascent.explain.standing import FAILS, OPEN, ORDER, PASSES
from nascent.report.checks import MOST_ROWS, check_page
from nascent.report.standing import SUBCATEGORIES
from nascent.words import worded

PAGES = {check.name: (check.title, check.note) for check in CHECKS if check.title}


def page_of(check, table, standing=None):
    """Return the page of a check's table, with the words of the table of checks."""
    title, note = PAGES[check]
    return check_page(check, table, standing, title=title, note=note)


def test_every_check_has_a_page_with_its_heading_and_rows():
    for check, (title, note) in PAGES.items():
        text = page_of(check, pd.DataFrame({"model": ["cnn"], "value": [0.5]}))
        title, note = worded(title), worded(note)
        assert title in text and note[:30] in unescape(text) and "<td>cnn</td>" in text


def test_a_long_table_says_where_its_other_rows_are():
    rows = pd.DataFrame({"value": range(MOST_ROWS + 5)})
    text = page_of("removal", rows)
    assert text.count("<tr>") == MOST_ROWS + 1
    assert f"{MOST_ROWS} of {MOST_ROWS + 5}" in text and "explain/removal.tsv" in text
    assert "Shown are" not in page_of("removal", rows.head(MOST_ROWS))


def test_of_all_pairs_of_channels_the_page_shows_the_best():
    pairs = pd.DataFrame(
        {"map_channel": ["a", "a", "b"], "image": ["p", "q", "r"], "rank": [1, 2, 1]}
    )
    text = page_of("similarity", pairs)
    assert "<td>p</td>" in text and "<td>r</td>" in text and "<td>q</td>" not in text


def test_the_page_of_channel_correlations_names_the_duplicates():
    pairs = pd.DataFrame(
        {
            "channel": ["dna_1", "dna_1"],
            "other": ["dna_2", "lipid"],
            "pixel_correlation": [0.97, 0.2],
            "mean_correlation": [0.9, 0.1],
            "cells": 9,
            "duplicates": [True, False],
        }
    )
    assert "dna_1 and dna_2 (pixels 0.97, means 0.90)" in page_of("channel_correlations", pairs)
    assert "No two channels repeat" in page_of("channel_correlations", pairs.iloc[1:])


def test_the_parts_of_the_report_come_in_the_order_of_standing():
    # Snakemake's report sorts them by name.
    names = [SUBCATEGORIES[one] for one in ORDER]
    assert names == sorted(names, key=str.lower)


def test_where_no_explanation_passes_the_page_says_so_before_all_else():
    rows = pd.DataFrame({"method": ["ig", "cam"], "standing": FAILS, "sentence": "They stay."})
    for table, said in (
        (rows, "each of them fails"),
        (rows.assign(standing=[OPEN, FAILS]), "is shown to pass"),
    ):
        first = page_of("standing", table).split("<p>")[1]
        assert first.startswith("No explanation") and said in first
    text = page_of("standing", rows.assign(standing=[PASSES, FAILS]))
    assert "No explanation" not in text and "They stay." in text


def test_failing_explanations_come_last_on_every_page_and_say_so():
    rows = pd.DataFrame({"model": "cnn", "method": ["ig", "cam"], "share": [0.4, 0.6]})
    standing = pd.DataFrame(
        {
            "place": [1, 2],
            "model": "cnn",
            "method": ["cam", "ig"],
            "standing": [PASSES, FAILS],
            "sentence": ["", "Maps by ig do not depend on the model."],
        }
    )
    text = page_of("trend", rows, standing)
    assert text.index("<td>cam</td>") < text.index("<td>ig</td>")
    assert "cnn, ig (fails): Maps by ig do not depend on the model." in text
    assert "(fails)" not in page_of("trend", rows[rows["method"] == "cam"], standing)


def test_a_verdict_that_too_few_groups_leave_open_names_them():
    rows = pd.DataFrame({"groups": [2, 5], "beats_null": [None, True]})
    text = page_of("regions", rows)
    assert text.count("cannot tell (2 wells)") == 1 and "<td>True</td>" in text
