import gzip
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import OutputError, RawDataError
from nascent.files import read_json, read_table, refuse_unwritable, write_json, write_table, written


def test_a_final_name_holds_the_old_file_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "folder" / "table.tsv"
    with written(path) as beside:
        beside.write_text("old")
    with pytest.raises(RuntimeError), written(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [entry.name for entry in path.parent.iterdir()] == ["table.tsv"]


def test_machines_that_count_processes_alike_write_beside_each_other(tmp_path, monkeypatch):
    path = tmp_path / "table.tsv"
    with written(path) as here:
        here.write_text("here")
        monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(nodename="other"))
        with written(path) as there:
            there.write_text("there")
        assert path.read_text() == "there"
    assert path.read_text() == "here"


def test_a_full_disk_names_the_file_and_leaves_nothing(tmp_path, file_size_limit):
    table = pd.DataFrame({"x": np.arange(10_000)})
    with file_size_limit(1000), pytest.raises(OutputError, match=r"big\.tsv"):
        write_table(table, tmp_path / "big.tsv")
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_numbers_in_a_table_come_back_to_the_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("tables") / "a.tsv"
    write_table(pd.DataFrame({"x": numbers}), path)
    got = read_table(path)["x"].to_numpy(dtype=float)
    assert got.tobytes() == np.array(numbers).tobytes()


def test_missing_values_come_back_missing(tmp_path):
    table = pd.DataFrame({"id": [1, 2], "cell_cycle": ["G1", None], "y": [np.nan, 1.5]})
    write_table(table, tmp_path / "a.tsv")
    assert read_table(tmp_path / "a.tsv").isna().to_numpy().tolist() == table.isna().values.tolist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("", "empty"),
        ("a\tb\n1\t2\n", "no column 'well'"),
        ("plate\twell\np\tA01\t\n", "more fields than the header"),
    ],
)
def test_a_table_that_cannot_serve_is_named(tmp_path, content, message):
    path = tmp_path / "wells.tsv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RawDataError, match=rf"wells\.tsv.*{message}"):
        read_table(path, required=["well"])


def test_a_damaged_compressed_table_is_named(tmp_path):
    whole = bytearray(gzip.compress(b"a,b\n" + b"1,2\n" * 999))
    whole[20:24] = b"\xff\xff\xff\xff"
    (tmp_path / "wells.csv.gz").write_bytes(whole)
    with pytest.raises(RawDataError, match=r"wells\.csv\.gz: the table cannot be read"):
        read_table(tmp_path / "wells.csv.gz")


def test_equal_records_are_equal_files(tmp_path):
    write_json({"b": 1, "a": [1.5, None]}, tmp_path / "a.json")
    write_json({"a": [1.5, None], "b": 1}, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert read_json(tmp_path / "a.json") == {"a": [1.5, None], "b": 1}


@pytest.fixture
def no_privilege():
    """Be an ordinary user, for whom permissions count."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_folder_that_may_not_be_written_to_is_refused_before_any_work(no_privilege):
    # Under the folder for everyone, since that of the test is closed to others.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        refuse_unwritable(folder / "results" / "mine")
        folder.chmod(0o555)
        with pytest.raises(OutputError, match=r"results/mine: this folder may not be written to"):
            refuse_unwritable(folder / "results" / "mine")
        assert list(folder.iterdir()) == []
        folder.chmod(0o755)


def test_a_file_in_the_place_of_the_results_is_refused(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(OutputError, match=r"results: .* a file, no folder"):
        refuse_unwritable(tmp_path / "results" / "mine")
