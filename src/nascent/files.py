"""Writing results so that a final name always holds a whole file, and reading tables."""

import csv
import errno
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.errors import NascentError, OutputError, RawDataError, did_you_mean
from nascent.names import may_hide_names, plain_types, text_columns, typed

_UNWRITABLE = {
    errno.ENOSPC: ("the disk is full", "Free some space and run again: nothing is half-written."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and run again."),
    errno.EFBIG: ("the file grew past the size allowed here", "Raise the limit (`ulimit -f`)."),
    errno.EACCES: ("this folder may not be written to", "Check its owner and permissions."),
    errno.EROFS: ("this file system is read-only", "Choose another results folder."),
}


@contextmanager
def written(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; rename it to `path` on success.

    On any failure the temporary file is removed and `path` is left as it was.

    Raises
    ------
    OutputError
        Where the disk is full or the folder cannot be written.
    """
    final = Path(path)
    # Two machines that share the folder may count their processes alike. The suffix stays last:
    # writers choose their format by it.
    writer = f"{os.uname().nodename}-{os.getpid()}"
    beside = final.with_name(f".{final.stem}.{writer}.part{final.suffix}")
    try:
        with explained(final):
            final.parent.mkdir(parents=True, exist_ok=True)
            yield beside
            with beside.open("rb") as stream:
                os.fsync(stream.fileno())
            beside.replace(final)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def explained(path: str | Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into an OutputError that names `path`."""
    try:
        yield
    except NascentError:
        raise
    except Exception as error:
        number = _errno_of(error)
        if number in _UNWRITABLE:
            what, mend = _UNWRITABLE[number]
            raise OutputError(what, where=path, mend=mend) from error
        raise


def refuse_unwritable(folder: str | Path) -> None:
    """Raise where results could not be written to a folder, before work is spent on them.

    Nothing is written: the folder itself is asked, or the nearest above it that is there.

    Raises
    ------
    OutputError
        Where the folder cannot be written to or made, or is none.
    """
    path = Path(folder).absolute()
    place = next(each for each in (path, *path.parents) if each.exists())
    if not place.is_dir():
        raise OutputError(
            "results cannot be written here: this is a file, no folder",
            where=place,
            mend="Move it away, or run in another folder.",
        )
    if not os.access(place, os.W_OK | os.X_OK, effective_ids=True):
        raise OutputError(
            f"results cannot be written to {folder}: this folder may not be written to",
            where=place,
            mend="Check its owner and permissions, and that its file system is not read-only.",
        )


def _errno_of(error: BaseException) -> int | None:
    # HDF5 buries the cause in the text of a plain OSError or RuntimeError.
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    text = str(error).lower()
    for number in _UNWRITABLE:
        if f"errno = {number}," in text or os.strerror(number).lower() in text:
            return number
    return None


def write_table(frame: pd.DataFrame, path: str | Path, *, index: bool = False) -> None:
    """Write `frame` as tab-separated text; missing is empty.

    `read_table` gives floats back to the same bits, and names as they are.
    """
    # The writer quotes a field for the line ends that it writes itself, not for those of a name.
    quoting = csv.QUOTE_NONNUMERIC if _has_returns(frame) else csv.QUOTE_MINIMAL
    with written(path) as beside:
        frame.to_csv(beside, sep="\t", index=index, lineterminator="\n", quoting=quoting)


def _has_returns(frame: pd.DataFrame) -> bool:
    texts = [frame.columns, frame.index, *(frame[name] for name in frame.columns)]
    return any(
        "\r" in value
        for text in texts
        if not pd.api.types.is_numeric_dtype(text.dtype)
        for value in pd.unique(text)
        if isinstance(value, str)
    )


def read_table(
    path: str | Path, *, required: Sequence[str] = (), text: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a table: tab-separated, or comma-separated where the name ends in `.csv`.

    Columns of names (`nascent.names.TEXT_COLUMNS` and `text`) come back as they were written, and
    only their empty fields are missing. Any other column is numbers or flags where all of it is
    (`nascent.names.typed`), else text.

    Parameters
    ----------
    path
        Of the table.
    required
        Columns that it must have.
    text
        Columns that hold names in this table, besides those that do so in every table.

    Raises
    ------
    RawDataError
        Where the file is missing, empty or not a table, its rows are longer than its header, or it
        lacks a required column.
    """
    path = Path(path)
    content, separator = _content(path), _separator(path)
    header = _parsed(path, content, nrows=0).columns
    names = text_columns(header) | set(text)
    frame = None
    if not may_hide_names(content, separator):
        frame = _parsed(path, content, dtype=dict.fromkeys(names.intersection(header), str))
    if frame is None or not plain_types(frame):
        frame = _parsed(path, content, dtype=str)
    if not isinstance(frame.index, pd.RangeIndex):
        # Else the first column would be taken for row names, and all others shift by one.
        raise RawDataError(
            "the rows hold more fields than the header",
            where=path,
            mend="Name every column, and end no row with a separator.",
        )
    for column in required:
        if column not in frame.columns:
            raise RawDataError(
                f"there is no column {column!r}",
                where=path,
                mend=did_you_mean(column, [str(name) for name in frame.columns]),
            )
    others = frame.columns[[kind == "str" for kind in frame.dtypes]].difference(names)
    return frame.assign(**{name: typed(frame[name]) for name in others})


def read_rows(path: str | Path) -> pd.DataFrame:
    """Read a table without a header as text; an empty field is the empty string.

    Raises
    ------
    RawDataError
        Where the file is missing, empty or not a table.
    """
    path = Path(path)
    return _parsed(path, _content(path), header=None, dtype=str, na_values=[])


def _separator(path: Path) -> str:
    return "," if ".csv" in path.suffixes else "\t"


def _content(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read()
    except FileNotFoundError:
        raise RawDataError(
            "there is no such file", where=path, mend="Check the path in the config."
        ) from None
    except (EOFError, OSError, zlib.error) as error:
        raise RawDataError(f"the table cannot be read ({error})", where=path) from error


def _parsed(path: Path, content: bytes, **options: Any) -> pd.DataFrame:
    common = {"sep": _separator(path), "keep_default_na": False, "low_memory": False}
    try:
        return pd.read_csv(BytesIO(content), **{"na_values": [""]} | common | options)
    except pd.errors.EmptyDataError:
        raise RawDataError("the table is empty", where=path) from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise RawDataError(f"the table cannot be read ({error})", where=path) from error


def write_json(record: Mapping[str, Any], path: str | Path) -> None:
    """Write `record` as JSON with sorted keys, so that equal records are equal files."""
    with written(path) as beside:
        beside.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict[str, Any]:
    """Read a JSON object."""
    return json.loads(Path(path).read_text(encoding="utf-8"))
