"""Arrays that grow by their end without being copied."""

import mmap

import numpy as np

START = 1 << 26


class GrowingArray:
    """Rows of numbers that come in batches, whose total is not known beforehand.

    The memory is an anonymous mapping: when it has to grow, the kernel moves its pages instead of
    copying them, and what is reserved but not yet filled costs nothing. To collect batches and
    join them would fill the memory of a whole well twice.
    """

    def __init__(self, row: tuple[int, ...], dtype: np.dtype | type) -> None:
        self._row, self.dtype, self._count = row, np.dtype(dtype), 0
        self._memory = mmap.mmap(-1, START, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

    def __len__(self) -> int:
        return self._count

    def extend(self, rows: int) -> np.ndarray:
        """Add `rows` rows and return them, (rows, …), to be filled before the next call."""
        first, self._count = self._count, self._count + rows
        needed = self._count * self._row_bytes
        if needed > len(self._memory):
            self._memory.resize(max(needed, 2 * len(self._memory)))
        return self._view()[first:]

    def widen(self, dtype: np.dtype | type) -> "GrowingArray":
        """Return the same rows in a type that holds them and more."""
        wider = GrowingArray(self._row, dtype)
        wider.extend(self._count)[:] = self._view()
        return wider

    def array(self) -> np.ndarray:
        """Return all rows, (P, …); nothing can be added afterwards."""
        return self._view()

    @property
    def _row_bytes(self) -> int:
        return int(np.prod(self._row, dtype=np.int64)) * self.dtype.itemsize

    def _view(self) -> np.ndarray:
        values = self._count * int(np.prod(self._row, dtype=np.int64))
        return np.frombuffer(self._memory, self.dtype, values).reshape(self._count, *self._row)
