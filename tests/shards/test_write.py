"""Shards hold the cells of all wells as they are in the crops."""

import resource
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nascent.errors import OutputError, StoreError
from nascent.examples import InputSpec, TargetSpec
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.digest import content_digest
from nascent.shards.write import list_shards, write_shard
from nascent.store import open_store
from nascent.store_layout import Layout
from nascent.store_writer import StoreWriter

CHANNELS = ["00_DAPI", "07_H2B", "00_EU"]
ORDER = [204, 100, 103, 201, 102]


@pytest.fixture
def wells(tmp_path):
    return [_well(tmp_path / f"p_A0{n}.h5", first=100 * n, seed=n) for n in (1, 2, 3)]


def test_a_shard_holds_its_cells_in_the_order_given_bit_for_bit(tmp_path, wells):
    path = tmp_path / "train-00000.h5"
    _write(wells, ORDER, path, split="train", record={"stage": "shards"})
    with open_store(path) as shard:
        assert list(shard.examples.index) == ORDER
        assert list(shard.examples["split"].unique()) == ["train"]
        assert shard.channels == CHANNELS
        assert shard.dtype == np.uint16
        assert shard.attributes["target"] == "00_EU"
        for row, example_id in enumerate(ORDER):
            image, mask, cell = _source(wells, example_id)
            np.testing.assert_array_equal(shard[row][0], image)
            np.testing.assert_array_equal(shard[row][1], mask)
            assert shard.examples["target"].iloc[row] == cell["target"]
            assert shard.examples["well"].iloc[row] == cell["well"]


@pytest.fixture
def few_files():
    """Let this process open a dozen files at the same time, and not one more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = {int(path.name) for path in Path("/proc/self/fd").iterdir()}
    free = (number for number in range(before[0]) if number not in held)
    resource.setrlimit(resource.RLIMIT_NOFILE, (list(islice(free, 12))[-1] + 1, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_shard_may_be_of_more_wells_than_a_job_may_hold_files(tmp_path, few_files):
    wells = [_well(tmp_path / f"p_A{n:02d}.h5", first=100 * n, seed=n) for n in range(1, 25)]
    ids = [int(100 * n + n % 5) for n in np.random.default_rng(1).permutation(24) + 1]
    _write(wells, ids, tmp_path / "s.h5", split="train", record={})
    with open_store(tmp_path / "s.h5") as shard:
        assert list(shard.examples.index) == ids
        for row, example_id in enumerate(ids):
            np.testing.assert_array_equal(shard[row][0], _source(wells, example_id)[0])


def test_ids_may_be_text(tmp_path):
    well = _well(tmp_path / "w.h5", first=0, seed=1, ids=[f"p/{n}" for n in range(5)])
    _write([well], ["p/3", "p/0"], tmp_path / "s.h5", split="test", record={})
    with open_store(tmp_path / "s.h5") as shard, open_store(well) as store:
        assert list(shard.examples.index) == ["p/3", "p/0"]
        np.testing.assert_array_equal(shard[0][0], store[3][0])


def test_stores_of_other_dtypes_and_codecs_are_joined_without_loss(tmp_path, wells):
    narrow = _well(tmp_path / "p_B01.h5", first=400, seed=4, dtype="uint8", codec="gzip")
    path = tmp_path / "val-00000.h5"
    write_shard(
        [*wells, narrow], _cells([*wells, narrow], [402, 101]), path, split="val", record={}
    )
    with open_store(path) as shard:
        assert shard.dtype == np.uint16
        np.testing.assert_array_equal(shard[0][0], _source([narrow], 402)[0])
        np.testing.assert_array_equal(shard[1][0], _source(wells, 101)[0])


def test_groups_are_those_of_the_study(tmp_path, wells):
    cells = _cells(wells, [102, 100]).assign(group=["day 2", "day 1"])
    write_shard(wells, cells, tmp_path / "s.h5", split="train", record={})
    with open_store(tmp_path / "s.h5") as shard:
        assert shard.examples["group"].to_dict() == {102: "day 2", 100: "day 1"}


def test_a_cell_in_no_store_is_named(tmp_path, wells):
    with pytest.raises(StoreError, match="cell 999 is in no store"):
        _write(wells, [100, 999], tmp_path / "s.h5", split="train", record={})
    assert not (tmp_path / "s.h5").exists()


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, wells, file_size_limit):
    before = sorted(tmp_path.iterdir())
    with file_size_limit(2500), pytest.raises(OutputError, match=r"train-00000\.h5"):
        write_shard(
            wells, _cells(wells, ORDER), tmp_path / "train-00000.h5", split="train", record={}
        )
    assert sorted(tmp_path.iterdir()) == before


def test_a_cell_in_two_stores_names_both(tmp_path, wells):
    (tmp_path / "again").mkdir()
    again = _well(tmp_path / "again" / "p_A01.h5", first=100, seed=9)
    with pytest.raises(StoreError, match=r"cell 100 is in .*p_A01\.h5 and .*again/p_A01\.h5"):
        write_shard(
            [*wells, again],
            _cells([*wells, again], [100]),
            tmp_path / "s.h5",
            split="train",
            record={},
        )


def test_a_cell_of_the_same_id_in_another_well_is_left_where_it_is(tmp_path, wells):
    # Where a plate lists a cell in two wells, `crops.duplicates` has said which counts.
    again = _well(tmp_path / "p_C09.h5", first=100, seed=9)
    winner = pd.DataFrame({"id": [100], "part": "p_C09"})
    write_shard([*wells, again], winner, tmp_path / "s.h5", split="train", record={})
    with open_store(tmp_path / "s.h5") as shard:
        np.testing.assert_array_equal(shard[0][0], _source([again], 100)[0])
        assert shard.examples["well"].tolist() == ["p_C09"]


def test_the_digest_sees_a_changed_target(tmp_path):
    digests = []
    for name, shift in (("a", 0.0), ("b", 1e-9)):
        path = _well(tmp_path / f"{name}.h5", first=0, seed=1, well="A01")
        with (
            open_store(path) as store,
            CropWriter(
                tmp_path / f"{name}_moved.h5", channels=CHANNELS, size=8, dtype="uint16"
            ) as writer,
        ):
            for row in range(len(store)):
                writer.copy_from(store, row)
            writer.cells = store.examples.assign(target=store.examples["target"] + shift)
        digests.append(_digest(tmp_path / f"{name}_moved.h5"))
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("change", "named"), [({"size": 12}, "shape of 'image'"), ({}, "features of 'image'")]
)
def test_crops_that_do_not_fit_together_are_refused(tmp_path, wells, change, named):
    channels = CHANNELS if change else CHANNELS[::-1]
    odd = _well(tmp_path / "p_D01.h5", first=500, seed=1, channels=channels, **change)
    with pytest.raises(StoreError, match=rf"p_D01\.h5: its {named} differ"):
        write_shard(
            [*wells, odd],
            _cells([*wells, odd], [100, 500]),
            tmp_path / "s.h5",
            split="train",
            record={},
        )


def test_the_list_of_shards_counts_cells_and_digests_their_content(tmp_path, wells):
    one, two, same = (tmp_path / f"{name}.h5" for name in ("train-00000", "test-00000", "again"))
    _write(wells, ORDER, one, split="train", record={"a": 1})
    _write(wells, [101, 200], two, split="test", record={})
    listed = list_shards([one, two])
    assert list(listed.columns) == ["shard", "split", "cells", "sha256"]
    assert listed[["shard", "split", "cells"]].to_numpy().tolist() == [
        ["train-00000", "train", 5],
        ["test-00000", "test", 2],
    ]
    # The digest tells content from the file around it.
    _write(wells, ORDER, same, split="val", record={"b": 2})
    assert list_shards([same])["sha256"][0] == listed["sha256"][0]
    _write(wells, ORDER[::-1], same, split="val", record={})
    assert list_shards([same])["sha256"][0] != listed["sha256"][0]


def test_the_digest_does_not_depend_on_the_codec_and_sees_one_pixel(tmp_path):
    blosc = _well(tmp_path / "a.h5", first=0, seed=1, well="A01")
    gzip = _well(tmp_path / "b.h5", first=0, seed=1, codec="gzip", well="A01")
    other = _well(tmp_path / "c.h5", first=0, seed=1, change=1, well="A01")
    digests = []
    for number, well in enumerate((blosc, gzip, other)):
        write_shard(
            [well], _cells([well], [0, 1]), tmp_path / f"s{number}.h5", split="train", record={}
        )
        digests.append(list_shards([tmp_path / f"s{number}.h5"])["sha256"][0])
    assert digests[0] == digests[1] != digests[2]


def test_the_digest_sees_every_value_also_where_nothing_was_measured(tmp_path):
    digests = []
    for name, value in (("a", 0), ("b", 1)):
        images, masks = np.zeros((1, 8, 8, 3), np.uint16), np.zeros((1, 8, 8), bool)
        images[0, 7, 7, 2] = value
        path = tmp_path / f"{name}.h5"
        with CropWriter(path, channels=CHANNELS, size=8, dtype="uint16") as writer:
            writer.append_crops(images, masks)
            writer.cells = pd.DataFrame({"id": [1], "plate": "p", "well": "A01"})
        digests.append(_digest(path))
    assert digests[0] != digests[1]


def test_shards_take_every_array_of_an_example_whatever_its_axes(tmp_path):
    stack = InputSpec("stack", "zyxc", (2, 3, 4, 1), ("a",), measured=True, regions=("cell",))
    layout = Layout(
        (stack, InputSpec("columns", "f", (2,), ("u", "v"))),
        {"stack": "uint16", "columns": "float64", "stain": "float32"},
        (TargetSpec("stain", "distribution", "", "", None, "yx"),),
        shapes={"stain": (3, 4)},
        weights={"stain": ()},
    )
    rng, held = np.random.default_rng(0), {}
    for well, dtype in (("A01", "uint16"), ("A02", "uint8")):
        own = replace(layout, dtypes={**layout.dtypes, "stack": np.dtype(dtype)})
        with StoreWriter(tmp_path / f"{well}.h5", own) as writer:
            ids = [f"{well}-{number}" for number in range(3)]
            for one in ids:
                held[one] = {
                    path: rng.integers(0, 2, form.shape).astype(form.dtype)
                    if form.shape
                    else np.float32(rng.integers(0, 2))
                    for path, form in own.forms.items()
                }
                writer.append(held[one])
            writer.examples = pd.DataFrame(
                {"id": ids, "group": f"p/{well}", "plate": "p", "well": well}
            )
    for number, wanted in enumerate((["A01-2", "A01-0"], ["A02-1", "A01-1", "A02-0"])):
        path = tmp_path / f"shard{number}.h5"
        parts = [name.split("-")[0] for name in wanted]
        cells = pd.DataFrame({"id": wanted, "part": parts})
        write_shard(sorted(tmp_path.glob("A*.h5")), cells, path, split="val", record={})
        with open_store(path) as shard:
            for row, name in enumerate(wanted):
                assert shard.examples["group"].iloc[row] == f"p/{name[:3]}"
                for key, values in held[name].items():
                    np.testing.assert_array_equal(shard.array(key, row), values)


def _well(
    path,
    *,
    first,
    seed,
    dtype="uint16",
    codec="blosc",
    size=8,
    channels=CHANNELS,
    change=0,
    ids=None,
    well=None,
):
    generator = np.random.default_rng(seed)
    masks = generator.random((5, size, size)) < 0.5
    masks[0, 0, 0] = True
    images = generator.integers(0, 200, (5, size, size, len(channels)))
    images[0, 0, 0, 0] += change
    images = (images * masks[..., None]).astype(dtype)
    with CropWriter(
        path,
        channels=channels,
        size=size,
        dtype=dtype,
        codec=codec,
        attributes={"target": "00_EU", "number": seed},
    ) as writer:
        writer.append_crops(images, masks)
        writer.cells = pd.DataFrame(
            {
                "id": np.arange(5) + first if ids is None else ids,
                "plate": "p",
                "well": path.stem if well is None else well,
                "perturbation": None,
                "target": generator.normal(size=5),
            }
        )
    return path


def _write(wells, ids, path, *, split, record):
    write_shard(wells, _cells(wells, ids), path, split=split, record=record)


def _digest(path):
    with open_store(path) as store:
        return content_digest(store)


def _cells(wells, ids):
    """The cells asked for with the part that each is of."""
    homes = {}
    for path in wells:
        with open_store(path) as store:
            homes |= dict.fromkeys(store.examples.index, path.stem)
    return pd.DataFrame({"id": ids, "part": [homes.get(each, "nowhere") for each in ids]})


def _source(wells, example_id):
    for path in wells:
        with open_store(path) as store:
            if example_id in store.examples.index:
                row = store.examples.index.get_loc(example_id)
                return (*store[row], store.examples.iloc[row])
    raise LookupError(example_id)
