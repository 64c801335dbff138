"""Memory comes back when nobody holds it, and not before."""

import numpy as np

from nascent.shards.memory import Arena


def test_memory_is_given_again_once_the_array_is_gone():
    arena = Arena()
    array = arena.empty((100, 100), np.float32)
    place = array.ctypes.data
    del array
    assert arena.empty((100, 100), np.float32).ctypes.data == place


def test_memory_of_an_array_whose_view_is_held_is_not_given_again():
    arena = Arena()
    array = arena.empty((100, 100), np.float32)
    array[...] = 7
    view = array.reshape(-1)[50:60]
    del array
    arena.empty((100, 100), np.float32)[...] = 0
    assert (view == 7).all()


def test_a_smaller_array_fits_in_what_is_free():
    arena = Arena()
    place = arena.empty((64, 8), np.float32).ctypes.data
    small = arena.empty((10, 8), np.float32)
    assert small.ctypes.data == place
    assert small.shape == (10, 8)


def test_arrays_held_together_do_not_overlap():
    arena = Arena()
    arrays = [arena.empty((1000,), np.int64) for _ in range(5)]
    for number, array in enumerate(arrays):
        array[...] = number
    assert [set(array) for array in arrays] == [{0}, {1}, {2}, {3}, {4}]
