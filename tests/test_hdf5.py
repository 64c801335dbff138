import h5py
import numpy as np
import pytest

from nascent.attribute.maps import Maps
from nascent.errors import OutputError, StoreError
from nascent.hdf5 import Hdf5Reader, hdf5_written
from nascent.shards.removal_file import Removals
from nascent.store import Store


@pytest.mark.parametrize("limit", [0, 100, 3_000, 50_000, 200_000])
def test_a_disk_that_fills_at_any_point_is_told_and_leaves_nothing(
    tmp_path, file_size_limit, limit
):
    with (
        file_size_limit(limit),
        pytest.raises(OutputError, match=r"maps\.h5"),
        hdf5_written(tmp_path / "maps.h5") as (file, _),
    ):
        for number in range(40):
            file.create_dataset(f"map_{number}", data=np.full(1000, number, np.float64))
    assert list(tmp_path.iterdir()) == []


def test_long_work_can_ask_whether_the_disk_still_takes_it(tmp_path, file_size_limit):
    done = 0
    with (
        file_size_limit(100_000),
        pytest.raises(OutputError),
        hdf5_written(tmp_path / "maps.h5") as (file, sink),
    ):
        for number in range(1000):
            file.create_dataset(f"map_{number}", data=np.zeros(2000))
            file.flush()
            sink.check()
            done += 1
    assert done < 20


def test_what_was_written_is_there(tmp_path):
    with hdf5_written(tmp_path / "maps.h5") as (file, _):
        file["x"] = np.arange(5)
    with h5py.File(tmp_path / "maps.h5") as file:
        assert file["x"][:].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("reader", [Store, Maps, Removals])
def test_every_format_refuses_others_newer_versions_and_lost_parts(tmp_path, reader):
    assert issubclass(reader, Hdf5Reader)
    form, version = next(iter(reader.formats.items()))
    for attributes, words in (
        ({}, r"is no .* \(format: None\)"),
        ({"format": "another", "version": 1}, r"is no .* \(format: another\)"),
        ({"format": form, "version": version + 1}, f"has version {version + 1}, this nascent"),
        ({"format": form}, "a part of the .* is missing"),
        ({"format": form, "version": version}, "a part of the .* is missing"),
    ):
        path = tmp_path / "one.h5"
        with h5py.File(path, "w") as file:
            file.attrs.update(attributes)
        with pytest.raises(StoreError, match=words) as refused:
            reader(path)
        assert refused.value.where == path
        # It is closed again: HDF5 opens no file for writing that is open for reading.
        with h5py.File(path, "a"):
            pass
