"""Raw wells on disk: the three layouts, written as the pixels come, site by site."""

import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from nascent.errors import ConfigError, did_you_mean
from nascent.files import written

_ARRAYS = ("mpp.npy", "x.npy", "y.npy", "labels.npy")
FILES = {
    "text": frozenset({"pixels.tsv.gz"}),
    "numpy": frozenset({*_ARRAYS, "mapobject_ids.npy"}),
    "campa": frozenset({*_ARRAYS, "obj_ids.npy"}),
}
"""The pixel files of each layout."""
LAYOUTS = tuple(FILES)
PIXEL_FILES = frozenset().union(*FILES.values())

_GZIP_LEVEL = 1
"""Camera noise hardly compresses: higher levels cost three times the time for a tenth."""


@dataclass(frozen=True)
class Pixels:
    """Some measured pixels of a well, in any order.

    Attributes
    ----------
    counts
        (P, C) int32.
    ids
        (P,) uint32, the nucleus' `mapobject_id`.
    x, y
        (P,) uint16, in the site's field.
    labels
        (P,) uint16, the nucleus' label in its site.
    """

    counts: np.ndarray
    ids: np.ndarray
    x: np.ndarray
    y: np.ndarray
    labels: np.ndarray


class Append(Protocol):
    """Takes the next pixels of the well."""

    def __call__(self, pixels: Pixels) -> None:
        """Write them behind those already there."""


def checked_layout(layout: str) -> str:
    """Return the layout's name.

    Raises
    ------
    ConfigError
        Where there is no such layout.
    """
    if layout not in LAYOUTS:
        raise ConfigError(
            f"there is no layout {layout!r}",
            where="simulate.layout",
            mend=did_you_mean(layout, LAYOUTS),
        )
    return layout


@contextmanager
def open_well(
    folder: Path, layout: str, channels: Sequence[str], n_pixels: int
) -> Iterator[Append]:
    """Open a well's pixel files for writing; they get their names when the block ends well.

    Parameters
    ----------
    layout
        text, numpy or campa, with the files of `FILES`.
    n_pixels
        How many pixels will be appended in all.
    """
    if checked_layout(layout) == "text":
        with _open_text(folder, channels) as append:
            yield append
    else:
        ids = "mapobject_ids" if layout == "numpy" else "obj_ids"
        with _open_arrays(folder, ids, len(channels), n_pixels) as append:
            yield append
    # What an earlier run left in another layout would be read in place of this.
    for name in PIXEL_FILES - FILES[layout]:
        (folder / name).unlink(missing_ok=True)


@contextmanager
def _open_text(folder: Path, channels: Sequence[str]) -> Iterator[Append]:
    import polars as pl

    with ExitStack() as stack:
        beside = stack.enter_context(written(folder / "pixels.tsv.gz"))
        raw = stack.enter_context(beside.open("wb"))
        # Neither a name nor a time in the header: equal wells are equal files.
        packed = stack.enter_context(
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=_GZIP_LEVEL, mtime=0)
        )
        packed.write("\t".join(["mapobject_id", "x", "y", *channels]).encode() + b"\n")

        def append(pixels: Pixels) -> None:
            columns = {"mapobject_id": pixels.ids, "x": pixels.x, "y": pixels.y}
            columns |= {
                name: np.ascontiguousarray(pixels.counts[:, i]) for i, name in enumerate(channels)
            }
            text = io.BytesIO()
            pl.DataFrame(columns).write_csv(text, separator="\t", include_header=False)
            packed.write(text.getbuffer())

        yield append


@contextmanager
def _open_arrays(folder: Path, ids: str, n_channels: int, n_pixels: int) -> Iterator[Append]:
    kinds = {
        "mpp": (np.int32, (n_pixels, n_channels)),
        "x": (np.uint16, (n_pixels,)),
        "y": (np.uint16, (n_pixels,)),
        ids: (np.uint32, (n_pixels,)),
        "labels": (np.uint16, (n_pixels,)),
    }
    with ExitStack() as stack:
        streams: dict[str, BinaryIO] = {}
        for name, (dtype, shape) in kinds.items():
            beside = stack.enter_context(written(folder / f"{name}.npy"))
            streams[name] = stack.enter_context(beside.open("wb"))
            header = {
                "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
                "fortran_order": False,
                "shape": shape,
            }
            np.lib.format.write_array_header_1_0(streams[name], header)

        def append(pixels: Pixels) -> None:
            parts = (pixels.counts, pixels.x, pixels.y, pixels.ids, pixels.labels)
            for (name, (dtype, _)), part in zip(kinds.items(), parts, strict=True):
                streams[name].write(np.ascontiguousarray(part, dtype).data)

        yield append
