from html import unescape

import numpy as np
import pandas as pd
import pytest

from nascent.report.tables import decimals, shown, table, table_page


def cells(html: str) -> list[list[str]]:
    rows = html.split("<tbody>")[1].split("</tbody>")[0].strip().split("\n")
    return [
        [unescape(part.split(">", 1)[1]) for part in row.split("</td>")[:-1]]
        for row in (row.removeprefix("<tr>") for row in rows)
    ]


def test_every_cell_is_in_its_place():
    frame = pd.DataFrame({"model": ["ols", "cnn"], "n": [371, 1200], "mae": [32.811, 30.684]})
    assert cells(table(frame)) == [["ols", "371", "32.81"], ["cnn", "1,200", "30.68"]]


def test_names_and_values_are_escaped():
    frame = pd.DataFrame({"<b>": ["<script>alert('x')</script>", 'a & "b"']})
    html = table_page(frame, "Title <i>", "note & <u>")
    assert "<script" not in html and "<b>" not in html and "<i>" not in html and "<u>" not in html
    assert cells(html) == [["<script>alert('x')</script>"], ['a & "b"']]


def test_missing_values_are_dashes():
    frame = pd.DataFrame({"seed": [1.0, np.nan], "word": [None, "x"]})
    assert cells(table(frame)) == [["1", "–"], ["–", "x"]]


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([1.0, 2.0, np.nan], 0),
        ([32.811, 30.684], 2),
        ([0.5238, 0.4803, 0.0012], 4),
        ([2151.25, 1642.5], 0),
        ([0.0, -4.125], 3),
        ([np.nan], 0),
        ([np.inf, 1.5], 3),
    ],
)
def test_a_column_is_rounded_alike_to_four_digits_of_a_typical_value(values, places):
    assert decimals(pd.Series(values)) == places


def test_negative_numbers_have_a_minus():
    assert shown(-3.456, 2) == "−3.46"


def test_numbers_stand_right_under_their_name():
    html = table(pd.DataFrame({"word": ["a"], "n": [1]}))
    assert '<th class="number">n</th>' in html and '<td class="number">1</td>' in html
    assert "<th>word</th>" in html


def test_an_empty_table_says_so():
    assert "no rows" in table(pd.DataFrame({"a": []}))


def test_a_page_needs_nothing_from_elsewhere():
    html = table_page(pd.DataFrame({"a": [1]}), "Title")
    assert html.startswith("<!doctype html>")
    assert not any(word in html for word in ("http", "src=", "<script", "<link", "@import"))


def test_a_column_has_the_decimals_it_is_told():
    frame = pd.DataFrame({"a": [0.12345, 2.0], "b": [0.12345, 2.0]})
    html = table(frame, {"a": 2})
    assert ">0.12<" in html
    assert ">2.00<" in html
    # The other as many as a typical value needs for four digits.
    assert ">0.123<" in html
