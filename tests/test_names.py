"""Names come back as they were written, from every table and file."""

import string

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.explain.exports.h5ad import read_h5ad, write_h5ad
from nascent.explain.exports.scores import STATISTICS, ChannelScores
from nascent.explain.exports.scores_table import write_scores_table
from nascent.files import read_table, write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.names import (
    MISSING,
    TEXT_COLUMNS,
    hdf5_key,
    hdf5_name,
    may_hide_names,
    typed,
    unprintable,
)
from nascent.store import open_store

HOSTILE = (
    "NA", "None", "null", "nan", "NaN", "N/A", "inf", "01", "007", "1", "1.0", "1e3", "1E3", "-01",
    "TRUE", "true", "False", "=x", "+x", "@x", "CD3/CD4", "../x", "{x}", "{{x}}", "a b", " a", "a ",
    "'", '"', 'say "x"', "a,b", "#1", "%2F", "α-SMA", "β", "Ünïcödé", "細胞",
    "a\tb", "a\nb", "a\rb", "12345678901234567890", "0x10", "1_000", "$x$", "<b>", "-", ".",
)  # fmt: skip
names = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)


@given(st.data())
def test_a_column_of_names_comes_back_as_it_was_written(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "names.tsv"
    rows = data.draw(st.integers(1, 5))
    columns = data.draw(st.lists(st.sampled_from(sorted(TEXT_COLUMNS)), min_size=1, unique=True))
    table = pd.DataFrame(
        {
            name: data.draw(st.lists(names | st.none(), min_size=rows, max_size=rows))
            for name in columns
        }
        | {"mean_of_it": np.arange(rows) / 7},
        dtype=object,
    )
    write_table(table, path)
    back = read_table(path)
    assert back["mean_of_it"].tolist() == table["mean_of_it"].tolist()
    for name in columns:
        got = back[name].astype(object).where(back[name].notna(), None)
        assert got.tolist() == table[name].tolist()


@given(st.lists(names, min_size=1, max_size=4, unique=True))
def test_channels_come_back_as_the_header_of_a_table(tmp_path_factory, channels):
    path = tmp_path_factory.getbasetemp() / "names.tsv"
    table = pd.DataFrame([[1.5] * len(channels)], columns=channels)
    write_table(table.assign(id=7), path)
    assert list(read_table(path).columns) == [*channels, "id"]


fields = names | st.text(string.digits + "+-.eE", max_size=6) | st.floats().map(repr)


@given(st.lists(fields | st.integers().map(str) | st.sampled_from(["True", "False"]), min_size=1))
def test_how_a_table_is_parsed_is_no_matter(tmp_path_factory, values):
    """The types that a fast parser gives are those of the rule, value by value."""
    path = tmp_path_factory.getbasetemp() / "names.tsv"
    write_table(pd.DataFrame({"x": values, "z": "z"}), path)
    written = pd.Series([value or None for value in values], dtype="str")
    pd.testing.assert_series_equal(
        read_table(path)["x"], typed(written), check_names=False, check_exact=True
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["01", "2"], ["01", "2"]),
        (["1e3", "2"], ["1e3", "2"]),
        (["TRUE", "FALSE"], ["TRUE", "FALSE"]),
        (["NA", "x"], ["NA", "x"]),
        (["12345678901234567890"], ["12345678901234567890"]),
        (["NA", "2"], [np.nan, 2.0]),
        (["", "3"], [np.nan, 3.0]),
        (["1e+03", "2.5e-05", "1.5e3"], [1000.0, 2.5e-05, 1500.0]),
        (["True", "False"], [True, False]),
        (["True", ""], [True, np.nan]),
    ],
)
def test_a_column_that_nobody_declares_is_numbers_where_all_of_it_is(tmp_path, values, expected):
    path = tmp_path / "a.tsv"
    path.write_text("x\tz\n" + "".join(f"{value}\tz\n" for value in values))
    got = read_table(path)["x"].tolist()
    assert [type(value) for value in got] == [type(value) for value in expected]
    np.testing.assert_equal(got, expected)


def test_a_column_declared_for_one_table_keeps_its_text(tmp_path):
    write_table(pd.DataFrame({"batch": ["1", "2"], "dose": [1, 2]}), tmp_path / "a.tsv")
    table = read_table(tmp_path / "a.tsv", text=["batch", "not there"])
    assert table["batch"].tolist() == ["1", "2"]
    assert table["dose"].tolist() == [1, 2]


def test_the_predicted_column_is_a_name_in_tables_of_an_evaluation_alone(tmp_path):
    write_table(pd.DataFrame({"target": ["NA"], "design": ["cell"]}), tmp_path / "metrics.tsv")
    write_table(pd.DataFrame({"target": [1.5], "id": [1]}), tmp_path / "cells.tsv")
    assert read_table(tmp_path / "metrics.tsv")["target"].tolist() == ["NA"]
    assert read_table(tmp_path / "cells.tsv")["target"].tolist() == [1.5]


def test_long_tables_are_searched_for_names_to_their_end(monkeypatch):
    monkeypatch.setattr("nascent.names._SLAB", 5)
    for field in ("01", "1e3", "-02", " a"):
        for before in range(1, 12):
            assert may_hide_names(b"x" * before + f"\t{field}\n".encode(), "\t"), (field, before)
    assert not may_hide_names(b"a\t0.5\nB01\t1e-05\n", "\t")


@given(names, names)
def test_a_name_in_hdf5_is_one_of_its_own_and_no_path(name, other):
    assert "/" not in hdf5_key(name)
    assert hdf5_name(hdf5_key(name)) == name
    assert (hdf5_key(name) == hdf5_key(other)) == (name == other)


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "a\x00", "a\u2028b"])
def test_a_character_that_no_line_can_hold_is_named(name):
    assert unprintable(name) == f"U+{ord(name.strip('ab')):04X}"


@pytest.mark.parametrize("name", ["CD3/CD4", "{x}", "α-SMA", "細胞", "a b"])
def test_letters_of_any_script_can_be_held(name):
    assert unprintable(name) is None


def test_what_stands_for_a_missing_number_is_no_number():
    assert not any(value.isdigit() for value in MISSING)


columns = st.lists(names, min_size=1, max_size=4, unique=True)


def spelt(values):
    """Return a column as a list, missing values as None."""
    series = pd.Series(values, dtype=object)
    return series.where(series.notna(), None).tolist()


@given(columns, st.lists(names | st.none(), min_size=3, max_size=3))
def test_a_store_keeps_names_of_columns_and_channels_and_their_values(
    tmp_path_factory, channels, values
):
    path = tmp_path_factory.getbasetemp() / "names.h5"
    cells = pd.DataFrame({"id": [1, 2, 3], "plate": "p", "well": "A01"})
    cells = cells.assign(**{f"of {name}": values for name in channels})
    cells = cells.assign(**{f"mean_{name}": np.arange(3) / 7 for name in channels})
    with CropWriter(path, channels=channels, size=2, dtype=np.uint16) as writer:
        shape = (3, 2, 2, len(channels))
        writer.append_crops(np.ones(shape, np.uint16), np.ones(shape[:3], bool))
        writer.cells = cells
    with open_store(path) as store:
        assert store.channels == channels
        for name in channels:
            assert spelt(store.examples[f"of {name}"]) == values
            assert store.examples[f"mean_{name}"].tolist() == [0, 1 / 7, 2 / 7]


@given(columns, st.lists(names | st.none(), min_size=2, max_size=2))
def test_exports_keep_names_of_channels_and_columns_and_their_values(
    tmp_path_factory, channels, values
):
    folder = tmp_path_factory.getbasetemp()
    told = {f"of {name}": values for name in channels}
    cells = pd.DataFrame({"split": "test", "stratum": values} | told, dtype=object)
    cells.index = pd.Index([7, 8], name="id")
    shares = np.arange(2.0 * len(channels)).reshape(2, -1)
    facts = {"model": "m", "seed": 1, "method": "ig", "target": "target", "kind": "gradient"}
    facts |= {"axes": "entry", "options": {}, "told": list(told), "checks": []}
    inputs = ("image",) * len(channels)
    values_of = dict.fromkeys(STATISTICS, shares)
    scores = ChannelScores(cells, tuple(channels), inputs, values_of, facts)
    write_h5ad(scores, folder / "names.h5ad")
    back = read_h5ad(folder / "names.h5ad")
    assert (list(back.channels), back.inputs) == (channels, inputs)
    assert back.facts["told"] == list(told)
    for name in told:
        assert spelt(back.cells[name].to_numpy()) == values
    write_scores_table([folder / "names.h5ad"], folder / "names.parquet")
    rows = pl.read_parquet(folder / "names.parquet")
    assert rows["channel"].unique(maintain_order=True).to_list() == channels
