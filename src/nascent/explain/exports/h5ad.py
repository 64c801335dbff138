"""Channel scores as an AnnData file (`.h5ad`), for scanpy and its kin.

The file holds examples × channels: `X` the shares, `layers` the other statistics, `obs` the
examples, `var` the channels, `obsm/spatial` where the examples lie, `uns/nascent` what made it. Its
layout is the documented one of AnnData 0.8 and later (every group and dataset says its
`encoding-type` and `encoding-version`; https://anndata.readthedocs.io, "On-disk format"). It is
written with h5py: the library `anndata` asks for a pandas older than the one nascent stands on.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from nascent.errors import StoreError
from nascent.explain.exports.scores import STATISTICS, ChannelScores
from nascent.hdf5 import hdf5_written, open_hdf5
from nascent.names import hdf5_key, hdf5_name
from nascent.words import spoken

LAYERS = tuple(name for name in STATISTICS if name != "share")
BOX = ("x_min", "x_max", "y_min", "y_max")
_TEXT = h5py.string_dtype()


def write_h5ad(
    scores: ChannelScores, path: str | Path, *, record: Mapping[str, Any] | None = None
) -> None:
    """Write the scores of one explanation.

    Text columns become categories, their missing values the category's missing value. Positions
    are the middle of each example's bounding box, (x, y), where the table of examples has one.
    """
    with hdf5_written(path) as (file, _):
        _encoded(file, "anndata", "0.1.0")
        _write_array(file, "X", scores.values["share"])
        layers = _group(file, "layers")
        for name in LAYERS:
            _write_array(layers, name, scores.values[name])
        _write_frame(file, "obs", scores.cells)
        shares = pd.DataFrame(scores.values["share"], columns=list(scores.channels))
        means = shares.mean().rename("mean_share").rename_axis("channel")
        _write_frame(file, "var", means.to_frame().assign(input=list(scores.inputs)))
        obsm = _group(file, "obsm")
        if set(BOX) <= set(scores.cells.columns):
            left, right, top, bottom = (scores.cells[name].to_numpy(np.float64) for name in BOX)
            _write_array(obsm, "spatial", np.column_stack([left + right, top + bottom]) / 2)
        for name in ("obsp", "varm", "varp"):
            _group(file, name)
        told = _group(_group(file, "uns"), "nascent")
        texts = {**scores.facts, "provenance": record or {}}
        for name, value in texts.items():
            plain = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            _encoded(told.create_dataset(name, data=plain, dtype=_TEXT), "string", "0.2.0")


def read_h5ad(path: str | Path) -> ChannelScores:
    """Read what `write_h5ad` wrote.

    Example ids that are whole numbers come back as such; categories as text.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, or not one of nascent's.
    """
    with open_hdf5(path) as file:
        try:
            told = {name: value.asstr()[()] for name, value in file["uns/nascent"].items()}
            told.pop("provenance")
            values = {name: file[f"layers/{name}"][:] for name in LAYERS}
            values["share"] = file["X"][:]
            cells, channels = _read_frame(file["obs"]), _read_frame(file["var"])["input"]
        except KeyError as error:
            raise StoreError(
                f"this file holds no {spoken().feature} scores of nascent ({error})", where=path
            ) from error
    ids = cells.index
    if all(text.isdecimal() and str(int(text)) == text for text in ids):
        cells.index = pd.Index([int(text) for text in ids], name=ids.name, dtype=np.int64)
    facts = told | {name: json.loads(told[name]) for name in ("seed", "options", "told", "checks")}
    return ChannelScores(cells, tuple(channels.index), tuple(channels), values, facts)


def _encoded(node: h5py.Group | h5py.Dataset, kind: str, version: str) -> None:
    node.attrs["encoding-type"], node.attrs["encoding-version"] = kind, version


def _group(parent: h5py.Group, name: str) -> h5py.Group:
    group = parent.create_group(name)
    _encoded(group, "dict", "0.1.0")
    return group


def _write_array(parent: h5py.Group, name: str, values: np.ndarray) -> None:
    _encoded(parent.create_dataset(name, data=values), "array", "0.2.0")


def _write_text(parent: h5py.Group, name: str, values: list[str]) -> None:
    _encoded(parent.create_dataset(name, data=values, dtype=_TEXT), "string-array", "0.2.0")


def _write_frame(parent: h5py.Group, name: str, frame: pd.DataFrame) -> None:
    group = parent.create_group(name)
    _encoded(group, "dataframe", "0.2.0")
    columns = [hdf5_key(str(column)) for column in frame.columns]
    index = str(frame.index.name or "name")
    group.attrs["_index"] = index
    group.attrs["column-order"] = np.array(columns, dtype=_TEXT)
    _write_text(group, index, [str(value) for value in frame.index])
    for column, (_, values) in zip(columns, frame.items(), strict=True):
        if pd.api.types.is_numeric_dtype(values.dtype):
            _write_array(group, column, values.to_numpy())
        else:
            _write_categories(group, column, values)


def _write_categories(parent: h5py.Group, name: str, values: pd.Series) -> None:
    known = values.notna().to_numpy()
    codes = np.full(len(values), -1, np.int32)
    codes[known], levels = pd.factorize(values[known].astype(str).to_numpy(object), sort=True)
    group = parent.create_group(name)
    _encoded(group, "categorical", "0.2.0")
    group.attrs["ordered"] = False
    _write_array(group, "codes", codes)
    _write_text(group, "categories", list(levels))


def _read_frame(group: h5py.Group) -> pd.DataFrame:
    index = str(group.attrs["_index"])
    columns = {}
    for key in group.attrs["column-order"]:
        name, node = hdf5_name(key), group[key]
        if isinstance(node, h5py.Group):
            levels = np.append(np.asarray(node["categories"].asstr()[:], object), None)
            columns[name] = levels[node["codes"][:]]
        else:
            columns[name] = node[:]
    return pd.DataFrame(columns, index=pd.Index(group[index].asstr()[:], name=index, dtype=object))
