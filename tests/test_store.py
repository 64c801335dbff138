import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nascent
from nascent.errors import OutputError, StoreError
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.store_layout import VERSION


def cell_table(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": np.arange(count)[::-1] + 10,
            "plate": "p",
            "well": ["A01"] * count,
            "cell_cycle": ["G1", None] * (count // 2) + ["S"] * (count % 2),
            "target": np.linspace(0.1, 0.7, count),
            "oversize": [True] + [False] * (count - 1) if count else [],
        }
    )


def write(path, images, masks, cells=None, **options):
    with CropWriter(
        path,
        channels=[f"c{i}" for i in range(images.shape[-1])],
        size=images.shape[1],
        dtype=images.dtype,
        **options,
    ) as writer:
        writer.append_crops(images, masks)
        writer.cells = cell_table(len(images)) if cells is None else cells


def example(count=5, size=8, channels=3, dtype="uint16"):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60000, (count, size, size, channels)).astype(dtype)
    return images, rng.random((count, size, size)) > 0.4


@given(
    images=hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int32, np.float32, np.float64]),
        st.tuples(st.integers(0, 4), st.just(6), st.just(6), st.integers(1, 3)),
        elements={"allow_nan": False},
    ),
    codec=st.sampled_from(["blosc", "gzip"]),
)
def test_pixels_come_back_to_the_bit_in_their_own_dtype(tmp_path_factory, images, codec):
    path = tmp_path_factory.mktemp("store") / "well.h5"
    masks = np.resize([True, False, True], images.shape[:3])
    write(path, images, masks, codec=codec)
    with nascent.open_store(path) as store:
        got, got_masks = store.read(slice(None))
        assert len(store) == len(images)
        assert store.dtype == got.dtype == images.dtype
        assert got.tobytes() == images.tobytes()
        assert got_masks.dtype == bool
        np.testing.assert_array_equal(got_masks, masks)


def test_cells_are_indexed_by_id_in_the_order_of_the_images(tmp_path):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    with nascent.open_store(tmp_path / "a.h5") as store:
        assert store.channels == ["c0", "c1", "c2"]
        assert store.examples.index.name == "id"
        assert store.examples.index.tolist() == [14, 13, 12, 11, 10]
        assert store.examples["target"].tolist() == np.linspace(0.1, 0.7, 5).tolist()
        assert store.examples["oversize"].dtype == bool
        assert store.examples["cell_cycle"].isna().tolist() == [False, True, False, True, False]
        image, mask = store[3]
        np.testing.assert_array_equal(image, images[3])
        np.testing.assert_array_equal(mask, masks[3])


def test_any_selection_comes_in_the_order_asked(tmp_path):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    with nascent.open_store(tmp_path / "a.h5") as store:
        np.testing.assert_array_equal(store.read([4, 0, 4])[0], images[[4, 0, 4]])
        np.testing.assert_array_equal(store.read(slice(3, None))[1], masks[3:])
        assert len(store.read([])[0]) == 0
        with pytest.raises(IndexError):
            store[5]


def test_a_copied_cell_is_the_same_cell(tmp_path):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    with (
        nascent.open_store(tmp_path / "a.h5") as source,
        CropWriter(tmp_path / "b.h5", channels=source.channels, size=8, dtype="uint16") as copy,
    ):
        copy.copy_from(source, 3)
        copy.copy_from(source, 1)
        copy.cells = source.examples.iloc[[3, 1]]
    with nascent.open_store(tmp_path / "b.h5") as store:
        np.testing.assert_array_equal(store.read([0, 1])[0], images[[3, 1]])
        np.testing.assert_array_equal(store.read([0, 1])[1], masks[[3, 1]])
        assert store.examples.index.tolist() == [11, 13]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"channels": ["c0", "c1", "other"]}, "features of 'image'"),
        ({"dtype": "int32"}, "types of values"),
        ({"codec": "gzip"}, "codec"),
    ],
)
def test_stores_that_disagree_are_not_joined(tmp_path, given, what):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    options = {"channels": ["c0", "c1", "c2"], "size": 8, "dtype": "uint16"} | given
    with (
        nascent.open_store(tmp_path / "a.h5") as source,
        pytest.raises(StoreError, match=what),
        CropWriter(tmp_path / "b.h5", **options) as writer,
    ):
        writer.copy_from(source, 0)
    assert not (tmp_path / "b.h5").exists()


def test_equal_cells_make_equal_files(tmp_path):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    write(tmp_path / "b.h5", images, masks)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_failed_write_leaves_no_file(tmp_path):
    images, masks = example()
    with (
        pytest.raises(RuntimeError, match="killed"),
        CropWriter(
            tmp_path / "a.h5", channels=["c0", "c1", "c2"], size=8, dtype="uint16"
        ) as writer,
    ):
        writer.append_crops(images, masks)
        raise RuntimeError("killed")
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_does_not_fit_its_crops_is_refused(tmp_path):
    images, masks = example()
    with pytest.raises(StoreError, match="4 rows for 5 examples"):
        write(tmp_path / "a.h5", images, masks, cells=cell_table(4))
    assert list(tmp_path.iterdir()) == []


def test_a_reserved_place_that_got_no_example_is_refused(tmp_path):
    images, masks = example(2)
    with (
        pytest.raises(StoreError, match="1 of 3 places have no example"),
        CropWriter(tmp_path / "a.h5", channels=["a", "b", "c"], size=8, dtype="uint16") as writer,
    ):
        writer.reserve(3)
        for place, row in ((2, 0), (0, 1)):
            arrays = {"inputs/image": images[row], "masks/image/measured": masks[row]}
            writer.put(place, arrays)
        writer.cells = cell_table(3)
    assert not (tmp_path / "a.h5").exists()


def test_a_full_disk_is_told_with_the_file_and_leaves_nothing(tmp_path, file_size_limit):
    images, masks = example(count=40, size=32)
    with file_size_limit(200_000), pytest.raises(OutputError, match=r"a\.h5"):
        write(tmp_path / "a.h5", images, masks)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not HDF5", None])
def test_what_is_no_store_is_named(tmp_path, content):
    path = tmp_path / "a.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"a\.h5"):
        nascent.open_store(path)


def test_a_truncated_store_is_named(tmp_path):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    whole = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match=r"a\.h5: the file is truncated"):
        nascent.open_store(tmp_path / "a.h5")


def test_a_store_of_a_later_format_is_not_guessed_at(tmp_path):
    write(tmp_path / "a.h5", *example())
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file.attrs["version"] = VERSION + 1
    with pytest.raises(StoreError, match=r"a\.h5: the store has version .*Update nascent"):
        nascent.open_store(tmp_path / "a.h5")


def test_a_misspelt_channel_is_answered_with_the_nearest(tmp_path):
    images, masks = example()
    write(tmp_path / "a.h5", images, masks)
    with nascent.open_store(tmp_path / "a.h5") as store, pytest.raises(StoreError, match="'c1'"):
        store.channel_index("C1 ")
