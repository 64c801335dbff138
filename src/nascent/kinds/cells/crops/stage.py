"""The crops stage: one raw well to its store and removal table."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import ConfigError, RawDataError, did_you_mean
from nascent.examples import GROUP, ID
from nascent.files import write_table
from nascent.kinds.cells.crops import cutting, quality, tables
from nascent.kinds.cells.crops.control import control_well
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.kinds.cells.crops.grouping import Nuclei, group_pixels
from nascent.kinds.cells.crops.placement import Fit, centre, shrink
from nascent.kinds.cells.crops.wells import RawWell, channel_position, read_well
from nascent.logs import progress
from nascent.names import MISSING
from nascent.store_v1 import target_of_crops
from nascent.store_writer import Packed

FITS: Mapping[str, Fit] = {"shrink": shrink, "crop": centre}
OVERSIZE = ("drop", *FITS)
BACKGROUNDS = ("keep", "subtract")
STORABLE = ("uint8", "uint16", "int32", "float32", "float64")
LOGGER = logging.getLogger("nascent.crops")


def crop_well(
    *,
    path: str | Path,
    plate: str,
    well: str,
    store: str | Path,
    quality_table: str | Path,
    target: str,
    size: int = 224,
    layout: str | None = None,
    perturbation: str | None = None,
    target_background: str = "keep",
    background_cell_line: str = "HeLa",
    dtype: str | None = None,
    oversize: str = "drop",
    duplicates: str = "error",
    id_scope: str = "study",
    rules: Sequence[Mapping[str, Any]] = (),
    exclude: str | Path | None = None,
    codec: str = "blosc",
    cell_cycle: str | Path | None = None,
    wells: str | Path | None = None,
    background: str | Path | None = None,
    record: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> None:
    """Cut the nuclei of one raw well into a store, and say what quality control removed.

    Parameters
    ----------
    path, plate, well, layout, perturbation
        The raw well and its row in the study's list of wells.
    store, quality_table
        The files to write.
    target
        Channel whose mean over a nucleus' measured pixels is its target.
    size
        Edge S of a crop, pixels.
    target_background
        `keep`, or `subtract`: the target is then the mean of max(pixel - background, 0).
    background_cell_line
        Rows of the background table that count.
    dtype
        Of the stored pixels; None: as measured.
    oversize
        What becomes of a nucleus larger than the crop: `drop`, `shrink` or `crop`.
    duplicates
        `error`, or which wins where a cell id comes twice: `first` or `last`.
    id_scope
        `study`: cell ids as in the raw data; `plate`: `<plate>/<id>`.
    rules
        Quality control, {column, value} each; None stands for missing.
    exclude
        List of cell ids to leave out.
    codec
        See `nascent.store_writer.StoreWriter`.
    cell_cycle, wells, background
        Tables of the plate; each may be None.
    record
        Provenance, kept in the store.
    threads
        Crops cut and compressed at a time.

    Raises
    ------
    RawDataError
        Where the well or a table is wrong.
    ConfigError
        Where a rule names an unknown column, or a setting has no such choice.
    """
    for key, value, choices in (
        ("target_background", target_background, BACKGROUNDS),
        ("oversize", oversize, OVERSIZE),
        ("duplicates", duplicates, ("error", "first", "last")),
        ("id_scope", id_scope, ("study", "plate")),
    ):
        if value not in choices:
            raise ConfigError(
                f"{value!r} is no choice", where=f"crops.{key}", mend=did_you_mean(value, choices)
            )
    raw = read_well(path, plate=plate, well=well, layout=layout)
    position = channel_position(raw.channels, target, where=raw.path)
    background_means = _background(raw, background, background_cell_line)
    subtracted = None
    if target_background == "subtract":
        subtracted = _target_background(background_means, target, background)
    cells = tables.join_tables(
        raw.metadata,
        plate=plate,
        well=well,
        cell_cycle=tables.read_cell_cycle(cell_cycle) if cell_cycle else None,
        wells=tables.read_wells(wells) if wells else None,
        perturbation=perturbation,
        where=raw.metadata_path,
    )
    for table, column in ((cell_cycle, "cell_cycle"), (wells, "perturbation")):
        if table and len(cells) and cells[column].isna().all():
            LOGGER.warning("%s: none of its nuclei has a %s, see %s", raw.path, column, table)
    for column in tables.JOINED:
        doubtful = sorted(MISSING.intersection(cells[column].dropna().unique()))
        for name in doubtful:
            LOGGER.warning(
                "%s: %r is kept as the name of a %s; where it is missing, leave its field empty",
                *(raw.path, name, column),
            )
    nuclei = group_pixels(raw.ids, raw.x, raw.y)
    LOGGER.info(
        "%s %s: %d pixels of %d nuclei, %d channels, layout %s",
        *(plate, well, len(raw.ids), len(nuclei.ids), len(raw.channels), raw.layout),
    )
    kept, removed = control_well(
        raw,
        nuclei,
        cells,
        rules=rules,
        excluded=quality.read_excluded(exclude) if exclude else set(),
        duplicates=duplicates,
        id_scope=id_scope,
        oversize=oversize,
        size=size,
    )
    kind = np.dtype(dtype) if dtype else _as_measured(raw)
    which = kept.pop("nucleus").to_numpy()
    with CropWriter(
        store,
        channels=raw.channels,
        size=size,
        dtype=kind,
        targets=[target_of_crops(target)],
        codec=codec,
        record=record,
        # Not the layout: a well's store is the same file whichever form it was read from.
        attributes={
            "plate": plate,
            "well": well,
            "target": target,
            "target_background": target_background,
            "background": json.dumps(
                {name: None if np.isnan(b) else float(b) for name, b in background_means.items()}
            ),
            "oversize": oversize,
        },
    ) as writer:
        frames: SimpleQueue[cutting.Frame] = SimpleQueue()
        for _ in range(threads):
            frames.put(cutting.Frame(size, len(raw.channels), kind))

        def cut_and_pack(nucleus: int) -> tuple[Packed, cutting.Measured]:
            frame = frames.get()
            try:
                found = cutting.cut(
                    *(raw, nuclei, nucleus, frame),
                    fit=FITS.get(oversize, centre),
                    target=position,
                    target_background=subtracted,
                )
                return writer.pack_crop(frame.image, frame.mask), found
            finally:
                frames.put(frame)

        measured = []
        cells_packed = cutting.in_order(cut_and_pack, which.tolist(), threads=threads)
        for packed, found in progress(
            cells_packed, total=len(which), what=f"{plate} {well}: crops"
        ):
            writer.append_packed(packed)
            measured.append(found)
        writer.cells = _cell_table(kept, raw, nuclei, which, size, measured)
    write_table(removed, quality_table)
    LOGGER.info(
        "%s %s: %d of %d nuclei kept%s",
        *(plate, well, len(which), removed["cells_in"].iloc[-1]),
        "" if len(which) else ": the well is empty",
    )


def _background(raw: RawWell, path: str | Path | None, cell_line: str) -> pd.Series:
    if path is None:
        return pd.Series(np.nan, index=raw.channels)
    found = tables.background_per_channel(path, raw.channels, cell_line)
    if found.isna().any():
        names = ", ".join(found.index[found.isna()])
        LOGGER.warning("%s: no background of %s", path, names)
    return found


def _target_background(means: pd.Series, target: str, path: str | Path | None) -> float:
    if np.isnan(means[target]):
        raise RawDataError(
            f"there is no background of the target channel {target!r} to subtract",
            where=path or "tables.background",
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
    first = pd.concat([first, kept[list(tables.JOINED)]], axis=1)
    last = {
        "area": nuclei.area[which],
        **{name: getattr(nuclei, name)[which] for name in ("x_min", "x_max", "y_min", "y_max")},
        "size_ratio": np.array([one.size_ratio for one in measured], np.float64),
        "oversize": nuclei.oversize(size)[which],
        **{f"mean_{channel}": means[:, c] for c, channel in enumerate(raw.channels)},
        "target": np.array([one.target for one in measured], np.float64),
    }
    rest = kept.drop(columns=[*known, *tables.JOINED])
    # What nascent measures keeps its name; a raw column of that name is told apart.
    ours = {*first, *last, ID, GROUP}
    taken = {name: f"{name}_metadata" for name in rest if name in ours}
    frame = pd.concat([first, rest.rename(columns=taken), pd.DataFrame(last)], axis=1)
    if frame["id"].dtype == "Int64":
        frame["id"] = frame["id"].astype(np.int64)
    return frame.set_index("id")
