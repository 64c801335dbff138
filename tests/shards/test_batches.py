"""Batches hold every cell once, in an order that seed and epoch decide."""

import numpy as np
import pandas as pd
import pytest

from nascent.errors import StoreError
from nascent.examples import InputSpec, TargetSpec
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards import batches
from nascent.shards.batches import Batches, read_split
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import COLUMNS
from nascent.shards.steps import Steps
from nascent.store import open_store
from nascent.store_layout import Layout
from nascent.store_writer import StoreWriter

CHANNELS = ["00_DAPI", "00_EU", "07_H2B"]
SIZES = (7, 5, 9, 1)


@pytest.fixture
def normaliser() -> Normaliser:
    rows = [(name, 0.0, 150.0, 90.0, 30.0, 0, 200, 10**4) for name in CHANNELS]
    return Normaliser.from_table(
        pd.DataFrame(rows, columns=list(COLUMNS)), ["00_DAPI", "07_H2B"], Steps()
    )


@pytest.fixture
def shards(tmp_path):
    return [_shard(tmp_path / f"train-{n:05d}.h5", 100 * n, size) for n, size in enumerate(SIZES)]


@pytest.mark.parametrize("seed", [None, 3])
def test_a_pass_holds_every_cell_once_with_its_own_pixels_mask_and_target(shards, normaliser, seed):
    cells = {}
    for path in shards:
        with open_store(path) as store:
            for row, (example_id, cell) in enumerate(store.examples.iterrows()):
                cells[example_id] = (*store[row], cell["target"])
    seen = []
    for batch in read_split(shards, normaliser, batch_size=4, seed=seed):
        assert batch.inputs["image"].dtype == np.float32
        assert batch.inputs["mask"].dtype == bool
        assert batch.targets["target"].dtype == np.float64
        for row, example_id in enumerate(batch.ids):
            image, mask, target = cells[example_id]
            expected = normaliser(image[None], mask[None])[0]
            np.testing.assert_array_equal(batch.inputs["image"][row], expected)
            np.testing.assert_array_equal(batch.inputs["mask"][row], mask)
            assert batch.targets["target"][row] == target
            seen.append(example_id)
    assert sorted(seen) == sorted(cells)


def test_without_a_seed_cells_come_as_they_lie(shards, normaliser):
    reader = Batches(shards, normaliser, batch_size=4)
    ids = np.concatenate([batch.ids for batch in reader])
    np.testing.assert_array_equal(ids, reader.examples.index)


def test_all_batches_but_the_last_are_full(shards, normaliser):
    reader = Batches(shards, normaliser, batch_size=4, seed=1)
    sizes = [len(batch.ids) for batch in reader]
    assert sizes == [4] * 5 + [2]
    assert len(reader) == 6


def test_equal_seed_and_epoch_give_the_same_order_and_others_another(shards, normaliser):
    first, again = (Batches(shards, normaliser, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.order(2), again.order(2))
    assert not np.array_equal(first.order(2), first.order(3))
    assert not np.array_equal(first.order(2), Batches(shards, normaliser, seed=2).order(2))


def test_cells_of_several_shards_mix_within_a_pool_only(shards, normaliser, monkeypatch):
    monkeypatch.setattr(batches, "POOL", 8)
    reader = Batches(shards, normaliser, seed=5)
    owner = np.repeat(range(len(SIZES)), SIZES)[reader.order(0)]
    # Every pool is a run of whole shards that holds eight cells at least, but for the last.
    shards_seen, start = [], 0
    while start < len(owner):
        end = start
        members = set()
        while end < len(owner) and (end - start < 8 or set(owner[end:]) & members):
            members.add(owner[end])
            end += 1
        shards_seen.append(members)
        start = end
    assert sum(map(len, shards_seen)) == len(SIZES)
    assert len(shards_seen) > 1


def test_order_is_fair_over_epochs(shards, normaliser):
    reader = Batches(shards, normaliser, seed=0)
    places = np.mean([np.argsort(reader.order(epoch)) for epoch in range(400)], axis=0)
    # Each cell's mean place over 400 shuffles of 22 cells: uniform, SD 6.3 / 20 = 0.32.
    assert (np.abs(places - 10.5) < 5 * 0.32).all()


def test_a_batch_that_is_kept_does_not_change_when_others_come(shards, normaliser):
    reader = Batches(shards, normaliser, batch_size=4, seed=1)
    kept = list(reader)
    copies = [batch.inputs["image"].copy() for batch in reader]
    for batch, copy in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(batch.inputs["image"], copy)


def test_a_view_keeps_its_batch_alive(shards, normaliser):
    reader = Batches(shards, normaliser, batch_size=4)
    views = [batch.inputs["image"][1:, 2:4].reshape(-1) for batch in reader]
    copies = [batch.inputs["image"][1:, 2:4].reshape(-1).copy() for batch in reader]
    for view, copy in zip(views, copies, strict=True):
        np.testing.assert_array_equal(view, copy)


def test_another_column_can_be_the_target(shards, normaliser):
    batch = next(read_split(shards, normaliser, target="area"))
    np.testing.assert_array_equal(batch.targets["area"], batch.inputs["mask"].sum(axis=(1, 2)))


def test_a_target_that_is_not_there_names_the_nearest(shards, normaliser):
    with pytest.raises(StoreError, match="Did you mean 'target'"):
        Batches(shards, normaliser, target="taget")


def test_shards_of_other_channels_are_refused(tmp_path, normaliser):
    odd = _shard(tmp_path / "odd.h5", 0, 3, channels=CHANNELS[::-1])
    with pytest.raises(StoreError, match=r"odd\.h5: its channels"):
        Batches([odd], normaliser)


def test_shards_of_two_sizes_are_refused(tmp_path, shards, normaliser):
    odd = _shard(tmp_path / "odd.h5", 0, 3, size=12)
    with pytest.raises(StoreError, match=r"odd\.h5: its examples have shape \(12, 12, 3\)"):
        Batches([*shards, odd], normaliser)


def test_where_values_were_measured_is_normalised_and_the_object_is_what_is_pooled_over(
    tmp_path, normaliser
):
    spec = InputSpec(
        "stack", "zyxc", (2, 4, 4, 3), tuple(CHANNELS), measured=True, regions=("cell",)
    )
    arrays = _write(tmp_path / "a.h5", spec)
    reader = Batches([tmp_path / "a.h5"], normaliser, batch_size=9)
    (batch,) = reader
    assert not reader.one_mask
    for row, own in enumerate(arrays):
        values, measured = own["inputs/stack"], own["masks/stack/measured"]
        expected = normaliser(values[None], measured[None])[0]
        np.testing.assert_array_equal(batch.inputs["stack"][row], expected)
        np.testing.assert_array_equal(batch.inputs["mask"][row], own["masks/stack/cell"])
        assert (expected[~measured] == 0).all()


def test_an_input_without_masks_is_measured_everywhere(tmp_path, normaliser):
    spec = InputSpec("signal", "pb", (6, 3), tuple(CHANNELS))
    arrays = _write(tmp_path / "a.h5", spec)
    (batch,) = Batches([tmp_path / "a.h5"], normaliser, batch_size=9)
    values = np.stack([own["inputs/signal"] for own in arrays])
    everywhere = np.ones(values.shape[:-1], bool)
    np.testing.assert_array_equal(batch.inputs["signal"], normaliser(values, everywhere))
    assert set(batch.inputs) == {"signal"}


def test_a_target_that_is_an_image_comes_with_its_weights(tmp_path, normaliser):
    spec = InputSpec("image", "yxc", (4, 4, 3), tuple(CHANNELS))
    arrays = _write(tmp_path / "a.h5", spec)
    (batch,) = Batches([tmp_path / "a.h5"], normaliser, batch_size=9, target="stain")
    for row, own in enumerate(arrays):
        np.testing.assert_array_equal(batch.targets["stain"][row], own["targets/stain"])
        assert batch.weights["stain"][row] == own["weights/stain"]


def _write(path, spec, count=5):
    """Write a shard of an input, an image as target with weights, and a column; return arrays."""
    layout = Layout(
        (spec,),
        {spec.name: "uint16", "stain": "float32"},
        (TargetSpec("stain", "distribution", "", "", None, "yx"),),
        shapes={"stain": (3, 2)},
        weights={"stain": ()},
    )
    generator = np.random.default_rng(1)
    arrays = [
        {
            name: np.asarray(
                generator.integers(0, 2 if form.dtype == bool else 200, form.shape), form.dtype
            )
            for name, form in layout.forms.items()
        }
        for _ in range(count)
    ]
    with StoreWriter(path, layout) as writer:
        for own in arrays:
            writer.append(own)
        writer.examples = pd.DataFrame({"id": range(count), "group": "g", "target": 0.5})
    return arrays


def _shard(path, first, count, *, channels=CHANNELS, size=8):
    generator = np.random.default_rng(first)
    masks = generator.random((count, size, size)) < 0.5
    images = generator.integers(50, 200, (count, size, size, len(channels)))
    with CropWriter(path, channels=channels, size=size, dtype="uint16") as writer:
        writer.append_crops((images * masks[..., None]).astype(np.uint16), masks)
        writer.cells = pd.DataFrame(
            {
                "id": np.arange(count) + first,
                "plate": "p",
                "well": "A01",
                "target": generator.normal(size=count),
                "area": masks.sum(axis=(1, 2)),
            }
        )
    return path
