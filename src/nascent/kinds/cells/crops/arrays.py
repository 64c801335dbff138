"""Wells as NumPy arrays, opened without reading them into memory, and checks of their pixels."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nascent.errors import RawDataError

ROWS_AT_ONCE = 1 << 18


def read_arrays(
    path: Path, channels: Sequence[str], *, ids_name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Open the arrays of a well: ids, x, y of (P,) integers, and pixels (P, C), all memory-mapped.

    Parameters
    ----------
    path
        Folder with `mpp.npy`, `x.npy`, `y.npy`, the ids, and perhaps `labels.npy`, which must have
        the same length and is not used.
    channels
        Names of the C channels.
    ids_name
        File of the ids: `mapobject_ids.npy` or `obj_ids.npy`.

    Raises
    ------
    RawDataError
        Where a file is missing or truncated, lengths or shapes disagree, or pixels are no counts.
    """
    files = {"ids": ids_name, "x": "x.npy", "y": "y.npy", "pixels": "mpp.npy"}
    arrays = {what: open_array(path / name) for what, name in files.items()}
    if (path / "labels.npy").is_file():
        arrays["labels"] = open_array(path / "labels.npy")
    lengths = {files.get(what, "labels.npy"): len(array) for what, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise RawDataError(
            f"the arrays disagree in length: {said}",
            where=path,
            mend="All hold one entry a measured pixel; export the well again.",
        )
    for what in ("ids", "x", "y"):
        arrays[what] = _whole_numbers(arrays[what], path / files[what])
    pixels = arrays["pixels"]
    if pixels.ndim == 4 and pixels.shape[1] == pixels.shape[2]:
        # Neighbourhoods (P, n, n, C): the centre is the pixel itself.
        centre = pixels.shape[1] // 2
        pixels = pixels[:, centre, centre, :]
    if pixels.ndim != 2 or pixels.shape[1] != len(channels):
        raise RawDataError(
            f"the shape is {arrays['pixels'].shape} where (P, {len(channels)}) or"
            f" (P, n, n, {len(channels)}) is expected from channels.csv",
            where=path / "mpp.npy",
            mend="Check that channels.csv belongs to this array.",
        )
    check_counts(pixels, channels, where=path / "mpp.npy", row_name=lambda row: f"row {row}")
    return arrays["ids"], arrays["x"], arrays["y"], pixels


def open_array(file: Path) -> np.ndarray:
    """Open an array of numbers, memory-mapped.

    Raises
    ------
    RawDataError
        Where the file is missing or truncated, or holds no numbers.
    """
    try:
        array = np.load(file, mmap_mode="r")
    except FileNotFoundError:
        raise RawDataError(
            "there is no such file", where=file, mend="The layout needs it; export the well again."
        ) from None
    except (ValueError, EOFError, OSError) as error:
        what = (
            "the array holds Python objects, not numbers"
            if "Python objects" in str(error)
            else f"the file is truncated or no .npy file ({error})"
        )
        raise RawDataError(what, where=file, mend="Copy or export it again.") from error
    if array.dtype.kind not in "uif" or array.ndim == 0:
        raise RawDataError(f"the array holds {array.dtype}, not numbers", where=file)
    # A plain view: each slice of a memmap object costs more than reading it.
    return np.asarray(array)


def _whole_numbers(array: np.ndarray, file: Path) -> np.ndarray:
    if array.ndim != 1:
        raise RawDataError(f"the shape is {array.shape} where (P,) is expected", where=file)
    if array.dtype.kind in "ui":
        return array
    wrong = np.flatnonzero(~(array % 1 == 0))
    if len(wrong):
        raise RawDataError(f"row {wrong[0]}: {array[wrong[0]]} is no integer", where=file)
    return array.astype(np.int64)


def check_counts(
    pixels: np.ndarray,
    channels: Sequence[str],
    *,
    where: Path,
    row_name: Callable[[int], str],
    first_row: int = 0,
) -> None:
    """Check that pixels (P, C) are finite and not negative, a slab of rows at a time.

    Raises
    ------
    RawDataError
        It names file, column, row and value of the first that is not.
    """
    if pixels.dtype.kind == "u":
        return
    for start in range(0, len(pixels), ROWS_AT_ONCE):
        slab = pixels[start : start + ROWS_AT_ONCE]
        # One reduction in the usual case: a missing value makes the sum missing too.
        if slab.min() >= 0 and (slab.dtype.kind == "i" or np.isfinite(slab.max())):
            continue
        row, column = np.argwhere(~(np.isfinite(slab) & (slab >= 0)))[0]
        value = slab[row, column]
        what = "negative" if value < 0 else "not a finite number"
        raise RawDataError(
            f"column {channels[column]!r}, {row_name(first_row + start + int(row))}:"
            f" the pixel {value} is {what}",
            where=where,
            mend="Pixels are camera counts, zero or more; mend the export of this well.",
        )
