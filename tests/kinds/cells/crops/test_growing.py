import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.kinds.cells.crops import growing
from nascent.kinds.cells.crops.growing import GrowingArray


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_batches_stand_one_behind_the_other_however_often_it_grew(sizes):
    array = GrowingArray((3,), np.uint16)
    expected = np.random.default_rng(0).integers(0, 60000, (sum(sizes), 3)).astype(np.uint16)
    first = 0
    for size in sizes:
        array.extend(size)[:] = expected[first : first + size]
        first += size
    np.testing.assert_array_equal(array.array(), expected)


def test_it_grows_past_its_first_reserve(monkeypatch):
    monkeypatch.setattr(growing, "START", 4096)
    array = GrowingArray((), np.int64)
    for number in range(100):
        array.extend(100)[:] = number
    np.testing.assert_array_equal(array.array(), np.repeat(np.arange(100), 100))


def test_a_wider_type_keeps_what_was_there():
    array = GrowingArray((2,), np.uint16)
    array.extend(4)[:] = 65535
    wider = array.widen(np.int32)
    wider.extend(1)[:] = 70000
    assert wider.array().tolist() == [[65535, 65535]] * 4 + [[70000, 70000]]


@pytest.mark.parametrize("row", [(), (5,)])
def test_nothing_added_is_an_empty_array(row):
    assert GrowingArray(row, np.uint16).array().shape == (0, *row)
