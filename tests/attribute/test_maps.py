"""Map files: what is written is read back within its stated loss, and no other file is taken."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nascent.attribute.map_writer import MapParts, join_maps, write_maps
from nascent.attribute.maps import COLUMNS, MapSource, open_maps
from nascent.attribute.results import Attributions
from nascent.contents import describe
from nascent.errors import StoreError

SOURCE = MapSource(("00_DAPI", "15_SON"), "vargrad", {"steps": 3, "sigma": 1.0}, 7, "ab", "cd")
ROUNDED = replace(SOURCE, precision="float16")


def attributions(count, seed=0, shape=(4, 4, 2)):
    stream = np.random.default_rng(seed)
    maps = stream.normal(size=(count, *shape)).astype(np.float32)
    told = stream.normal(size=(3, count))
    steps, converged = stream.integers(1, 99, count), stream.random(count) < 0.5
    return Attributions(maps, *told, steps, converged), stream.random((count, 4, 4)) < 0.5


def written(path, made, masks, source=SOURCE, ids=None, record=None):
    write_maps(
        path,
        made,
        ids=list(range(len(masks))) if ids is None else ids,
        masks=masks,
        source=source,
        record=record,
    )
    return path


@pytest.mark.parametrize("ids", [[12, 5, 9], ["plate01/12", "plate01/5", "plate02/5"]])
def test_as_float32_what_is_written_is_read_back_bit_for_bit(tmp_path, ids):
    made, masks = attributions(3)
    written(tmp_path / "a.h5", made, masks, ids=ids, record={"stage": "attribute"})
    with open_maps(tmp_path / "a.h5") as maps:
        assert len(maps) == 3
        assert maps.channels == ["00_DAPI", "15_SON"]
        assert maps.ids == ids
        assert (maps.places, maps.axes) == ((4, 4), "entry")
        assert maps.source == SOURCE
        assert maps.provenance == {"stage": "attribute"}
        for index in range(3):
            np.testing.assert_array_equal(maps[index], made.maps[index])
            np.testing.assert_array_equal(maps.mask(index), masks[index])
        np.testing.assert_array_equal(maps[-1], made.maps[2])
        np.testing.assert_array_equal(np.stack(list(maps)), made.maps)
        for name in COLUMNS:
            expected = getattr(made, name) if name != "loss" else np.zeros(3)
            np.testing.assert_array_equal(maps.cells[name], expected)
        assert maps.cells["steps"].dtype == np.int64
        assert maps.cells["converged"].dtype == bool
        with pytest.raises(IndexError):
            maps[3]


@given(
    values=arrays(np.float32, (4, 4, 2), elements=st.floats(-1, 1, width=32)),
    exponent=st.integers(-90, 120),
)
def test_as_float16_no_value_is_lost_however_large_or_small_the_map(
    tmp_path_factory, values, exponent
):
    values = np.ldexp(values, exponent).astype(np.float32)
    path = tmp_path_factory.mktemp("maps") / "a.h5"
    made, masks = attributions(1)
    written(path, replace(made, maps=values[None]), masks, ROUNDED)
    with open_maps(path) as maps:
        read, told = maps[0], maps.cells["loss"].iloc[0]
    peak = np.abs(values).max(initial=0)
    error = np.abs(read.astype(float) - values)
    assert read.dtype == np.float32
    # Half a unit of the last of 11 bits; below 2⁻²⁹ of the largest, half of float16's least step.
    assert (error <= np.maximum(np.abs(values) * 2.0**-11, peak * 2.0**-38)).all()
    assert told == pytest.approx(error.max() / peak if peak else 0, rel=1e-5)
    assert told <= 2.0**-11
    np.testing.assert_array_equal(
        np.sign(read)[np.abs(values) > peak * 1e-9], np.sign(values)[np.abs(values) > peak * 1e-9]
    )


def test_the_loss_is_shown_by_inspect(tmp_path):
    made, masks = attributions(2)
    written(tmp_path / "a.h5", made, masks, ROUNDED)
    with open_maps(tmp_path / "a.h5") as maps:
        worst = maps.cells["loss"].max()
    assert worst > 0
    lines = describe(tmp_path / "a.h5")
    assert (
        f"stored as float16, largest rounding error {worst:.1e} of a map's largest value" in lines
    )


@pytest.mark.parametrize(
    ("axes", "shape", "channels"),
    [
        ("entry", (4, 4, 2), ["00_DAPI", "15_SON"]),
        ("place", (4, 4, 1), ["all"]),
        ("feature", (1, 1, 2), ["00_DAPI", "15_SON"]),
    ],
)
def test_each_kind_of_map_has_its_shape(tmp_path, axes, shape, channels):
    made, masks = attributions(2, shape=shape)
    written(tmp_path / "a.h5", made, masks, replace(SOURCE, axes=axes))
    with open_maps(tmp_path / "a.h5") as maps:
        assert (maps.axes, maps[1].shape, maps.channels) == (axes, shape, channels)
        assert maps.places == (4, 4)
        assert maps.source.channels == ("00_DAPI", "15_SON")
    wrong, _ = attributions(2, shape=(4, 4, 3))
    with pytest.raises(StoreError, match=axes):
        written(tmp_path / "b.h5", wrong, masks, replace(SOURCE, axes=axes))


@pytest.mark.parametrize("source", [SOURCE, ROUNDED])
def test_joined_files_hold_the_cells_of_all_in_order(tmp_path, source):
    made, masks = attributions(5)
    made.maps[3] *= 1e-6
    written(tmp_path / "whole.h5", made, masks, source)
    for first, last in ((0, 2), (2, 5)):
        part = Attributions(*(value[first:last] for value in vars(made).values()))
        ids = list(range(first, last))
        written(tmp_path / f"{first}.h5", part, masks[first:last], source, ids=ids)
    parts = MapParts(source, (4, 4), [tmp_path / "0.h5", tmp_path / "2.h5"])
    join_maps([parts], tmp_path / "all.h5")
    with open_maps(tmp_path / "all.h5") as maps, open_maps(tmp_path / "whole.h5") as whole:
        np.testing.assert_array_equal(np.stack(list(maps)), np.stack(list(whole)))
        assert maps.ids == [0, 1, 2, 3, 4]
        assert maps.cells.equals(whole.cells)
        np.testing.assert_array_equal(maps.mask(4), masks[4])
    assert (tmp_path / "all.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()


def test_no_cells_are_a_file_too(tmp_path):
    join_maps([MapParts(ROUNDED, (4, 4), [])], tmp_path / "none.h5")
    with open_maps(tmp_path / "none.h5") as maps:
        assert (len(maps), maps.places, maps.channels) == (0, (4, 4), ["00_DAPI", "15_SON"])
        assert maps.cells.empty


@pytest.mark.parametrize(
    "change", [{"model_sha256": "another"}, {"read_out": "area"}, {"axes": "place"}]
)
def test_parts_of_another_source_are_not_joined(tmp_path, change):
    made, masks = attributions(2)
    written(tmp_path / "a.h5", made, masks)
    with pytest.raises(StoreError, match="something else"):
        parts = MapParts(replace(SOURCE, **change), (4, 4), [tmp_path / "a.h5"])
        join_maps([parts], tmp_path / "all.h5")


def test_inputs_of_any_places_lie_in_one_file(tmp_path):
    sequence = replace(SOURCE, input="sequence", channels=tuple("ACGT"))
    columns = replace(SOURCE, input="columns", channels=("length", "gc", "half_life"))
    written_maps = {}
    parts = []
    for source, shape in ((sequence, (5, 4)), (columns, (3,))):
        made, _ = attributions(3, shape=shape)
        masks = np.ones((3, *shape[:-1]), bool)
        path = written(tmp_path / f"{source.input}.h5", made, masks, source)
        parts.append(MapParts(source, shape[:-1], [path]))
        written_maps[source.input] = made
    join_maps(parts, tmp_path / "all.h5")
    for source in (sequence, columns):
        with open_maps(tmp_path / "all.h5", source.input) as maps:
            assert maps.source == source
            assert maps.inputs == ("sequence", "columns")
            expected = written_maps[source.input]
            np.testing.assert_array_equal(np.stack(list(maps)), expected.maps)
            np.testing.assert_array_equal(maps.cells["prediction"], expected.prediction)
            assert maps.mask(0).shape == maps.places == expected.maps.shape[1:-1]
    with open_maps(tmp_path / "all.h5") as maps:
        assert maps.source.input == "sequence"
    with pytest.raises(StoreError, match=r"no maps of an input 'colums'.*'columns'"):
        open_maps(tmp_path / "all.h5", "colums")
    others = written(tmp_path / "o.h5", made, masks, columns, ids=[7, 8, 9])
    with pytest.raises(StoreError, match="'columns' are of other cells"):
        join_maps([parts[0], replace(parts[1], paths=[others])], tmp_path / "odd.h5")


def test_other_files_are_refused(tmp_path):
    made, masks = attributions(2)
    with pytest.raises(StoreError, match="no such file"):
        open_maps(tmp_path / "missing.h5")
    written(tmp_path / "a.h5", made, masks)
    whole = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="truncated"):
        open_maps(tmp_path / "cut.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["x"] = [1]
    with pytest.raises(StoreError, match="is no file of maps"):
        open_maps(tmp_path / "b.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs["version"] = 99
    with pytest.raises(StoreError, match="version 99"):
        open_maps(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs["version"] = 3
    with pytest.raises(StoreError, match=r"version 3, this .* no older one than 4\. Delete it"):
        open_maps(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs["version"] = 4
        del file["masks/image"]
    with pytest.raises(StoreError, match="image"):
        open_maps(tmp_path / "a.h5")
