"""What a file or folder of a study holds, in a few lines of plain text."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from nascent.errors import RawDataError, did_you_mean
from nascent.examples import InputSpec, TargetSpec
from nascent.kind import has_module, known_kinds, module_of
from nascent.names import text_columns
from nascent.reader import FILE, read_reader


def describe(path: str | Path) -> list[str]:
    """Return lines that say what is at `path`.

    Raw data of some kind, what a model reads (its folder or its `reader.json`), or an HDF5 file:
    store, shard, attribution maps, truth of simulated data; of any other HDF5 file, its data sets.

    Raises
    ------
    RawDataError
        Where there is nothing, or nothing known, at `path`.
    StoreError
        Where an HDF5 file is truncated or malformed.
    """
    path = Path(path)
    if path.name == FILE or (path / FILE).is_file():
        return _reader(path)
    if not path.exists():
        raise RawDataError("there is no such file or folder", where=path, mend=_near(path))
    return _hdf5(path) if path.suffix == ".h5" else _raw(path)


def _near(path: Path) -> str | None:
    if not path.parent.is_dir():
        return None
    return did_you_mean(path.name, sorted(found.name for found in path.parent.iterdir())[:20])


def _hdf5(path: Path) -> list[str]:
    from nascent.hdf5 import open_hdf5

    with open_hdf5(path) as file:
        form = file.attrs.get("format")
        formats = {**_FORMATS, **{k: v for kind in _of_kinds() for k, v in kind.FORMATS.items()}}
        if form not in formats:
            return ["HDF5 file of another kind", *_data_sets(file)]
    return formats[form](path)


def _raw(path: Path) -> list[str]:
    for kind in _of_kinds():
        if lines := kind.describe_raw(path):
            return lines
    raise RawDataError(
        "file type not recognised",
        where=path,
        mend="Give raw data, a model's folder, or a store, shard, map or truth file (.h5).",
    )


def _of_kinds() -> list[ModuleType]:
    """Return what kinds of data know of their own files."""
    return [module_of(kind, "contents") for kind in known_kinds() if has_module(kind, "contents")]


def _data_sets(file: Iterable) -> list[str]:
    import h5py

    lines: list[str] = []

    def note(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            lines.append(f"  {name}: {item.dtype}, shape {item.shape}")

    file.visititems(note)
    return lines


def _store(path: Path) -> list[str]:
    from nascent.store import open_store

    with open_store(path) as store:
        cells, version = store.examples, store.attributes["version"]
        lines = [
            f"store of {len(store)} examples, version {version},"
            f" codec {store.attributes.get('codec')}",
            *(_input(spec, store.layout.dtypes[spec.name]) for spec in store.inputs),
            *map(_target, store.targets),
        ]
        names = text_columns(map(str, cells.columns)) if len(cells) else set()
        for column in filter(names.__contains__, cells):
            lines.append(f"{column}: {counted(cells[column])}")
        for column in ("target", "area"):
            if column in cells and len(cells):
                values = cells[column].astype("float64")
                lines.append(
                    f"{column}: mean {values.mean():.2f}, SD {values.std():.2f},"
                    f" {values.min():.2f} to {values.max():.2f}"
                )
        for spec in store.inputs:
            lines += named(spec.features, f"{spec.name}: features")
        return [*lines, *made_by(store.attributes.get("provenance"))]


def _input(spec: InputSpec, dtype: np.dtype) -> str:
    shape = " x ".join(map(str, spec.shape))
    masks = f", masks: {', '.join(spec.masks)}" if spec.masks else ""
    return f"input {spec.name}: {shape} ({spec.axes}), {dtype}{masks}"


def _target(spec: TargetSpec) -> str:
    place = f"column {spec.column}" if spec.column is not None else f"array ({spec.axes})"
    unit = f", {spec.unit}" if spec.unit else ""
    return f"target {spec.name}: {spec.task}, {place}{unit}, {spec.label}"


def _maps(path: Path) -> list[str]:
    from nascent.attribute.maps import open_maps

    with open_maps(path) as maps:
        others = [name for name in maps.inputs if name != maps.source.input]
        options = ", ".join(f"{name} {value}" for name, value in maps.source.options.items())
        loss = maps.cells["loss"].max() if len(maps) else 0.0
        missed = int((~maps.cells["converged"]).sum()) if len(maps) else 0
        return [
            f"attribution maps of {len(maps)} examples, {' x '.join(map(str, maps.places))} pixels",
            *([f"of the input {maps.source.input}; also of {', '.join(others)}"] if others else []),
            f"method: {maps.source.method} ({options})",
            f"axes: {maps.axes}, of {maps.source.read_out or 'the first output'}",
            f"stored as {maps.source.precision}, largest rounding error {loss:.1e} of a map's"
            " largest value",
            *([f"tolerance not met: {missed} examples"] if missed else []),
            f"model: sha256 {maps.source.model_sha256}",
            *named(maps.channels),
            *made_by(maps.provenance),
        ]


def _reader(path: Path) -> list[str]:
    lines = ["what a model reads"]
    for one in read_reader(path).inputs:
        spec, plain = one.spec, one.to_plain()
        shape, masks = " x ".join(map(str, spec.shape)), ", ".join(spec.masks)
        lines += [
            f"input {spec.name}: {shape} ({spec.axes}), float32{masks and f', masks: {masks}'}",
            f"made by: reader {one.name}, of {len(one.stored.features)} features of a store",
            *(["normalised: " + _listed(plain["steps"])] if "steps" in plain else []),
            *named(spec.features, f"{spec.name}: features"),
        ]
    return lines


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


_FORMATS: dict[str, Callable[[Path], list[str]]] = {
    "nascent-examples": _store,
    "nascent-crops": _store,
    "nascent-maps": _maps,
}


def named(channels: Iterable[str], what: str = "channels") -> list[str]:
    """Return lines that count and number some names."""
    names = list(channels)
    return [f"{what}: {len(names)}", *(f"  {i} {name}" for i, name in enumerate(names))]


def counted(column: pd.Series) -> str:
    """Return the values of a column with how often each comes, the eight most frequent first."""
    counts = Counter("missing" if pd.isna(value) else str(value) for value in column)
    shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:8]
    more = f" and {len(counts) - len(shown)} more" if len(counts) > len(shown) else ""
    return ", ".join(f"{value} {count}" for value, count in shown) + more


def made_by(record: object) -> list[str]:
    """Return a line that says what made a file, by its record of provenance."""
    if isinstance(record, str):
        record = json.loads(record)
    if not isinstance(record, dict) or "stage" not in record:
        return []
    versions = record.get("versions", {})
    return [
        f"made by: stage {record['stage']}, nascent {versions.get('nascent', 'unknown')},"
        f" seed {record.get('seed')}"
    ]
