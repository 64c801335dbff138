"""Raw wells: one row a measured pixel, in one of three layouts told apart by their files.

`text` is a pixel table `pixels.csv|tsv[.gz]`; `numpy` is `mpp.npy`, `x.npy`, `y.npy`,
`mapobject_ids.npy`; `campa` is the same with `obj_ids.npy`. Beside them lie `channels.csv` and
`metadata.csv`. Pixels of a nucleus may lie anywhere in the arrays; coordinates are those of a site.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import RawDataError, did_you_mean
from nascent.files import read_rows, read_table
from nascent.kinds.cells.crops.arrays import read_arrays

PIXEL_TABLES = ("pixels.csv", "pixels.tsv", "pixels.csv.gz", "pixels.tsv.gz")
OBJECT_IDS: Mapping[str, str] = {"numpy": "mapobject_ids.npy", "campa": "obj_ids.npy"}
LAYOUTS = ("text", *OBJECT_IDS)


@dataclass(frozen=True)
class RawWell:
    """One well as measured.

    Attributes
    ----------
    plate, well
        Names in the study's list of wells.
    path
        Folder of the well, or its pixel table.
    layout
        `text`, `numpy` or `campa`.
    channels
        Names, by ascending channel id.
    metadata
        One row a nucleus, columns as in `metadata.csv`, row i from line i + 2 of the file.
    ids
        (P,) integer; `mapobject_id` of the nucleus each pixel belongs to.
    x, y
        (P,) integer; column and row in the image of the site, pixels.
    pixels
        (P, C) counts, not negative and finite; may be a view of a memory-mapped file.
    """

    plate: str
    well: str
    path: Path
    layout: str
    channels: list[str]
    metadata: pd.DataFrame
    ids: np.ndarray
    x: np.ndarray
    y: np.ndarray
    pixels: np.ndarray

    @property
    def metadata_path(self) -> Path:
        """The file the metadata came from."""
        return beside(self.path, "metadata.csv")

    def row_name(self, row: int) -> str:
        """Name a pixel's row as a reader of the file would find it."""
        return f"line {row + 2}" if self.layout == "text" else f"row {row}"


def beside(path: str | Path, name: str) -> Path:
    """Return where the file `name` of the well at `path` (a folder or a pixel table) lies."""
    path = Path(path)
    return path / name if path.is_dir() else path.with_name(name)


def detect_layout(path: str | Path) -> str:
    """Tell the layout of a raw well by its files: `text`, `numpy` or `campa`.

    Raises
    ------
    RawDataError
        Where there is nothing at `path`, no known layout, or more than one.
    """
    path = Path(path)
    if path.is_file():
        return "text"
    if not path.is_dir():
        raise RawDataError(
            "there is no such well", where=path, mend="Check `data` and the list of wells."
        )
    found = [layout for layout, name in OBJECT_IDS.items() if (path / name).is_file()]
    if any((path / name).is_file() for name in PIXEL_TABLES):
        found.insert(0, "text")
    if not found:
        wanted = ", ".join((*OBJECT_IDS.values(), PIXEL_TABLES[0], PIXEL_TABLES[1]))
        raise RawDataError(
            f"no pixels of a well here: none of {wanted} (or .gz of the last two)",
            where=path,
            mend="Check `path` in the list of wells.",
        )
    if len(found) > 1:
        raise RawDataError(
            f"the well is here in more than one layout: {', '.join(found)}",
            where=path,
            mend="Name the one to read in the column `layout` of the list of wells.",
        )
    return found[0]


def pixel_table(path: str | Path) -> Path:
    """Return the pixel table of a text well at `path`, a folder or the table itself."""
    path = Path(path)
    if path.is_file():
        return path
    for name in PIXEL_TABLES:
        if (path / name).is_file():
            return path / name
    raise RawDataError(
        "there is no pixel table in this folder",
        where=path,
        mend=f"Expected one of {', '.join(PIXEL_TABLES)}.",
    )


def read_channels(path: str | Path) -> list[str]:
    """Return the channel names of the raw well at `path`, by ascending `channel_id`.

    `channels.csv` holds two columns, with the header `channel_id,name` or without one.

    Raises
    ------
    RawDataError
        Where the file is missing or malformed, or a channel has no name or comes twice.
    """
    file = beside(path, "channels.csv")
    if not file.is_file():
        raise RawDataError(
            "there is no such file", where=file, mend="Each well needs its list of channels."
        )
    table = read_rows(file)
    first = [cell.strip() for cell in table.iloc[0]]
    if "name" in first and "channel_id" in first:
        table = table.iloc[1:, [first.index("channel_id"), first.index("name")]]
    elif table.shape[1] != 2:
        raise RawDataError(
            f"{table.shape[1]} columns where two are expected, channel_id and name", where=file
        )
    numbers = pd.to_numeric(table.iloc[:, 0], errors="coerce")
    if numbers.isna().any():
        row = int(np.flatnonzero(numbers.isna())[0])
        raise RawDataError(
            f"line {table.index[row] + 1}: {table.iloc[row, 0]!r} is no channel id",
            where=file,
            mend="Write `channel_id,name` as the header, or no header.",
        )
    names = table.iloc[:, 1].str.strip()
    if (names == "").any():
        line = names.index[names == ""][0] + 1
        raise RawDataError(f"line {line}: the channel has no name", where=file)
    names = names.iloc[np.argsort(numbers.to_numpy(), kind="stable")]
    for what, column in (("channel", names), ("channel id", numbers)):
        twice = column[column.duplicated(keep=False)]
        if len(twice):
            lines = " and ".join(str(line + 1) for line in sorted(twice.index[:2]))
            raise RawDataError(f"{what} {twice.iloc[0]!s} is on lines {lines}", where=file)
    return names.tolist()


def channel_position(channels: Sequence[str], channel: str, *, where: str | Path) -> int:
    """Return the place of `channel` in `channels`.

    Raises
    ------
    RawDataError
        Where it is not there; the nearest is named.
    """
    if channel not in channels:
        raise RawDataError(
            f"there is no channel {channel!r}",
            where=where,
            mend=f"{did_you_mean(channel, channels)} The target is set by `target.channel`.",
        )
    return list(channels).index(channel)


def read_metadata(path: str | Path) -> pd.DataFrame:
    """Read the table of nuclei of the raw well at `path`.

    The unnamed index column is dropped; `mapobject_id` is int64.

    Raises
    ------
    RawDataError
        Where the file is missing or malformed, or a `mapobject_id` is no integer.
    """
    file = beside(path, "metadata.csv")
    table = read_table(file, required=("mapobject_id",))
    table = table.loc[:, [not str(name).startswith("Unnamed:") for name in table.columns]]
    ids = pd.to_numeric(table["mapobject_id"], errors="coerce").astype("float64")
    wrong = np.flatnonzero(ids.isna() | (ids % 1 != 0) | (ids.abs() >= 2**63))
    if len(wrong):
        raise RawDataError(
            f"line {wrong[0] + 2}, column 'mapobject_id':"
            f" {str(table['mapobject_id'].iloc[wrong[0]])!r} is no integer of 64 bits",
            where=file,
        )
    return table.assign(mapobject_id=table["mapobject_id"].astype("int64"))


def read_well(path: str | Path, *, plate: str, well: str, layout: str | None = None) -> RawWell:
    """Read one raw well; NumPy arrays stay on disk, memory-mapped.

    Parameters
    ----------
    path
        Folder of the well, or its pixel table.
    plate, well
        Its names in the study.
    layout
        `text`, `numpy` or `campa`; None: told by the files.

    Raises
    ------
    RawDataError
        Where a file is missing or truncated, arrays disagree in length, or pixels are negative,
        missing or not numbers; it names file, column and row.
    """
    path = Path(path)
    layout = layout or detect_layout(path)
    if layout not in LAYOUTS:
        raise RawDataError(
            f"unknown layout {layout!r}", where=path, mend=did_you_mean(layout, LAYOUTS)
        )
    channels = read_channels(path)
    metadata = read_metadata(path)
    if layout == "text":
        # Imported here: jobs that read arrays start without polars.
        from nascent.kinds.cells.crops.text import read_pixel_table

        ids, x, y, pixels = read_pixel_table(pixel_table(path), channels)
    else:
        ids, x, y, pixels = read_arrays(path, channels, ids_name=OBJECT_IDS[layout])
    return RawWell(plate, well, path, layout, channels, metadata, ids, x, y, pixels)
