"""Memory for large arrays that is used again once nobody holds them.

A batch of full-size crops is hundreds of MB. Taken from the operating system anew each time, its
pages are handed over one by one, which can cost more than filling them.
"""

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


class Arena:
    """Gives arrays and takes their memory back when the last reference to them is gone.

    An array counts as held as long as it, or a view of it, is alive anywhere: a framework that
    borrows its memory holds it too. So no array changes under whoever keeps it.
    """

    def __init__(self) -> None:
        self._free: list[np.ndarray] = []

    def empty(self, shape: Sequence[int], dtype: DTypeLike) -> np.ndarray:
        """Return an array whose values are arbitrary, as `numpy.empty` does."""
        dtype = np.dtype(dtype)
        needed = int(np.prod(shape)) * dtype.itemsize
        fitting = [
            (block.nbytes, n) for n, block in enumerate(self._free) if block.nbytes >= needed
        ]
        if fitting:
            # A lease that ends meanwhile only appends, so the place stays right.
            block = self._free.pop(min(fitting)[1])
        else:
            # What is free is too small, and stays so: batches only shrink at the end of a pass.
            self._free.clear()
            block = np.empty(needed, np.uint8)
        lease = _Lease(block, tuple(shape), dtype)
        weakref.finalize(lease, self._free.append, block)
        return np.asarray(lease)


class _Lease:
    """The base of an array in borrowed memory: it lives as long as an array on that memory."""

    def __init__(self, block: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.__array_interface__: dict[str, Any] = {
            "shape": shape,
            "typestr": dtype.str,
            "data": (block.ctypes.data, False),
            "version": 3,
        }
