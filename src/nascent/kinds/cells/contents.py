"""What the raw wells of a study of single cells hold, in a few lines of plain text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nascent.contents import counted, made_by, named
from nascent.errors import RawDataError
from nascent.kinds.cells.crops.arrays import open_array
from nascent.kinds.cells.crops.wells import (
    detect_layout,
    pixel_table,
    read_channels,
    read_metadata,
)
from nascent.kinds.cells.simulate.truth import read_truth


def describe_raw(path: Path) -> list[str]:
    """Return lines that say what a raw well or a folder of wells holds; none of anything else.

    Raises
    ------
    RawDataError
        Where it is a well that cannot be read, or a folder without any.
    """
    table = path.name.removesuffix(".gz").endswith((".csv", ".tsv"))
    if table or (path / "channels.csv").is_file():
        return _well(path)
    if not path.is_dir():
        return []
    wells = sorted(found.parent for found in path.glob("*/channels.csv"))
    if not wells:
        raise RawDataError(
            "this folder holds no raw well (no channels.csv in it or in a folder of it)",
            where=path,
        )
    lines = [f"folder of {len(wells)} raw wells"]
    return lines + [f"  {well.name}: {_cells_of(well)}" for well in wells]


def _cells_of(well: Path) -> str:
    if not (well / "metadata.csv").is_file():
        return "without metadata.csv"
    return f"{len(read_metadata(well))} nuclei"


def _well(path: Path) -> list[str]:
    layout = detect_layout(path)
    channels = read_channels(path)
    metadata = read_metadata(path)
    lines = [f"raw well, layout {layout}", f"nuclei: {len(metadata)}"]
    if layout == "text":
        table = pixel_table(path)
        lines.append(f"pixels: in {table.name}, {table.stat().st_size / 1e6:.1f} MB")
    else:
        pixels = open_array(path / "mpp.npy")
        lines.append(f"pixels: {len(pixels)}, {pixels.dtype}, shape {pixels.shape}")
    for column in ("plate_name", "well_name"):
        if column in metadata:
            lines.append(f"{column}: {counted(metadata[column])}")
    for column in metadata.columns:
        if column.startswith("is_") and not column.endswith("_labels"):
            lines.append(f"{column}: {int((metadata[column] == 1).sum())}")
    return lines + named(channels)


def _truth(path: Path) -> list[str]:
    truth = read_truth(path)
    pixels = np.diff(truth.offsets)
    return [
        f"truth of a simulated well, {len(truth.id)} nuclei",
        *(f"{name}: {truth.attributes[name]}" for name in ("truth", "seed", "noise", "well_shift")),
        f"causal channels: {', '.join(truth.causal_channels)}",
        f"causal pixels: {pixels.sum()}, {pixels.mean() if len(pixels) else 0:.1f} a nucleus",
        *made_by(truth.attributes.get("provenance")),
    ]


FORMATS: dict[str, Callable[[Path], list[str]]] = {"nascent-truth": _truth}
"""Attribute `format` of an HDF5 file → what says what it holds."""
