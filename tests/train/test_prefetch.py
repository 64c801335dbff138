import threading
import time
import weakref

import numpy as np
import pytest

from nascent.train.prefetch import prefetched


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_items_come_in_their_order_and_the_thread_ends():
    with prefetched(range(50)) as items:
        assert list(items) == list(range(50))
    assert not threads()


def test_no_more_are_made_than_ahead():
    made, asked = [], []

    def items():
        for number in range(9):
            made.append(number)
            # One was asked for, and two are ready or in the making.
            assert number <= len(asked) + 2
            yield number

    with prefetched(items(), ahead=2) as taken:
        for number in taken:
            asked.append(number)
    assert made == asked == list(range(9))


def test_an_item_that_was_used_is_held_by_nobody():
    class Item:
        pass

    kept = []

    def made():
        item = Item()
        kept.append(weakref.ref(item))
        return item

    def gone(ref):
        # The thread may just be about to let go.
        until = time.monotonic() + 5
        while ref() is not None and time.monotonic() < until:
            time.sleep(0.001)
        return ref() is None

    with prefetched(made() for _ in range(6)) as taken:
        for number in range(1, 7):
            next(taken)
            assert all(gone(ref) for ref in kept[:number])


def test_an_error_is_raised_where_the_item_was_due():
    def items():
        yield 1
        yield 2
        raise OSError("the disk is gone")

    seen = []
    with pytest.raises(OSError, match="the disk is gone"), prefetched(items()) as taken:
        seen.extend(taken)
    with pytest.raises(OSError, match="the disk is gone"), prefetched(items()) as taken:
        for item in taken:
            seen.append(item)
    assert seen[-2:] == [1, 2]
    assert not threads()


def test_leaving_early_stops_the_thread_and_closes_the_source_in_it():
    closed = []

    def items():
        try:
            while True:
                yield np.zeros(3)
        finally:
            closed.append(threading.current_thread().name)

    with pytest.raises(KeyboardInterrupt), prefetched(items()) as taken:
        next(taken)
        raise KeyboardInterrupt
    assert closed == ["prefetch"]
    assert not threads()


def test_a_source_that_cannot_begin_is_an_error_and_no_endless_wait():
    with pytest.raises(TypeError), prefetched(5) as taken:
        next(taken)
