import numpy as np
from scipy import stats

from nascent.train.augment.quarter_turn import QuarterTurn


def turned(cells, k):
    """Turn all cells by k."""
    return QuarterTurn(seed=1).move(*cells, np.full(len(cells[0]), k, np.int32))


def test_cells_are_turned_counter_clockwise_each_by_its_own_k(cells):
    drawn = np.array([0, 1, 2, 3, 1, 2], np.int32)
    moved = QuarterTurn(seed=1).move(cells["image"], cells["mask"], drawn)
    for was, now in zip((cells["image"], cells["mask"]), moved, strict=True):
        expected = [np.rot90(cell, k) for cell, k in zip(was, drawn, strict=True)]
        np.testing.assert_array_equal(now, expected)


def test_four_quarter_turns_are_none(cells):
    start = moved = (cells["image"], cells["mask"])
    for _ in range(4):
        moved = turned(moved, 1)
    for was, now in zip(start, moved, strict=True):
        np.testing.assert_array_equal(now, was)


def test_all_four_turns_are_equally_probable():
    layer = QuarterTurn(seed=5)
    corner = np.zeros((2000, 2, 2, 1), np.float32)
    corner[:, 0, 0] = 1
    outputs = layer({"image": corner, "mask": np.ones((2000, 2, 2), bool)}, training=True)
    where = np.asarray(outputs["image"]).reshape(2000, 4).argmax(axis=1)
    assert stats.chisquare(np.bincount(where, minlength=4)).pvalue > 1e-3
    pairs = np.bincount(4 * where[:-1] + where[1:], minlength=16)
    assert stats.chisquare(pairs).pvalue > 1e-3
