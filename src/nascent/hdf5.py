"""HDF5 files that are whole or absent, and whose failures are told as what they are."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar, Self

import h5py
import numpy as np

from nascent.errors import ExampleError, StoreError
from nascent.files import written


class Sink(FileIO):
    """A file that HDF5 writes to, which keeps the first refusal of the disk for us to raise.

    HDF5 cannot close a file whose last writes fail, and crashes when its memory is freed, or when
    it reads back what it wrote and finds something else. What follows a refusal is therefore kept
    in memory without a word to HDF5; `check` raises it.
    """

    refusal: OSError | None = None

    def write(self, data: bytes | memoryview) -> int:
        """Write all of `data`; once the disk has refused, keep it in memory."""
        view = memoryview(data).cast("B")
        size, start, done = len(view), self.tell(), 0
        while self.refusal is None and done < size:
            try:
                done += super().write(view[done:])
            except OSError as error:
                self._refuse(error)
        if self.refusal is not None:
            self._kept.append((start, bytes(view)))
            self.seek(start + size)
        return size

    def readinto(self, buffer: memoryview) -> int:
        """Fill `buffer` from the file and, once the disk has refused, from what was kept since."""
        if self.refusal is None:
            return super().readinto(buffer)
        view, start = memoryview(buffer).cast("B"), self.tell()
        end = start + len(view)
        found = super().readinto(view)
        view[found:] = bytes(len(view) - found)
        for at, data in self._kept:
            first, last = max(at, start), min(at + len(data), end)
            if first < last:
                view[first - start : last - start] = data[first - at : last - at]
        self.seek(end)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Set the length of the file; a refusal is kept like that of a write."""
        if self.refusal is None:
            try:
                return super().truncate(size)
            except OSError as error:
                self._refuse(error)
        return self.tell() if size is None else size

    def _refuse(self, error: OSError) -> None:
        self.refusal = error
        self._kept: list[tuple[int, bytes]] = []

    def check(self) -> None:
        """Raise the disk's first refusal, if there was one."""
        if self.refusal is not None:
            raise self.refusal


@contextmanager
def hdf5_written(path: str | Path) -> Iterator[tuple[h5py.File, Sink]]:
    """Give an HDF5 file to write, which takes the name `path` when the block ends well.

    Yields
    ------
    file : h5py.File
    sink : Sink
        `sink.check()` raises as soon as the disk has refused, so that long work can stop early.

    Raises
    ------
    OutputError
        Where the disk is full or the folder cannot be written; no file is left.
    """
    with written(path) as beside, Sink(beside, "w+") as sink:
        # Not libver="latest": that keeps the time of day in groups, and equal examples must be
        # equal files.
        with h5py.File(sink, "w") as file:
            yield file, sink
        sink.check()


def open_hdf5(path: str | Path) -> h5py.File:
    """Open an HDF5 file for reading.

    Raises
    ------
    StoreError
        Where it is missing, truncated, or no HDF5 file.
    """
    path = Path(path)
    if not path.is_file():
        raise StoreError("there is no such file", where=path)
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise StoreError(
            f"the file is truncated or no HDF5 file ({error})",
            where=path,
            mend="Delete it and run again: the job that makes it will be repeated.",
        ) from error


class Hdf5Reader(ABC):
    """A file of one format, open for reading within a `with` statement or until `close()`.

    A format is a class of its own: it names what it reads, and finds its parts in `read_parts`.

    Parameters
    ----------
    path
        Of the file.

    Attributes
    ----------
    path : Path
    attributes : dict
        What the file says of itself: format, version, provenance and what its stage added.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, of another format or version, or lacks a part.
    """

    noun: ClassVar[str]
    """What such a file is, in messages."""

    formats: ClassVar[Mapping[str, int]]
    """Names of the formats that are read → the newest version of each."""

    oldest: ClassVar[int] = 1
    """The oldest version that is read."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = open_hdf5(self.path)
        try:
            self.attributes = {key: _plain(value) for key, value in self._file.attrs.items()}
            self._refuse_other_formats()
            self.read_parts(self._file)
        except (KeyError, ExampleError) as error:
            self._file.close()
            raise StoreError(
                f"a part of the {self.noun} is missing ({error})", where=self.path
            ) from error
        except BaseException:
            self._file.close()
            raise

    @abstractmethod
    def read_parts(self, file: h5py.File) -> None:
        """Find the parts of the file; one that is not there may be a KeyError."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _refuse_other_formats(self) -> None:
        form, version = self.attributes.get("format"), self.attributes.get("version")
        if form not in self.formats:
            raise StoreError(f"this HDF5 file is no {self.noun} (format: {form})", where=self.path)
        if version is None:
            raise KeyError("version")
        if version < self.oldest:
            raise StoreError(
                f"the {self.noun} has version {version}, this nascent reads no older one than"
                f" {self.oldest}",
                where=self.path,
                mend="Delete it and run again: the job that makes it will be repeated.",
            )
        if version > self.formats[form]:
            raise StoreError(
                f"the {self.noun} has version {version}, this nascent reads up to"
                f" {self.formats[form]}",
                where=self.path,
                mend="Update nascent.",
            )


def read_ids(dataset: h5py.Dataset) -> np.ndarray | list[str]:
    """Return the ids that a dataset holds: text, or integers."""
    if h5py.check_string_dtype(dataset.dtype):
        return list(dataset.asstr()[:]) if len(dataset) else []
    return dataset[:]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
