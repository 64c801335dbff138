import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nascent.kinds.cells.crops.crop_store import CropWriter

SCRIPT = Path(__file__).with_name("compare_stores.py")
CELLS = pd.DataFrame({"id": [5, 3], "note": ["a", None], "area": [2.5, np.nan]})
CELLS = CELLS.assign(plate="p", well="A01")


def write(path, *, channels=("a", "b"), dtype=np.uint16, cells=CELLS, codec="blosc", spoil=None):
    images = np.arange(2 * 4 * 4 * 2, dtype=dtype).reshape(2, 4, 4, 2)
    masks = images[..., 0] % 3 == 0
    if spoil is not None:
        {"image": images, "mask": masks}[spoil][1, 2, 2] ^= 1
    with CropWriter(path, channels=channels, size=4, dtype=dtype, codec=codec) as writer:
        writer.append_crops(images, masks)
        writer.cells = cells
    return path


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """Compare a plain store with one that is written otherwise."""
    ours = write(tmp_path / "ours.h5")

    def run(**changes):
        theirs = write(tmp_path / "theirs.h5", **changes)
        monkeypatch.setattr("sys.argv", [str(SCRIPT), str(ours), str(theirs)])
        runpy.run_path(str(SCRIPT), run_name="__main__")

    return run


def test_equal_stores_pass_whatever_their_codec(compare, capsys):
    compare(codec="gzip")
    assert "hold the same examples" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"channels": ("a", "c")}, "features of 'image'"),
        ({"dtype": np.int32}, "type of image"),
        ({"spoil": "image"}, "inputs/image of example 3"),
        ({"spoil": "mask"}, "masks/image/cell of example 3"),
        ({"cells": CELLS.assign(id=[5, 4])}, "column id"),
        ({"cells": CELLS.assign(note=["a", "b"])}, "column note"),
        ({"cells": CELLS.assign(well=["A01", "A02"])}, "column group"),
        ({"cells": CELLS.assign(area=[2.5, 0])}, "column area"),
        ({"cells": CELLS.assign(area=[2, 3])}, "type of column area"),
        ({"cells": CELLS.rename(columns={"area": "size"})}, "columns: "),
    ],
)
def test_the_first_difference_is_named(compare, changes, told):
    with pytest.raises(SystemExit, match=told):
        compare(**changes)
