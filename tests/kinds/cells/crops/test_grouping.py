import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nascent.kinds.cells.crops.grouping import group_pixels


@given(
    ids=hnp.arrays(np.int64, st.integers(1, 60), elements=st.integers(-5, 5)),
    scale=st.sampled_from([1, 1000, 1 << 40]),
    seed=st.integers(0, 9),
)
def test_each_nucleus_owns_its_pixels_in_the_order_measured(ids, scale, seed):
    ids = ids * scale
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 2560, (2, len(ids)))
    nuclei = group_pixels(ids, x, y)
    assert nuclei.ids.tolist() == sorted(set(ids.tolist()))
    for i, nucleus in enumerate(nuclei.ids):
        own = np.flatnonzero(ids == nucleus)
        rows = slice(nuclei.start[i], nuclei.start[i] + nuclei.area[i])
        assert nuclei.order[rows].tolist() == own.tolist()
        assert (nuclei.x_min[i], nuclei.x_max[i]) == (x[own].min(), x[own].max())
        assert (nuclei.y_min[i], nuclei.y_max[i]) == (y[own].min(), y[own].max())
        np.testing.assert_array_equal(nuclei.x[rows], x[own])


def test_more_nuclei_than_16_bits_count():
    ids = np.arange(70_000, dtype=np.uint32)[::-1] + 5
    nuclei = group_pixels(ids, ids, ids)
    assert len(nuclei.ids) == 70_000
    assert (nuclei.x_min == nuclei.ids).all()


def test_a_well_without_pixels_has_no_nuclei():
    empty = np.empty(0, np.uint16)
    nuclei = group_pixels(empty, empty, empty)
    assert len(nuclei.ids) == len(nuclei.x_min) == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.uint32, np.int64])
def test_ids_and_coordinates_of_any_integer_type(dtype):
    ids = np.array([9, 3, 9, 3, 3], dtype)
    x = np.array([4, 200, 2, 100, 101], np.uint8)
    nuclei = group_pixels(ids, x, x)
    assert nuclei.ids.tolist() == [3, 9]
    assert nuclei.width.tolist() == [101, 3]
    assert nuclei.oversize(100).tolist() == [True, False]
