"""HDF5 files that are whole or absent, and whose failures are told as what they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import h5py

from nascent.errors import StoreError
from nascent.files import written


class Sink(FileIO):
    """A file that HDF5 writes to, which keeps the first refusal of the disk for us to raise.

    HDF5 cannot close a file whose last writes fail, and crashes when its memory is freed. What
    follows a refusal is therefore dropped without a word to HDF5; `check` raises it.
    """

    refusal: OSError | None = None

    def write(self, data: bytes | memoryview) -> int:
        """Write all of `data`, or nothing more once the disk has refused."""
        view = memoryview(data).cast("B")
        size = done = len(view)
        if self.refusal is None:
            done = 0
            try:
                while done < size:
                    done += super().write(view[done:])
            except OSError as error:
                self.refusal = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Set the length of the file; a refusal is kept like that of a write."""
        try:
            return super().truncate(size)
        except OSError as error:
            self.refusal = self.refusal or error
            return self.tell() if size is None else size

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
        # Not libver="latest": that keeps the time of day in groups, and equal cells must be equal
        # files.
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
