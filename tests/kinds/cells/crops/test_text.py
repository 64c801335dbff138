import gzip

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import RawDataError
from nascent.kinds.cells.crops import text
from nascent.kinds.cells.crops.text import read_pixel_table


def write(path, rows, header="mapobject_id,x,y,a,b"):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_columns_may_come_in_any_order_and_others_are_ignored(tmp_path):
    file = write(
        tmp_path / "pixels.tsv",
        ["hello\t5\t1\t70\t9\t2", "\t6\t3\t80\t9\t4"],
        header="note\tb\ty\tmapobject_id\tx\ta",
    )
    ids, x, y, pixels = read_pixel_table(file, ["a", "b"])
    assert (ids.tolist(), x.tolist(), y.tolist()) == ([70, 80], [9, 9], [1, 3])
    assert pixels.tolist() == [[2, 5], [4, 6]]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["0", "65535"], np.uint16),
        (["7.0", "65535.0"], np.uint16),
        (["1", "65536"], np.int32),
        (["1", "0.5"], np.float64),
        (["1", "3000000000"], np.float64),
    ],
)
def test_pixels_take_the_smallest_type_that_holds_them(tmp_path, values, dtype):
    rows = [f"1,{row},0,{value},1" for row, value in enumerate(values)]
    pixels = read_pixel_table(write(tmp_path / "pixels.csv", rows), ["a", "b"])[3]
    assert pixels.dtype == dtype
    assert pixels[:, 0].tolist() == [float(value) for value in values]


def test_one_wide_batch_widens_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "ROWS_A_BATCH", 10)
    values = [*range(95), 70_000, *range(5)]
    rows = [f"1,{row},0,{value},1" for row, value in enumerate(values)]
    pixels = read_pixel_table(write(tmp_path / "pixels.csv", rows), ["a", "b"])[3]
    assert pixels.dtype == np.int32
    assert pixels[:, 0].tolist() == values


def test_long_ids_keep_their_digits_beside_decimals(tmp_path):
    ids = [2**53 + 1, 2**53]
    file = write(tmp_path / "pixels.csv", [f"{i},{x},0,0.5,1" for x, i in enumerate(ids)])
    assert read_pixel_table(file, ["a", "b"])[0].tolist() == ids


@given(
    table=st.lists(
        st.tuples(
            st.integers(0, 2**32 - 1),
            st.integers(-9, 5000),
            st.integers(0, 2**31 - 1) | st.floats(0, 1e6),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_what_is_written_is_read(tmp_path_factory, table):
    file = tmp_path_factory.mktemp("well") / "pixels.csv.gz"
    lines = ["mapobject_id,x,y,a", *(f"{i},{x},{x},{value!r}" for i, x, value in table)]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    ids, x, y, pixels = read_pixel_table(file, ["a"])
    assert list(zip(ids.tolist(), x.tolist(), y.tolist(), pixels[:, 0].tolist(), strict=True)) == [
        (i, x, x, value) for i, x, value in table
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,0,0,-3,1", r"column 'a', line 4: the pixel -3\S* is negative"),
        ("1,0,0,1,nan", r"column 'b', line 4: the pixel nan is not a finite"),
        ("1,0,0,1,inf", r"column 'b', line 4: the pixel inf is not a finite"),
        ("1,0,0,1,", "column 'b', line 4: there is no value"),
        ("1,0,0,seven,1", "column 'a', line 4: 'seven' is no number"),
        ("1,0.5,0,1,1", "column 'x', line 4: 0.5 is no integer"),
        ("cell,0,0,1,1", "column 'mapobject_id', line 4: 'cell' is no number"),
        ("1,0,0,1,1,1", "cannot be read"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, row, said):
    file = write(tmp_path / "pixels.csv", ["1,0,0,1,1", "1,1,0,1,1", row, "1,2,0,1,1"])
    with pytest.raises(RawDataError, match=f"pixels.csv: .*{said}"):
        read_pixel_table(file, ["a", "b"])


def test_a_wrong_value_far_down_is_named_by_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "ROWS_A_BATCH", 100)
    rows = [f"1,{row},0,5,1" for row in range(5000)]
    rows[4321] = "1,4321,0,-5,1"
    with pytest.raises(RawDataError, match="line 4323"):
        read_pixel_table(write(tmp_path / "pixels.csv", rows), ["a", "b"])


def test_a_missing_column_names_the_nearest(tmp_path):
    file = write(tmp_path / "pixels.csv", ["1,0,0,1,1"], header="mapobject_id,x,y,00_DAPY,b")
    with pytest.raises(RawDataError, match=r"no column '00_DAPI'. Did you mean '00_DAPY'"):
        read_pixel_table(file, ["00_DAPI", "b"])


def test_a_column_that_comes_twice_is_refused(tmp_path):
    file = write(tmp_path / "pixels.csv", ["1,0,0,1,1,1"], header="mapobject_id,x,y,a,b,a")
    with pytest.raises(RawDataError, match="the column 'a' comes twice"):
        read_pixel_table(file, ["a", "b"])


def test_a_file_without_header_is_refused(tmp_path):
    file = tmp_path / "pixels.csv"
    file.write_text("")
    with pytest.raises(RawDataError, match="empty, without a header"):
        read_pixel_table(file, ["a", "b"])


def test_batches_are_joined_in_the_order_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "ROWS_A_BATCH", 1000)
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 1 << 16, 50_000)
    frame = pl.DataFrame({"mapobject_id": counts, "x": counts, "y": counts, "a": counts})
    frame.write_csv(tmp_path / "pixels.csv")
    assert (read_pixel_table(tmp_path / "pixels.csv", ["a"])[3][:, 0] == counts).all()
