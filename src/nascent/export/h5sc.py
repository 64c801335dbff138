"""A study's images as scPortrait's single-cell image format, `.h5sc`.

That is an AnnData file with the images in `obsm/single_cell_images`, (n, planes, rows, columns)
float16, masks first, one chunk a plane; `var` names the planes and says which are masks. The
layout is that of `scportrait.io.h5sc` of scPortrait 1.4 and later.

scPortrait keeps values between 0 and 1 as float16. So each channel is divided by its largest value
over all examples of the study: cells stay comparable, and `uns["single_cell_images"]["scale"]`
times an image is its counts again, to 11 bits.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from nascent.examples import InputSpec
from nascent.export.examples import (
    categories,
    examples_with_answers,
    image_spec,
    stores_in_order,
)
from nascent.extras import of_extra
from nascent.files import written
from nascent.notebook.study import Study
from nascent.store import Store
from nascent.store_layout import mask_path

IMAGES = "single_cell_images"
CELL_ID = "scportrait_cell_id"
MASK, CHANNEL = "mask", "image_channel"
COMPRESSION = "lzf"


def write(study: Study, path: Path) -> None:
    """Write the images of a study, with their masks, as `.h5sc`.

    Raises
    ------
    NascentError
        Where the library anndata is not installed, the examples are no images of one plane, or a
        store was changed since it was made.
    """
    anndata = of_extra("anndata", "export")
    spec = image_spec(study, ("yxc",), "scPortrait")
    masks, scale = _masks_of(spec), _largest(study, spec)
    planes = [*masks, *spec.features]
    kinds = [*[MASK] * len(masks), *[CHANNEL] * len(spec.features)]
    table = examples_with_answers(study)
    places = {example_id: place for place, example_id in enumerate(table.index)}
    obs = table.assign(id=categories(pd.Series(table.index)))
    obs.index = pd.Index([str(place) for place in range(len(obs))], dtype=object)
    obs.insert(0, CELL_ID, _cell_ids(table.index))
    var = pd.DataFrame(
        {"channels": planes, "channel_mapping": kinds},
        index=pd.Index([str(place) for place in range(len(planes))], dtype=object),
        dtype=object,
    )
    facts = {
        "n_cells": len(obs),
        "n_channels": len(planes),
        "n_masks": len(masks),
        "n_image_channels": len(spec.features),
        "image_size_x": spec.shape[0],
        "image_size_y": spec.shape[1],
        "channel_names": np.array(planes, dtype=object),
        "channel_mapping": np.array(kinds, dtype=object),
        "compression": COMPRESSION,
    }
    normalised = {"normalization": "largest value of the channel in the study", "scale": scale}
    whole = anndata.AnnData(obs=obs, var=var, uns={IMAGES: facts | normalised})
    with written(path) as beside:
        whole.write_h5ad(beside)
        with h5py.File(beside, "a") as file, stores_in_order(study) as stores:
            images = _dataset(file, (len(obs), len(planes), *spec.places), facts)
            for _, store in stores:
                for row, example_id in enumerate(store.columns([]).index.astype(str)):
                    images[places[example_id]] = _planes(store, row, spec, masks, scale)


def _masks_of(spec: InputSpec) -> list[str]:
    """Return the masks to keep: regions of the object, or where it was measured."""
    return list(spec.regions or spec.masks)


def _largest(study: Study, spec: InputSpec) -> np.ndarray:
    """Return the largest value of each channel over all examples, (C,) float64; 1 where it is 0."""
    largest = np.zeros(len(spec.features))
    with stores_in_order(study) as stores:
        for _, store in stores:
            for row in range(len(store)):
                values = store.array(f"inputs/{spec.name}", row)
                np.maximum(largest, values.reshape(-1, len(largest)).max(axis=0), out=largest)
    return np.where(largest > 0, largest, 1.0)


def _cell_ids(ids: pd.Index) -> np.ndarray:
    """Return ids as scPortrait has them: whole numbers; of ids that are none, the place from 1."""
    if all(text.isdecimal() and int(text) < 2**63 for text in ids):
        return np.array([int(text) for text in ids], np.uint64)
    return np.arange(1, len(ids) + 1, dtype=np.uint64)


def _planes(
    store: Store, row: int, spec: InputSpec, masks: list[str], scale: np.ndarray
) -> np.ndarray:
    outlines = [store.array(mask_path(spec.name, mask), row) for mask in masks]
    image = store.array(f"inputs/{spec.name}", row) / scale
    return np.concatenate([np.stack(outlines, 0), np.moveaxis(image, -1, 0)]).astype(np.float16)


def _dataset(file: h5py.File, shape: tuple[int, ...], facts: dict[str, Any]) -> h5py.Dataset:
    chunks = (1, 1, *shape[2:])
    images = file.create_dataset(
        f"obsm/{IMAGES}", shape, np.float16, chunks=chunks, compression=COMPRESSION
    )
    images.attrs["encoding-type"], images.attrs["encoding-version"] = "array", "0.2.0"
    for name, value in facts.items():
        # Names as bytes, as scPortrait writes them.
        is_list = isinstance(value, np.ndarray)
        images.attrs[name] = np.array([text.encode() for text in value]) if is_list else value
    return images
