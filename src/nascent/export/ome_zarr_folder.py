"""A study's images as OME-Zarr 0.5, with outlines as labels: viewers open them, napari too.

Each part of the raw data, of cells each well, is an image of its own, `<out>/<part>`. In it the
crops of its examples lie side by side, as in a sheet of stamps, row by row in the order of their
store; a chunk is one channel of one crop. `labels/<region>` has the outline of each, numbered from
1 in that order, and says the id, the row and the column of each number. The pixels are those
measured, unchanged. Axes have µm where the study knows the size of a pixel (`crops.pixel_size`).
"""

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from nascent.examples import InputSpec
from nascent.export.examples import image_spec, stores_in_order
from nascent.extras import of_extra
from nascent.files import explained
from nascent.notebook.study import Study
from nascent.store import Store
from nascent.store_layout import mask_path

AXES = ("yxc", "zyxc")
UNIT = "micrometer"


def write(study: Study, path: Path) -> None:
    """Write the images of a study as a folder of OME-Zarr images.

    Raises
    ------
    NascentError
        Where the library ome-zarr is not installed, the examples are no images, or a store was
        changed since it was made.
    """
    zarr = of_extra("zarr", "export")
    of_extra("ome_zarr.writer", "export")
    spec = image_spec(study, AXES, "OME-Zarr")
    beside = path.with_name(f".{path.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with explained(path), stores_in_order(study) as stores:
            root = zarr.open_group(beside, mode="w", zarr_format=3)
            parts = []
            for part, store in stores:
                _write_part(root.create_group(part), part, store, spec, study.pixel_size)
                parts.append(part)
            root.attrs["nascent"] = {"study": study.name, "images": parts}
            beside.rename(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def columns_of(count: int) -> int:
    """Return how many crops lie side by side, of so many: about as many as one below the other."""
    return max(1, math.ceil(math.sqrt(count)))


def _write_part(
    group: Any, part: str, store: Store, spec: InputSpec, pixel_size: float | None
) -> None:
    writer = of_extra("ome_zarr.writer", "export")
    axes = [*"c", *spec.axes[:-1]]
    size = {axis: pixel_size for axis in axes if axis in "yx" and pixel_size}
    scale = {axis: size.get(axis, 1.0) for axis in axes}
    chunks = (1, *spec.places)
    sheet = _sheet(store, spec)
    writer.write_image(
        sheet,
        group,
        axes=axes,
        scale=scale,
        axes_units=dict.fromkeys(size, UNIT),
        scale_factors=[],
        storage_options={"chunks": chunks},
        name=part,
        omero={"channels": [_channel(*one) for one in zip(spec.features, sheet, strict=True)]},
    )
    told = _properties(store, columns_of(len(store)))
    for region in spec.regions or spec.masks:
        writer.write_labels(
            _labels(store, spec, region),
            group,
            name=region,
            axes=axes[1:],
            scale={axis: scale[axis] for axis in axes[1:]},
            axes_units=dict.fromkeys(size, UNIT),
            scaler=None,
            scale_factors=[],
            storage_options={"chunks": chunks[1:]},
            label_metadata={"properties": told},
        )


def _sheet(store: Store, spec: InputSpec) -> np.ndarray:
    """Return all crops of a store side by side, (C, places …) in the type measured."""
    shape = _shape(len(store), spec)
    sheet = np.zeros((len(spec.features), *shape), store.layout.dtypes[spec.name])
    for row in range(len(store)):
        crop = np.moveaxis(store.array(f"inputs/{spec.name}", row), -1, 0)
        sheet[(slice(None), *_place(row, len(store), spec))] = crop
    return sheet


def _labels(store: Store, spec: InputSpec, region: str) -> np.ndarray:
    """Return the outlines of all crops side by side, (places …) int32, numbered from 1."""
    labels = np.zeros(_shape(len(store), spec), np.int32)
    for row in range(len(store)):
        outline = store.array(mask_path(spec.name, region), row)
        labels[_place(row, len(store), spec)] = np.where(outline, row + 1, 0)
    return labels


def _shape(count: int, spec: InputSpec) -> tuple[int, ...]:
    *depth, height, width = spec.places
    columns = columns_of(count)
    return (*depth, math.ceil(count / columns) * height, columns * width)


def _place(row: int, count: int, spec: InputSpec) -> tuple[slice, ...]:
    """Return where in the sheet a crop lies."""
    *depth, height, width = spec.places
    down, right = divmod(row, columns_of(count))
    return (
        *(slice(None) for _ in depth),
        slice(down * height, (down + 1) * height),
        slice(right * width, (right + 1) * width),
    )


def _properties(store: Store, columns: int) -> list[dict[str, Any]]:
    ids = store.columns([]).index.astype(str)
    return [
        {"label-value": row + 1, "id": example_id, "row": row // columns, "column": row % columns}
        for row, example_id in enumerate(ids)
    ]


def _channel(name: str, values: np.ndarray) -> dict[str, Any]:
    """Return how viewers show a channel: its name, in grey, white where few pixels are brighter."""
    shown = values[values > 0]
    end = float(np.percentile(shown, 99.5)) if shown.size else 1.0
    window = {"start": 0.0, "end": end, "min": 0.0, "max": float(values.max(initial=0)) or 1.0}
    return {"label": name, "color": "FFFFFF", "active": True, "window": window}
