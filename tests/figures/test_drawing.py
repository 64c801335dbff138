"""A figure that is named is drawn of the files it is given."""

import pandas as pd
from matplotlib.figure import Figure

from nascent.figures import attention, roar
from nascent.figures.drawing import drawn, joined
from nascent.files import write_table


def test_files_of_seeds_are_joined_table_by_table(tmp_path):
    paths = [str(tmp_path / f"{name}.tsv") for name in ("a1", "a2", "b1", "b2")]
    for number, path in enumerate(paths):
        write_table(pd.DataFrame({"value": [number]}), path)
    assert [table["value"].tolist() for table in joined(paths, 2)] == [[0, 1], [2, 3]]
    assert [table["value"].tolist() for table in joined(paths[:2], 2)] == [[0], [1]]


def test_a_drawing_is_found_by_name_and_told_its_options(monkeypatch):
    def draw(first, second, *, confidence):
        assert (first, second, confidence) == (1, 2, 0.9)
        return Figure()

    monkeypatch.setattr(roar, "draw_beside_floor", draw)
    assert isinstance(drawn("roar.draw_beside_floor", iter([1, 2]), {"confidence": 0.9}), Figure)


def test_of_a_split_its_rows_alone_are_drawn(monkeypatch):
    monkeypatch.setattr(attention, "draw", lambda *tables, **_: tables)
    tables = [pd.DataFrame({"split": ["test", "val"], "n": [n, n]}) for n in (1, 2)]
    shown = attention.draw_split(*tables, split="test", confidence=0.99)
    assert [table["split"].tolist() for table in shown] == [["test"], ["test"]]
    assert [table["n"].tolist() for table in shown] == [[1], [2]]
