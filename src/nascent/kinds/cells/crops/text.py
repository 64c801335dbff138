"""Streaming a pixel table of text: parsed in batches, each narrowed as soon as it is read."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nascent.errors import RawDataError, did_you_mean
from nascent.kinds.cells.crops.arrays import check_counts
from nascent.kinds.cells.crops.growing import GrowingArray

KEYS = ("mapobject_id", "x", "y")
ROWS_A_BATCH = 1 << 17
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def read_pixel_table(
    file: Path, channels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read a pixel table, one row a measured pixel: mapobject_id, x, y and one column a channel.

    Columns may come in any order, others are ignored; the separator is a comma where the name says
    `.csv`, else a tab.

    Returns
    -------
    ids, x, y : numpy.ndarray
        (P,) integers.
    pixels : numpy.ndarray
        (P, C) in the order of `channels`: uint16 where all values are whole and below 2^16, int32
        where they are whole and below 2^31, else float64.

    Raises
    ------
    RawDataError
        Where the file is truncated, a column is missing, or a value is missing, negative or no
        number; it names the column, the line and the value.
    """
    _check_columns(file, channels)
    # Counts of a 16-bit camera are parsed straight to their type; what that refuses is read again
    # as decimals, which hold every whole number below 2^53. Ids may be longer, so they come last.
    attempts: Sequence[Mapping[str, Any]] = (
        dict.fromkeys(KEYS, pl.Int64) | dict.fromkeys(channels, pl.UInt16),
        dict.fromkeys(KEYS, pl.Int64) | dict.fromkeys(channels, pl.Float64),
        dict.fromkeys((*KEYS, *channels), pl.Float64),
    )
    for types in attempts:
        try:
            return _collect(_batches(file, channels, types), len(channels))
        except pl.exceptions.ComputeError as error:
            refused = error
    raise _explained(file, channels, refused) from refused


def _separator(file: Path) -> str:
    return "," if ".csv" in file.suffixes else "\t"


def _scan(file: Path, types: Mapping[str, Any]) -> pl.LazyFrame:
    # Columns that are not asked for stay text and are never parsed.
    return pl.scan_csv(
        file, separator=_separator(file), schema_overrides=types, infer_schema=False, glob=False
    )


def _check_columns(file: Path, channels: Sequence[str]) -> None:
    try:
        present = _scan(file, {}).collect_schema().names()
    except pl.exceptions.NoDataError:
        raise RawDataError(
            "the pixel table is empty, without a header", where=file, mend="Export it again."
        ) from None
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(file, error) from error
    for column in (*KEYS, *channels):
        if column not in present:
            raise RawDataError(
                f"there is no column {column!r}", where=file, mend=did_you_mean(column, present)
            )
        if f"{column}_duplicated_0" in present:
            raise RawDataError(f"the column {column!r} comes twice", where=file)


def _batches(
    file: Path, channels: Sequence[str], types: Mapping[str, Any]
) -> Iterator[tuple[Path, Sequence[str], int, pl.DataFrame]]:
    query = _scan(file, types).select(*KEYS, *channels)
    row = 0
    try:
        for batch in query.collect_batches(chunk_size=ROWS_A_BATCH, lazy=True):
            yield file, channels, row, batch
            row += len(batch)
    except OSError as error:
        raise _unreadable(file, error) from error


def _collect(
    batches: Iterable[tuple[Path, Sequence[str], int, pl.DataFrame]], channels: int
) -> Columns:
    """Join batches into whole arrays, each in the smallest type that holds all of it."""
    shapes = ((), (), (), (channels,))
    wholes = [GrowingArray(shape, np.uint16) for shape in shapes]
    # Narrowing a batch and parsing the next overlap.
    with ThreadPoolExecutor(1) as pool:
        pending: Future[None] | None = None
        for batch in batches:
            if pending is not None:
                pending.result()
            pending = pool.submit(_add, wholes, *batch)
        if pending is not None:
            pending.result()
    ids, x, y, pixels = (whole.array() for whole in wholes)
    return ids, x, y, pixels


def _add(
    wholes: list[GrowingArray], file: Path, channels: Sequence[str], row: int, batch: pl.DataFrame
) -> None:
    """Add the ids, x, y and pixels of a batch, widening what is too narrow for them."""
    _refuse_missing(file, row, batch)
    for number, name in enumerate(KEYS):
        values = batch[name].to_numpy()
        if values.dtype.kind == "f":
            wrong = np.flatnonzero(~(values % 1 == 0))
            if len(wrong):
                raise RawDataError(
                    f"column {name!r}, line {row + wrong[0] + 2}: {values[wrong[0]]:g} is no"
                    " integer",
                    where=file,
                )
        values = _smallest(values, (np.uint16, np.int32, np.int64))
        _room(wholes, number, len(batch), values.dtype)[:] = values
    if batch.schema[channels[0]] == pl.UInt16:
        # Column by column into place: no copy of the batch in between.
        room = _room(wholes, len(KEYS), len(batch), np.dtype(np.uint16))
        for column, name in enumerate(channels):
            room[:, column] = batch[name].to_numpy()
        return
    pixels = batch.select(channels).to_numpy(order="c")
    check_counts(
        pixels, channels, where=file, row_name=lambda found: f"line {found + 2}", first_row=row
    )
    pixels = _smallest(pixels, (np.uint16, np.int32))
    _room(wholes, len(KEYS), len(batch), pixels.dtype)[:] = pixels


def _room(wholes: list[GrowingArray], number: int, rows: int, dtype: np.dtype) -> np.ndarray:
    common = np.result_type(wholes[number].dtype, dtype)
    if common != wholes[number].dtype:
        wholes[number] = wholes[number].widen(common)
    return wholes[number].extend(rows)


def _smallest(values: np.ndarray, whole: Sequence[type]) -> np.ndarray:
    """Return `values` in the first type of `whole` that holds all of them, else as float64."""
    if values.dtype == np.uint16 or values.size == 0:
        return values.astype(np.uint16, copy=False)
    if values.dtype.kind == "i" or (np.floor(values) == values).all():
        low, high = values.min(), values.max()
        for kind in whole:
            if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
                return values.astype(kind)
    return values.astype(np.float64, copy=False)


def _refuse_missing(file: Path, row: int, batch: pl.DataFrame) -> None:
    for column in batch.iter_columns():
        if column.null_count():
            where = int(column.is_null().arg_true()[0])
            raise RawDataError(
                f"column {column.name!r}, line {row + where + 2}: there is no value",
                where=file,
                mend="Each measured pixel needs a number in each channel.",
            )


def _explained(file: Path, channels: Sequence[str], error: Exception) -> RawDataError:
    """Find the first value of a needed column that is no number, and say where it is."""
    text = dict.fromkeys((*KEYS, *channels), pl.String)
    try:
        for _, _, row, batch in _batches(file, channels, text):
            for column in batch.iter_columns():
                wrong = column.is_not_null() & column.cast(pl.Float64, strict=False).is_null()
                if wrong.any():
                    first = int(wrong.arg_true()[0])
                    return RawDataError(
                        f"column {column.name!r}, line {row + first + 2}: {column[first]!r} is no"
                        " number",
                        where=file,
                        mend="Mend the export of this well.",
                    )
    except (pl.exceptions.PolarsError, RawDataError) as second:
        error = second
    return _unreadable(file, error)


def _unreadable(file: Path, error: Exception) -> RawDataError:
    if file.suffix == ".gz" and (broken := _broken_gzip(file)):
        return RawDataError(
            f"the compressed file is truncated or damaged ({broken})",
            where=file,
            mend="Copy or export it again.",
        )
    first = str(error).strip().splitlines()[0]
    return RawDataError(f"the pixel table cannot be read ({first})", where=file)


def _broken_gzip(file: Path) -> str | None:
    try:
        with gzip.open(file) as stream:
            while stream.read(1 << 24):
                pass
    except (EOFError, OSError, zlib.error) as error:
        return str(error)
    return None
