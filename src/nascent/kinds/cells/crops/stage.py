"""The crops stage: one raw well to its store and removal table."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import RawDataError
from nascent.examples import GROUP, ID, PART
from nascent.files import write_table
from nascent.kinds.cells.crops import cutting, quality
from nascent.kinds.cells.crops.control import control_well
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.kinds.cells.crops.grouping import Nuclei, group_pixels
from nascent.kinds.cells.crops.options import FITS, CropOptions, PlateTables, WellSource
from nascent.kinds.cells.crops.placement import centre
from nascent.kinds.cells.crops.tables import (
    JOINED,
    background_per_channel,
    join_tables,
    read_cell_cycle,
    read_wells,
)
from nascent.kinds.cells.crops.wells import RawWell, channel_position, read_well
from nascent.logs import progress
from nascent.names import MISSING
from nascent.store_v1 import target_of_crops
from nascent.store_writer import Packed

STORABLE = ("uint8", "uint16", "int32", "float32", "float64")
NO_TABLES = PlateTables()
LOGGER = logging.getLogger("nascent.crops")


def crop_well(
    source: WellSource,
    store: str | Path,
    quality_table: str | Path,
    *,
    options: CropOptions,
    tables: PlateTables = NO_TABLES,
    record: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> None:
    """Cut the nuclei of one raw well into a store, and say what quality control removed.

    Parameters
    ----------
    source
        The raw well.
    store, quality_table
        The files to write.
    options
        How nuclei are cut, and which are kept.
    tables
        Of the plate.
    record
        Provenance, kept in the store.
    threads
        Crops cut and compressed at a time.

    Raises
    ------
    RawDataError
        Where the well or a table is wrong.
    ConfigError
        Where a rule names an unknown column.
    """
    raw = read_well(source.path, plate=source.plate, well=source.well, layout=source.layout)
    position = channel_position(raw.channels, options.target, where=raw.path)
    background_means = _background(raw, tables.background, options.background_cell_line)
    subtracted = None
    if options.target_background == "subtract":
        subtracted = _target_background(background_means, options.target, tables.background)
    cells = join_tables(
        raw.metadata,
        plate=source.plate,
        well=source.well,
        cell_cycle=read_cell_cycle(tables.cell_cycle) if tables.cell_cycle else None,
        wells=read_wells(tables.wells) if tables.wells else None,
        perturbation=source.perturbation,
        where=raw.metadata_path,
    )
    for table, column in (
        (tables.cell_cycle, "cell_cycle"),
        (tables.wells, "perturbation"),
    ):
        if table and len(cells) and cells[column].isna().all():
            LOGGER.warning("%s: none of its nuclei has a %s, see %s", raw.path, column, table)
    for column in JOINED:
        doubtful = sorted(MISSING.intersection(cells[column].dropna().unique()))
        for name in doubtful:
            LOGGER.warning(
                "%s: %r is kept as the name of a %s; where it is missing, leave its field empty",
                *(raw.path, name, column),
            )
    nuclei = group_pixels(raw.ids, raw.x, raw.y)
    LOGGER.info(
        "%s %s: %d pixels of %d nuclei, %d channels, layout %s",
        *(source.plate, source.well, len(raw.ids), len(nuclei.ids), len(raw.channels), raw.layout),
    )
    kept, removed = control_well(
        raw,
        nuclei,
        cells,
        rules=options.rules,
        excluded=quality.read_excluded(tables.exclude) if tables.exclude else set(),
        duplicates=options.duplicates,
        id_scope=options.id_scope,
        oversize=options.oversize,
        size=options.size,
    )
    kind = np.dtype(options.dtype) if options.dtype else _as_measured(raw)
    which = kept.pop("nucleus").to_numpy()
    with CropWriter(
        store,
        channels=raw.channels,
        size=options.size,
        dtype=kind,
        targets=[target_of_crops(options.target)],
        codec=options.codec,
        record=record,
        # Not the layout: a well's store is the same file whichever form it was read from.
        attributes={
            "plate": source.plate,
            "well": source.well,
            "target": options.target,
            "target_background": options.target_background,
            "background": json.dumps(
                {name: None if np.isnan(b) else float(b) for name, b in background_means.items()}
            ),
            "oversize": options.oversize,
        },
    ) as writer:
        frames: SimpleQueue[cutting.Frame] = SimpleQueue()
        for _ in range(threads):
            frames.put(cutting.Frame(options.size, len(raw.channels), kind))

        def cut_and_pack(nucleus: int) -> tuple[Packed, cutting.Measured]:
            frame = frames.get()
            try:
                found = cutting.cut(
                    *(raw, nuclei, nucleus, frame),
                    fit=FITS.get(options.oversize, centre),
                    target=position,
                    target_background=subtracted,
                )
                return writer.pack_crop(frame.image, frame.mask), found
            finally:
                frames.put(frame)

        measured = []
        cells_packed = cutting.in_order(cut_and_pack, which.tolist(), threads=threads)
        for packed, found in progress(
            cells_packed, total=len(which), what=f"{source.plate} {source.well}: crops"
        ):
            writer.append_packed(packed)
            measured.append(found)
        writer.cells = _cell_table(kept, raw, nuclei, which, options.size, measured)
    write_table(removed, quality_table)
    LOGGER.info(
        "%s %s: %d of %d nuclei kept%s",
        *(source.plate, source.well, len(which), removed["cells_in"].iloc[-1]),
        "" if len(which) else ": the well is empty",
    )


def _background(raw: RawWell, path: str | Path | None, cell_line: str) -> pd.Series:
    if path is None:
        return pd.Series(np.nan, index=raw.channels)
    found = background_per_channel(path, raw.channels, cell_line)
    if found.isna().any():
        names = ", ".join(found.index[found.isna()])
        LOGGER.warning("%s: no background of %s", path, names)
    return found


def _target_background(means: pd.Series, target: str, path: str | Path | None) -> float:
    if np.isnan(means[target]):
        raise RawDataError(
            f"there is no background of the target channel {target!r} to subtract",
            where=path or "background",
            mend="Add its row to the table, or set `crops.target_background` to keep.",
        )
    return float(means[target])


def _as_measured(raw: RawWell) -> np.dtype:
    # In the byte order of this machine, so that equal pixels make equal stores.
    kind = raw.pixels.dtype.newbyteorder("=")
    if kind.name in STORABLE:
        return kind
    if kind.kind == "f":
        return np.dtype("float32" if kind.itemsize < 4 else "float64")
    # Counts in a wider or signed type than a camera has.
    highest = int(raw.pixels.max()) if len(raw.pixels) else 0
    if highest > np.iinfo(np.int32).max:
        return np.dtype("float64")
    return np.dtype("uint16" if highest <= np.iinfo(np.uint16).max else "int32")


def _cell_table(
    kept: pd.DataFrame,
    raw: RawWell,
    nuclei: Nuclei,
    which: np.ndarray,
    size: int,
    measured: Sequence[cutting.Measured],
) -> pd.DataFrame:
    """Return the cell table: names, what the tables say, the metadata, what was measured."""
    means = np.array([one.means for one in measured]).reshape(-1, len(raw.channels))
    kept = kept.reset_index(drop=True)
    known = ["id", "mapobject_id"]
    first = kept[known].assign(plate=raw.plate, well=raw.well)
    first = pd.concat([first, kept[list(JOINED)]], axis=1)
    last = {
        "area": nuclei.area[which],
        **{name: getattr(nuclei, name)[which] for name in ("x_min", "x_max", "y_min", "y_max")},
        "size_ratio": np.array([one.size_ratio for one in measured], np.float64),
        "oversize": nuclei.oversize(size)[which],
        **{f"mean_{channel}": means[:, c] for c, channel in enumerate(raw.channels)},
        "target": np.array([one.target for one in measured], np.float64),
    }
    rest = kept.drop(columns=[*known, *JOINED])
    # What nascent measures keeps its name; a raw column of that name is told apart.
    ours = {*first, *last, ID, GROUP, PART}
    taken = {name: f"{name}_metadata" for name in rest if name in ours}
    frame = pd.concat([first, rest.rename(columns=taken), pd.DataFrame(last)], axis=1)
    if frame["id"].dtype == "Int64":
        frame["id"] = frame["id"].astype(np.int64)
    return frame.set_index("id")
