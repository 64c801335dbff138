import gzip

import numpy as np
import pytest

from nascent.errors import RawDataError
from nascent.kinds.cells.crops.wells import detect_layout, read_channels, read_metadata, read_well


def read(path, **options):
    return read_well(path, plate="plate01", well="A01", **options)


def test_each_layout_gives_the_same_pixels(tmp_path, pixels, write):
    for layout in ("text", "numpy", "campa"):
        well = read(write(tmp_path / layout, pixels, layout))
        assert well.layout == layout
        assert well.channels == ["00_DAPI", "07_H2B", "00_EU"]
        for name in ("ids", "x", "y"):
            np.testing.assert_array_equal(getattr(well, name), getattr(pixels, name))
        np.testing.assert_array_equal(well.pixels, pixels.counts)
        assert well.pixels.dtype == np.uint16


def test_arrays_stay_on_disk(tmp_path, pixels, write):
    well = read(write(tmp_path / "w", pixels))
    assert isinstance(well.pixels.base, np.memmap)


def test_of_a_neighbourhood_the_centre_counts(tmp_path, pixels, write):
    folder = write(tmp_path / "w", pixels)
    rng = np.random.default_rng(1)
    around = rng.integers(0, 9, (len(pixels.ids), 3, 3, 3)).astype(np.uint16)
    around[:, 1, 1, :] = pixels.counts
    np.save(folder / "mpp.npy", around)
    np.testing.assert_array_equal(read(folder).pixels, pixels.counts)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32, np.float64])
def test_any_number_type_is_read_as_it_is(tmp_path, pixels, write, dtype):
    pixels.counts = (pixels.counts % 256).astype(dtype)
    well = read(write(tmp_path / "w", pixels))
    assert well.pixels.dtype == dtype
    np.testing.assert_array_equal(well.pixels, pixels.counts)


def test_a_pixel_table_may_be_named_itself(tmp_path, pixels, write):
    folder = write(tmp_path / "w", pixels, "text")
    assert detect_layout(folder / "pixels.csv") == "text"
    np.testing.assert_array_equal(read(folder / "pixels.csv").pixels, pixels.counts)


def test_channels_are_ordered_by_id_with_or_without_header(tmp_path):
    (tmp_path / "channels.csv").write_text("2,c\n0,a\n1,b\n")
    assert read_channels(tmp_path) == ["a", "b", "c"]
    (tmp_path / "channels.csv").write_text("name,channel_id\nc,10\na,1\nb,9\n")
    assert read_channels(tmp_path) == ["a", "b", "c"]


def test_a_channel_listed_twice_is_named_with_its_lines(tmp_path):
    (tmp_path / "channels.csv").write_text("0,a\n1,b\n2,a\n")
    with pytest.raises(RawDataError, match="channel a is on lines 1 and 3"):
        read_channels(tmp_path)


def test_a_channel_without_name_is_told_with_its_line(tmp_path):
    (tmp_path / "channels.csv").write_text("channel_id,name\n0,a\n1,\n")
    with pytest.raises(RawDataError, match="line 3: the channel has no name"):
        read_channels(tmp_path)


def test_the_unnamed_index_of_the_metadata_is_dropped(tmp_path, pixels, write):
    metadata = read_metadata(write(tmp_path / "w", pixels))
    assert list(metadata.columns) == list(pixels.metadata)


@pytest.mark.parametrize(("value", "said"), [("x7", "x7"), ("", "nan"), ("9" * 30, "9")])
def test_a_nucleus_without_number_is_named(tmp_path, value, said):
    (tmp_path / "metadata.csv").write_text(f",mapobject_id\n0,5\n1,{value}\n")
    with pytest.raises(
        RawDataError, match=rf"metadata.csv: line 3, column 'mapobject_id': '{said}"
    ):
        read_metadata(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["mpp.npy", "x.npy", "y.npy", "mapobject_ids.npy", "channels.csv", "metadata.csv"],
)
def test_a_missing_file_is_named(tmp_path, pixels, write, name):
    folder = write(tmp_path / "w", pixels)
    (folder / name).unlink()
    wanted = "no pixels of a well" if name == "mapobject_ids.npy" else f"{name}: there is no such"
    with pytest.raises(RawDataError, match=wanted):
        read(folder)


def test_a_missing_well_and_an_unknown_folder_are_named(tmp_path):
    with pytest.raises(RawDataError, match="nowhere: there is no such well"):
        read(tmp_path / "nowhere")
    with pytest.raises(RawDataError, match=r"none of mapobject_ids.npy, obj_ids.npy, pixels.csv"):
        read(tmp_path)


def test_two_layouts_in_one_folder_ask_for_a_choice(tmp_path, pixels, write):
    write(tmp_path / "w", pixels, "text")
    folder = write(tmp_path / "w", pixels, "numpy")
    with pytest.raises(RawDataError, match="more than one layout: text, numpy"):
        read(folder)
    assert read(folder, layout="text").layout == "text"


def test_arrays_that_disagree_in_length_are_named(tmp_path, pixels, write):
    folder = write(tmp_path / "w", pixels)
    np.save(folder / "x.npy", pixels.x[:-3])
    n = len(pixels.x)
    with pytest.raises(RawDataError, match=rf"x.npy {n - 3}, y.npy {n}"):
        read(folder)


def test_labels_are_optional_but_must_fit(tmp_path, pixels, write):
    folder = write(tmp_path / "w", pixels)
    np.save(folder / "labels.npy", np.zeros(len(pixels.x), np.uint16))
    assert len(read(folder).ids) == len(pixels.x)
    np.save(folder / "labels.npy", np.zeros(4, np.uint16))
    with pytest.raises(RawDataError, match=r"labels.npy 4"):
        read(folder)


def test_a_channel_list_of_another_well_is_refused(tmp_path, pixels, write):
    folder = write(tmp_path / "w", pixels)
    (folder / "channels.csv").write_text("0,a\n1,b\n")
    with pytest.raises(RawDataError, match=r"mpp.npy: the shape is .* where \(P, 2\)"):
        read(folder)


@pytest.mark.parametrize(
    ("dtype", "value", "said"),
    [(np.int32, -4, "-4 is negative"), (np.float32, -0.5, "-0.5 is negative")]
    + [(np.float64, value, "not a finite number") for value in (np.nan, np.inf)],
)
def test_impossible_counts_in_arrays_are_named(tmp_path, pixels, write, dtype, value, said):
    pixels.counts = pixels.counts.astype(dtype)
    pixels.counts[17, 1] = value
    with pytest.raises(RawDataError, match=rf"mpp.npy: column '07_H2B', row 17: .*{said}"):
        read(write(tmp_path / "w", pixels))


@pytest.mark.parametrize("objects", [np.array(["a", "b"]), np.array([1, None], object)])
def test_arrays_of_no_numbers_are_refused(tmp_path, pixels, write, objects):
    folder = write(tmp_path / "w", pixels)
    np.save(folder / "mpp.npy", objects, allow_pickle=True)
    with pytest.raises(RawDataError, match=r"mpp.npy: the array holds .* not numbers"):
        read(folder)


@pytest.mark.parametrize("length", [0, 60, 200])
def test_a_truncated_array_is_named(tmp_path, pixels, write, length):
    folder = write(tmp_path / "w", pixels)
    whole = (folder / "mpp.npy").read_bytes()
    (folder / "mpp.npy").write_bytes(whole[:length])
    with pytest.raises(RawDataError, match=r"mpp.npy: the file is truncated"):
        read(folder)


def test_a_truncated_gz_is_named(tmp_path, make, write):
    folder = write(tmp_path / "w", make({1: (300, 300)}), "text")
    whole = gzip.compress((folder / "pixels.csv").read_bytes())
    (folder / "pixels.csv").unlink()
    (folder / "pixels.csv.gz").write_bytes(whole)
    assert len(read(folder).ids) > 0
    for length in (len(whole) // 2, 20):
        (folder / "pixels.csv.gz").write_bytes(whole[:length])
        with pytest.raises(RawDataError, match=r"pixels.csv.gz: the compressed file is truncated"):
            read(folder)


def test_real_wells_are_the_same_as_text_and_arrays(real_data):
    for name in ("A01", "A02"):
        text = read(real_data / "mpm_codex" / "text" / name)
        arrays = read(real_data / "mpm_codex" / "npy" / name)
        for part in ("ids", "x", "y", "pixels"):
            np.testing.assert_array_equal(getattr(text, part), getattr(arrays, part))
        assert text.pixels.dtype == arrays.pixels.dtype == np.uint16
        assert text.channels == arrays.channels


def test_an_empty_well_has_no_pixels(tmp_path, make, write):
    for layout in ("text", "numpy"):
        well = read(write(tmp_path / layout, make({}), layout))
        assert well.ids.shape == (0,)
        assert well.pixels.shape == (0, 3)
