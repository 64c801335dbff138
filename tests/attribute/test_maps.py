"""Map files: what is written is read back, and what is no map file is refused."""

import h5py
import numpy as np
import pytest

from nascent.attribute.maps import MapSource, join_maps, open_maps, write_maps
from nascent.attribute.results import Attributions
from nascent.errors import StoreError

SOURCE = MapSource(("00_DAPI", "15_SON"), "vargrad", {"steps": 3, "sigma": 1.0}, 7, "ab", "cd")


def attributions(count, seed=0):
    stream = np.random.default_rng(seed)
    maps = stream.normal(size=(count, 4, 4, 2)).astype(np.float32)
    return Attributions(maps, *stream.normal(size=(3, count))), stream.random((count, 4, 4)) < 0.5


@pytest.mark.parametrize("cell_ids", [[12, 5, 9], ["plate01/12", "plate01/5", "plate02/5"]])
def test_what_is_written_is_read_back_bit_for_bit(tmp_path, cell_ids):
    made, masks = attributions(3)
    write_maps(
        tmp_path / "a.h5",
        made,
        cell_ids=cell_ids,
        masks=masks,
        source=SOURCE,
        record={"stage": "attribute"},
    )
    with open_maps(tmp_path / "a.h5") as maps:
        assert len(maps) == 3
        assert maps.channels == ["00_DAPI", "15_SON"]
        assert maps.cell_ids == cell_ids
        assert maps.size == 4
        assert maps.source == SOURCE
        assert maps.provenance == {"stage": "attribute"}
        for index in range(3):
            np.testing.assert_array_equal(maps[index], made.maps[index])
            np.testing.assert_array_equal(maps.mask(index), masks[index])
        np.testing.assert_array_equal(maps[-1], made.maps[2])
        np.testing.assert_array_equal(np.stack(list(maps)), made.maps)
        for name in ("prediction", "prediction_baseline", "completeness_gap"):
            np.testing.assert_array_equal(maps.cells[name], getattr(made, name))
        with pytest.raises(IndexError):
            maps[3]


def test_joined_files_hold_the_cells_of_all_in_order(tmp_path):
    made, masks = attributions(5)
    for first, last in ((0, 2), (2, 5)):
        part = Attributions(*(value[first:last] for value in vars(made).values()))
        ids = list(range(first, last))
        write_maps(
            tmp_path / f"{first}.h5", part, cell_ids=ids, masks=masks[first:last], source=SOURCE
        )
    join_maps([tmp_path / "0.h5", tmp_path / "2.h5"], tmp_path / "all.h5", size=4, source=SOURCE)
    with open_maps(tmp_path / "all.h5") as maps:
        np.testing.assert_array_equal(np.stack(list(maps)), made.maps)
        assert maps.cell_ids == [0, 1, 2, 3, 4]
        np.testing.assert_array_equal(maps.mask(4), masks[4])


def test_no_cells_are_a_file_too(tmp_path):
    join_maps([], tmp_path / "none.h5", size=4, source=SOURCE)
    with open_maps(tmp_path / "none.h5") as maps:
        assert (len(maps), maps.size, maps.channels) == (0, 4, ["00_DAPI", "15_SON"])
        assert maps.cells.empty


def test_parts_of_another_source_are_not_joined(tmp_path):
    made, masks = attributions(2)
    write_maps(tmp_path / "a.h5", made, cell_ids=[1, 2], masks=masks, source=SOURCE)
    other = MapSource(SOURCE.channels, "vargrad", SOURCE.options, 7, "another model", "cd")
    with pytest.raises(StoreError, match="something else"):
        join_maps([tmp_path / "a.h5"], tmp_path / "all.h5", size=4, source=other)
    assert not (tmp_path / "all.h5").exists()


def test_a_missing_a_truncated_and_a_foreign_file_are_refused(tmp_path):
    with pytest.raises(StoreError, match="no such file"):
        open_maps(tmp_path / "none.h5")
    made, masks = attributions(2)
    write_maps(tmp_path / "a.h5", made, cell_ids=[1, 2], masks=masks, source=SOURCE)
    whole = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="truncated"):
        open_maps(tmp_path / "cut.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.attrs["format"] = "nascent-crops"
    with pytest.raises(StoreError, match="nascent-crops"):
        open_maps(tmp_path / "other.h5")
