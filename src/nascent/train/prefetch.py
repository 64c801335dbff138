"""Making the next items in the background while one is used."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

Item = TypeVar("Item")
AHEAD = 1
"""Items that are ready or in the making beyond the one in use.

One is enough for reading and computing to overlap; a second would cost the memory of a batch, some
400 MB at full size, and gain nothing unless reading comes in fits and starts.
"""


@contextmanager
def prefetched(items: Iterable[Item], ahead: int = AHEAD) -> Iterator[Iterator[Item]]:
    """Give `items` in their order, made in a thread, at most `ahead` before they are asked for.

    What making them raises is raised where the item was due. Leaving the context stops the thread:
    it finishes the item it is at, and nothing runs on.
    """
    room, stop = Semaphore(ahead), Event()
    made: SimpleQueue[tuple[list[Item], BaseException | None]] = SimpleQueue()

    def make() -> None:
        iterator = None
        try:
            iterator = iter(items)
            while True:
                room.acquire()
                if stop.is_set():
                    break
                # No name here holds the item: its memory comes back as soon as it was used.
                made.put(([next(iterator)], None))
        except StopIteration:
            made.put(([], None))
        except BaseException as error:
            made.put(([], error))
        finally:
            if isinstance(iterator, Generator):
                # What it has open is closed by the thread that opened it.
                iterator.close()

    def taken() -> Iterator[Item]:
        while True:
            item, error = made.get()
            if error is not None:
                raise error
            if not item:
                return
            room.release()
            yield item.pop()

    thread = Thread(target=make, name="prefetch", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        stop.set()
        room.release()
        thread.join()
