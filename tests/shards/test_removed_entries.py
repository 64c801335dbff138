"""Removed entries: exactly so many, the channel mean in their place, all else bit for bit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nascent.errors import OutputError, StoreError
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.removal import (
    first_in_order,
    how_many,
    level_out,
    removed_entries,
    stream_of,
)
from nascent.shards.removal_file import (
    RemovalSource,
    RemovedCell,
    open_removals,
    write_removals,
)
from nascent.shards.statistics import COLUMNS
from nascent.shards.steps import Steps

CHANNELS = tuple(f"c{number}" for number in range(11))
SIZE = 6
PLACES = (SIZE, SIZE)


def source(rank="entries", fraction=0.5, channels=CHANNELS, seed=(1, 2)):
    return RemovalSource("ig", rank, fraction, seed, channels)


def drawn_cells(flags, count=5, seed=0):
    rng = np.random.default_rng(seed)
    return [
        RemovedCell(100 + number, rng.random((SIZE, SIZE, flags)) < 0.4, zero=number == 2)
        for number in range(count)
    ]


# Few different scores: most are tied.
FEW = st.sampled_from([0.0, 0.25, 1.0])


@given(
    scores=arrays(np.float32, st.integers(1, 60), elements=FEW),
    fraction=st.floats(0, 1),
    seed=st.integers(0, 9),
)
def test_just_the_count_comes_first_and_none_that_scores_less_than_one_left(scores, fraction, seed):
    count = how_many(len(scores), fraction)
    assert abs(count - fraction * len(scores)) <= 0.5
    chosen = first_in_order(scores, count, np.random.default_rng(seed))
    assert chosen.sum() == count
    if 0 < count < len(scores):
        assert scores[chosen].min() >= scores[~chosen].max()


@given(
    scores=arrays(np.float32, (4, 4, 3), elements=FEW),
    mask=arrays(bool, (4, 4)),
    fractions=st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
)
def test_random_removes_as_many_and_a_larger_fraction_holds_the_smaller_one(
    scores, mask, fractions
):
    entries = int(mask.sum()) * 3
    for order in (scores, np.zeros_like(scores)):
        less, more = (
            removed_entries(order, mask, fraction, stream_of((3,), "cell"))
            for fraction in fractions
        )
        assert (less.sum(), more.sum()) == tuple(how_many(entries, part) for part in fractions)
        assert not less[~mask].any() and not more[~mask].any()
        assert not (less & ~more).any()


def test_equal_scores_come_in_a_random_order_of_the_cell():
    scores, mask = np.zeros((8, 8, 4)), np.ones((8, 8), bool)
    first, again, other = (
        removed_entries(scores, mask, 0.5, stream_of((3,), cell)) for cell in (7, "7", 8)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    # A fair half of every quarter of the frame: 128 ± 5 SDs of the hypergeometric law.
    counts = [part.sum() for half in np.split(first, 2) for part in np.split(half, 2, axis=1)]
    assert all(abs(count - 32) < 5 * np.sqrt(64 * 0.25 * 192 / 255) for count in counts)


@pytest.mark.parametrize("flags", [1, 5])
def test_removed_entries_become_the_channel_mean_and_all_others_stay(flags):
    rng = np.random.default_rng(4)
    image = rng.normal(3, 2, (SIZE, SIZE, 5)).astype(np.float32)
    mask = rng.random((SIZE, SIZE)) < 0.6
    image[~mask] = 0
    removed = (rng.random((SIZE, SIZE, flags)) < 0.4) & mask[..., None]
    before = image.copy()
    level_out(image, mask, removed[mask])
    everywhere = np.broadcast_to(removed, image.shape)
    np.testing.assert_array_equal(image[~everywhere], before[~everywhere])
    for channel in range(5):
        pixels = [float(before[y, x, channel]) for y, x in zip(*np.nonzero(mask), strict=True)]
        mean = np.float32(sum(pixels) / len(pixels))
        np.testing.assert_allclose(image[..., channel][everywhere[..., channel]], mean, rtol=2e-7)


def test_all_entries_removed_leave_the_level_and_nothing_else():
    rng = np.random.default_rng(5)
    image = rng.normal(0, 1, (SIZE, SIZE, 2)).astype(np.float32)
    mask = rng.random((SIZE, SIZE)) < 0.5
    means = image[mask].mean(axis=0, dtype=np.float64)
    level_out(image, mask, np.ones((mask.sum(), 2), bool))
    np.testing.assert_allclose(image[mask], np.tile(means, (mask.sum(), 1)), rtol=1e-6)
    assert np.unique(image[mask], axis=0).shape == (1, 2)


def test_a_cell_without_measured_pixels_is_left_alone():
    image, mask = np.zeros((2, 2, 3), np.float32), np.zeros((2, 2), bool)
    level_out(image, mask, np.empty((0, 3), bool))
    np.testing.assert_array_equal(image, 0)


@pytest.mark.parametrize(("rank", "flags"), [("entries", len(CHANNELS)), ("pixels", 1)])
def test_a_file_gives_back_what_was_written(tmp_path, rank, flags):
    cells, mask = drawn_cells(flags), np.random.default_rng(1).random((SIZE, SIZE)) < 0.5
    path = tmp_path / "removed.h5"
    write_removals(path, cells, places=PLACES, source=source(rank), record={"stage": "explain"})
    with open_removals(path) as removals:
        assert removals.source == source(rank)
        assert removals.cells["zero"].tolist() == [False, False, True, False, False]
        rows = removals.rows([104, 100, 102])
        for row, cell in zip(rows, (cells[4], cells[0], cells[2]), strict=True):
            np.testing.assert_array_equal(removals.of(row, mask), cell.removed[mask])
    write_removals(
        tmp_path / "again.h5",
        cells,
        places=PLACES,
        source=source(rank),
        record={"stage": "explain"},
    )
    assert path.read_bytes() == (tmp_path / "again.h5").read_bytes()


@pytest.mark.parametrize("places", [(9,), (2, 3, 4)])
def test_entries_of_any_number_of_places_are_kept(tmp_path, places):
    rng = np.random.default_rng(0)
    removed, mask = rng.random((*places, 11)) < 0.5, rng.random(places) < 0.7
    write_removals(tmp_path / "r.h5", [RemovedCell("a", removed)], places=places, source=source())
    with open_removals(tmp_path / "r.h5") as removals:
        np.testing.assert_array_equal(removals.of(0, mask), removed[mask])


def test_a_file_without_cells_is_read(tmp_path):
    write_removals(tmp_path / "none.h5", [], places=PLACES, source=source())
    with open_removals(tmp_path / "none.h5") as removals:
        assert len(removals) == 0
        assert len(removals.rows([])) == 0


def test_a_cell_that_is_not_there_and_other_channels_are_refused(tmp_path):
    write_removals(tmp_path / "r.h5", drawn_cells(11), places=PLACES, source=source())
    with open_removals(tmp_path / "r.h5") as removals:
        with pytest.raises(StoreError, match="nothing is said of 2 cells, the first is 99"):
            removals.rows([100, 99, 98])
        with pytest.raises(StoreError, match="not those of the model"):
            removals.refuse_other_channels(CHANNELS[:3])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (lambda cells: [*cells, cells[0]], "cell 100 comes twice"),
        (lambda cells: [RemovedCell(1, np.zeros((SIZE, SIZE, 2), bool))], "flags of shape"),
    ],
)
def test_what_cannot_be_leaves_no_file(tmp_path, cells, message):
    with pytest.raises(StoreError, match=message):
        write_removals(tmp_path / "r.h5", cells(drawn_cells(11)), places=PLACES, source=source())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_file(tmp_path, file_size_limit):
    rng = np.random.default_rng(0)
    cells = (RemovedCell(number, rng.random((64, 64, 11)) < 0.5) for number in range(50))
    with file_size_limit(20_000), pytest.raises(OutputError):
        write_removals(tmp_path / "r.h5", cells, places=(64, 64), source=source())
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_refused(tmp_path):
    _shard(tmp_path / "shard.h5")
    with pytest.raises(StoreError, match="nascent-examples"):
        open_removals(tmp_path / "shard.h5")


@pytest.fixture
def normaliser() -> Normaliser:
    rows = [(name, 0.0, 900.0, 90.0, 30.0, 0, 900, 10**4) for name in ("a", "b", "t")]
    return Normaliser.from_table(pd.DataFrame(rows, columns=list(COLUMNS)), ["a", "b"], Steps())


def _shard(path, cells=7):
    rng = np.random.default_rng(8)
    masks = rng.random((cells, SIZE, SIZE)) < 0.6
    images = rng.integers(0, 900, (cells, SIZE, SIZE, 3)) * masks[..., None]
    with CropWriter(path, channels=["a", "b", "t"], size=SIZE, dtype=np.uint16) as writer:
        writer.append_crops(images.astype(np.uint16), masks)
        writer.cells = pd.DataFrame(
            {
                "id": 100 + np.arange(cells),
                "plate": "p",
                "well": "A01",
                "target": rng.normal(size=cells),
            }
        )
    return path


@pytest.mark.parametrize("seed", [None, 3])
def test_batches_hold_the_crops_with_their_own_entries_removed(tmp_path, normaliser, seed):
    shard, path = _shard(tmp_path / "shard.h5"), tmp_path / "r.h5"
    rng = np.random.default_rng(2)
    # In another order than the shard, and with a cell that is not in it.
    cells = {number: rng.random((SIZE, SIZE, 2)) < 0.5 for number in (9, *range(106, 99, -1))}
    write_removals(
        path,
        [RemovedCell(*cell) for cell in cells.items()],
        places=PLACES,
        source=source(channels=("a", "b")),
    )
    whole, degraded = (
        Batches([shard], normaliser, batch_size=3, seed=seed, removal=removal)
        for removal in (None, path)
    )
    for epoch in (0, 1):
        for before, after in zip(whole.read(epoch), degraded.read(epoch), strict=True):
            np.testing.assert_array_equal(before.ids, after.ids)
            np.testing.assert_array_equal(before.targets["target"], after.targets["target"])
            np.testing.assert_array_equal(before.inputs["mask"], after.inputs["mask"])
            for row, example_id in enumerate(before.ids):
                image, mask = before.inputs["image"][row].copy(), before.inputs["mask"][row]
                level_out(image, mask, cells[example_id][mask])
                np.testing.assert_array_equal(after.inputs["image"][row], image)
                assert (image != before.inputs["image"][row]).any()


def test_nothing_removed_is_no_change(tmp_path, normaliser):
    shard, path = _shard(tmp_path / "shard.h5"), tmp_path / "r.h5"
    mask = np.ones((SIZE, SIZE), bool)
    nothing = removed_entries(np.ones((SIZE, SIZE, 2)), mask, 0.0, stream_of((1,), 1))
    write_removals(
        path,
        [RemovedCell(100 + number, nothing) for number in range(7)],
        places=PLACES,
        source=source(channels=("a", "b"), fraction=0.0),
    )
    (whole,), (degraded,) = (
        Batches([shard], normaliser, removal=removal) for removal in (None, path)
    )
    assert whole.inputs["image"].tobytes() == degraded.inputs["image"].tobytes()


def test_batches_refuse_a_file_of_other_cells(tmp_path, normaliser):
    shard, path = _shard(tmp_path / "shard.h5"), tmp_path / "r.h5"
    write_removals(path, drawn_cells(2), places=PLACES, source=source(channels=("a", "b")))
    with pytest.raises(StoreError, match="nothing is said of 2 cells, the first is 105"):
        Batches([shard], normaliser, removal=path)


def test_other_values_stand_in_the_place_of_a_column(tmp_path, normaliser):
    shard = _shard(tmp_path / "shard.h5")
    instead = pd.DataFrame(
        {"target": np.arange(8.0), "more": np.arange(8)},
        index=pd.Index([str(number) for number in range(107, 99, -1)], name="id"),
    )
    batches = Batches([shard], normaliser, seed=1, instead=instead)
    assert batches.examples["more"].tolist() == [7, 6, 5, 4, 3, 2, 1]
    (batch,) = batches
    np.testing.assert_array_equal(batch.targets["target"], 107 - batch.ids)
    with pytest.raises(StoreError, match="lack 4 cells, the first is 103"):
        Batches([shard], normaliser, instead=instead.iloc[-3:])
