"""A store of version 1 is read as version 2, and rewritten as one on demand."""

import json

import h5py
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from nascent import integrity, provenance
from nascent.cli import app
from nascent.errors import OutputError, StoreError
from nascent.shards.digest import content_digest
from nascent.shards.write import write_shard
from nascent.store import open_store
from nascent.store_migration import migrate

CELLS = pd.DataFrame(
    {
        "cell_id": [7, 5, 6],
        "plate": "p",
        "well": "A01",
        "group": ["a", "b", "c"],
        "target": [1.5, 2.5, 3.5],
    }
)


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    masks = rng.random((3, 6, 6)) < 0.5
    return (rng.integers(1, 900, (3, 6, 6, 2)) * masks[..., None]).astype(np.uint16), masks


@pytest.fixture
def old(tmp_path, write_version_1, arrays):
    return write_version_1(tmp_path / "old.h5", *arrays, CELLS, target="00_EU", well="A01")


def test_it_has_the_inputs_masks_targets_and_groups_of_version_2(old, arrays):
    with open_store(old) as store:
        (image,), (target,) = store.inputs, store.targets
        assert (image.name, image.axes, image.shape) == ("image", "yxc", (6, 6, 2))
        assert (image.features, image.masks) == (("c0", "c1"), ("measured", "cell"))
        assert (target.name, target.column, target.label) == ("target", "target", "00_EU")
        assert store.examples.index.tolist() == [7, 5, 6]
        assert store.examples["group"].tolist() == ["p/A01"] * 3
        # What the metadata called so is told apart.
        assert store.examples["group_metadata"].tolist() == ["a", "b", "c"]
        assert store.examples["target"].tolist() == [1.5, 2.5, 3.5]
        for row, (values, mask) in enumerate(zip(*arrays, strict=True)):
            assert store.array("inputs/image", row).tobytes() == values.tobytes()
            np.testing.assert_array_equal(store.measured(row), mask)
            np.testing.assert_array_equal(store.array("masks/image/cell", row), mask)
            np.testing.assert_array_equal(store[row][1], mask)


def test_it_is_rewritten_with_the_same_content_attributes_and_provenance(old):
    with open_store(old) as store:
        digest, table, attributes = content_digest(store), store.examples, store.attributes
    assert migrate(old)
    with open_store(old) as store, h5py.File(old) as file:
        assert set(file) == {"inputs", "masks", "examples"}
        assert store.attributes["version"] == 2
        assert content_digest(store) == digest
        pd.testing.assert_frame_equal(store.examples, table)
        assert json.loads(store.attributes["provenance"]) == {"stage": "crops"}
        assert store.attributes["well"] == attributes["well"]
    before = old.read_bytes()
    assert not migrate(old)
    assert old.read_bytes() == before


def test_the_record_beside_it_is_of_the_new_bytes(old):
    provenance.write(old, {"stage": "crops", **integrity.made(old)})
    migrate(old)
    assert integrity.checked(old) == provenance.file_digest(old)


def test_it_is_left_as_it_was_where_the_disk_is_full(old, file_size_limit):
    before = old.read_bytes()
    with file_size_limit(1000), pytest.raises(OutputError):
        migrate(old)
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == ["old.h5"]


@pytest.mark.parametrize("lacking", [["well"], ["plate", "well"]])
def test_without_the_group_it_is_refused_and_the_mend_is_told(
    tmp_path, write_version_1, arrays, lacking
):
    path = write_version_1(tmp_path / "a.h5", *arrays, CELLS.drop(columns=lacking))
    said = rf"a\.h5: .*no column {' and no column '.join(lacking)}.*Make it again"
    with pytest.raises(StoreError, match=said):
        open_store(path)
    shown = CliRunner().invoke(app, ["migrate", str(path)])
    assert shown.exit_code == 1
    assert "no column well" in shown.output


def test_files_are_named_with_what_became_of_them(old):
    runs = [CliRunner().invoke(app, ["migrate", str(old)]).output for _ in range(2)]
    assert "old.h5: rewritten as version 2" in runs[0]
    assert "old.h5: already has version 2" in runs[1]


def test_names_of_columns_from_before_slashes_were_kept_are_read(tmp_path, write_version_1, arrays):
    cells = CELLS.assign(**{"share in %": [0.5, 0.25, 0.75]})
    with open_store(write_version_1(tmp_path / "a.h5", *arrays, cells)) as store:
        assert store.examples["share in %"].tolist() == [0.5, 0.25, 0.75]


def test_a_shard_of_both_versions_is_whole(tmp_path, write_version_1, arrays):
    old = write_version_1(tmp_path / "old.h5", *arrays, CELLS)
    new = write_version_1(tmp_path / "new.h5", *arrays, CELLS.assign(well="A02", cell_id=[1, 2, 3]))
    migrate(new)
    wanted = pd.DataFrame({"id": [2, 6], "part": ["new", "old"]})
    write_shard([old, new], wanted, tmp_path / "shard.h5", split="train", record={})
    with open_store(tmp_path / "shard.h5") as shard:
        assert shard.examples["group"].tolist() == ["p/A02", "p/A01"]
        for row, origin in enumerate((1, 2)):
            np.testing.assert_array_equal(shard[row][0], arrays[0][origin])
