"""Tables of several explanations as one."""

import pandas as pd

from nascent.explain.join import join_tables
from nascent.files import read_table, write_table


def test_rows_stand_beside_the_explanation_they_are_of(tmp_path):
    write_table(pd.DataFrame({"channel": ["a", "b"], "share": [0.25, 0.75]}), tmp_path / "1.tsv")
    write_table(pd.DataFrame({"channel": ["a"], "share": [1.0]}), tmp_path / "2.tsv")
    write_table(pd.DataFrame({"channel": [], "share": []}), tmp_path / "none.tsv")
    labels = [("cnn", 1, "ig"), ("cnn", 2, "ig"), ("linear", 1, "ig")]
    paths = [tmp_path / name for name in ("1.tsv", "2.tsv", "none.tsv")]
    join_tables(paths, labels, tmp_path / "out.tsv")
    found = read_table(tmp_path / "out.tsv")
    assert list(found.columns) == ["model", "seed", "method", "channel", "share"]
    assert found.values.tolist() == [
        ["cnn", 1, "ig", "a", 0.25],
        ["cnn", 1, "ig", "b", 0.75],
        ["cnn", 2, "ig", "a", 1.0],
    ]


def test_labels_that_a_table_has_already_come_first(tmp_path):
    write_table(
        pd.DataFrame({"value": [2.5], "model": ["cnn"], "seed": [1], "method": ["ig"]}),
        tmp_path / "1.tsv",
    )
    join_tables([tmp_path / "1.tsv"], [("cnn", 1, "ig")], tmp_path / "out.tsv")
    assert list(read_table(tmp_path / "out.tsv").columns) == ["model", "seed", "method", "value"]


def test_a_study_that_explains_nothing_has_a_table_without_rows(tmp_path):
    join_tables([], [], tmp_path / "out.tsv")
    found = read_table(tmp_path / "out.tsv")
    assert list(found.columns) == ["model", "seed", "method"] and found.empty
