import h5py
import numpy as np
import pandas as pd
import pytest

from nascent.contents import describe
from nascent.errors import RawDataError, StoreError
from nascent.kinds.cells.crops.crop_store import CropWriter


def test_a_store_is_summed_up(tmp_path):
    path = tmp_path / "crops.h5"
    images = np.zeros((3, 8, 8, 2), np.uint16)
    with CropWriter(path, channels=["00_DAPI", "00_EU"], size=8, dtype="uint16") as writer:
        writer.append_crops(images, np.ones((3, 8, 8), bool))
        writer.cells = pd.DataFrame(
            {
                "id": [1, 2, 3],
                "plate": "p",
                "well": ["A01", "A01", "A02"],
                "target": [1.0, 2.0, 3.0],
            }
        )
    lines = describe(path)
    assert "store of 3 examples, version 2, codec blosc" in lines
    assert "input image: 8 x 8 x 2 (yxc), uint16, masks: measured, cell" in lines
    assert "well: A01 2, A02 1" in lines
    assert "target: mean 2.00, SD 1.00, 1.00 to 3.00" in lines
    assert "  1 00_EU" in lines


def test_an_unknown_hdf5_file_lists_its_data_sets(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["a/b"] = np.zeros((2, 3), np.float32)
    assert "  a/b: float32, shape (2, 3)" in describe(path)


def test_a_truncated_file_says_so(tmp_path):
    path = tmp_path / "broken.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(StoreError, match="truncated"):
        describe(path)


def test_a_folder_without_wells_says_so(tmp_path):
    with pytest.raises(RawDataError, match="no raw well"):
        describe(tmp_path)


def test_a_truncated_array_says_so(tmp_path):
    (tmp_path / "channels.csv").write_text("0,a\n")
    (tmp_path / "metadata.csv").write_text(",mapobject_id\n0,5\n")
    for name in ("mpp", "mapobject_ids"):
        np.save(tmp_path / f"{name}.npy", np.zeros((9, 1), np.uint16))
    (tmp_path / "mpp.npy").write_bytes((tmp_path / "mpp.npy").read_bytes()[:-3])
    with pytest.raises(RawDataError, match=r"mpp\.npy: the file is truncated"):
        describe(tmp_path)
