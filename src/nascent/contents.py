"""What a file or folder of a study holds, in a few lines of plain text."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import RawDataError, did_you_mean
from nascent.examples import InputSpec, TargetSpec
from nascent.reader import FILE, read_reader

_FACTS = ("plate", "well", "perturbation", "cell_cycle")


def describe(path: str | Path) -> list[str]:
    """Return lines that say what is at `path`.

    A raw well (folder or pixel table), a folder of wells, what a model reads (its folder or its
    `reader.json`), or an HDF5 file: store, shard, attribution maps, truth of a simulated well; of
    any other HDF5 file, its data sets.

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
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise RawDataError("there is no such file or folder", where=path, mend=_near(path))
    if path.name.removesuffix(".gz").endswith((".csv", ".tsv")):
        return _well(path)
    if path.suffix == ".h5":
        return _hdf5(path)
    raise RawDataError(
        "this is nothing nascent knows",
        where=path,
        mend="Give the folder of a raw well or model, or a store, shard, map or truth file (.h5).",
    )


def _near(path: Path) -> str | None:
    if not path.parent.is_dir():
        return None
    return did_you_mean(path.name, sorted(found.name for found in path.parent.iterdir())[:20])


def _folder(path: Path) -> list[str]:
    if (path / "channels.csv").is_file():
        return _well(path)
    wells = sorted(found.parent for found in path.glob("*/channels.csv"))
    if not wells:
        raise RawDataError(
            "this folder holds no raw well (no channels.csv in it or in a folder of it)",
            where=path,
        )
    lines = [f"folder of {len(wells)} raw wells"]
    return lines + [f"  {well.name}: {_nuclei_of(well)}" for well in wells]


def _nuclei_of(well: Path) -> str:
    from nascent.kinds.cells.crops.wells import read_metadata

    if not (well / "metadata.csv").is_file():
        return "without metadata.csv"
    return f"{len(read_metadata(well))} nuclei"


def _well(path: Path) -> list[str]:
    from nascent.kinds.cells.crops.arrays import open_array
    from nascent.kinds.cells.crops.wells import (
        detect_layout,
        pixel_table,
        read_channels,
        read_metadata,
    )

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
            lines.append(f"{column}: {_counted(metadata[column])}")
    for column in metadata.columns:
        if column.startswith("is_") and not column.endswith("_labels"):
            lines.append(f"{column}: {int((metadata[column] == 1).sum())}")
    return lines + _named(channels)


def _hdf5(path: Path) -> list[str]:
    from nascent.hdf5 import open_hdf5

    with open_hdf5(path) as file:
        form = file.attrs.get("format")
        if form not in _FORMATS:
            return ["HDF5 file of another kind", *_data_sets(file)]
    return _FORMATS[form](path)


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
        for column in _FACTS:
            if column in cells and len(cells):
                lines.append(f"{column}: {_counted(cells[column])}")
        for column in ("target", "area"):
            if column in cells and len(cells):
                values = cells[column].astype("float64")
                lines.append(
                    f"{column}: mean {values.mean():.2f}, SD {values.std():.2f},"
                    f" {values.min():.2f} to {values.max():.2f}"
                )
        for spec in store.inputs:
            lines += _named(spec.features, f"{spec.name}: features")
        return [*lines, *_provenance(store.attributes.get("provenance"))]


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
            f"attribution maps of {len(maps)} nuclei, {' x '.join(map(str, maps.places))} pixels",
            *([f"of the input {maps.source.input}; also of {', '.join(others)}"] if others else []),
            f"method: {maps.source.method} ({options})",
            f"axes: {maps.axes}, target: output {maps.source.target}",
            f"stored as {maps.source.precision}, largest rounding error {loss:.1e} of a map's"
            " largest value",
            *([f"tolerance not met: {missed} nuclei"] if missed else []),
            f"model: sha256 {maps.source.model_sha256}",
            *_named(maps.channels),
            *_provenance(maps.provenance),
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
            *_named(spec.features, f"{spec.name}: features"),
        ]
    return lines


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _truth(path: Path) -> list[str]:
    from nascent.kinds.cells.simulate.truth import read_truth

    truth = read_truth(path)
    pixels = np.diff(truth.offsets)
    return [
        f"truth of a simulated well, {len(truth.id)} nuclei",
        *(f"{name}: {truth.attributes[name]}" for name in ("truth", "seed", "noise", "well_shift")),
        f"causal channels: {', '.join(truth.causal_channels)}",
        f"causal pixels: {pixels.sum()}, {pixels.mean() if len(pixels) else 0:.1f} a nucleus",
        *_provenance(truth.attributes.get("provenance")),
    ]


_FORMATS: dict[str, Callable[[Path], list[str]]] = {
    "nascent-examples": _store,
    "nascent-crops": _store,
    "nascent-maps": _maps,
    "nascent-truth": _truth,
}


def _named(channels: Iterable[str], what: str = "channels") -> list[str]:
    names = list(channels)
    return [f"{what}: {len(names)}", *(f"  {i} {name}" for i, name in enumerate(names))]


def _counted(column: pd.Series) -> str:
    counts = Counter("missing" if pd.isna(value) else str(value) for value in column)
    shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:8]
    more = f" and {len(counts) - len(shown)} more" if len(counts) > len(shown) else ""
    return ", ".join(f"{value} {count}" for value, count in shown) + more


def _provenance(record: object) -> list[str]:
    if isinstance(record, str):
        record = json.loads(record)
    if not isinstance(record, dict) or "stage" not in record:
        return []
    versions = record.get("versions", {})
    return [
        f"made by: stage {record['stage']}, nascent {versions.get('nascent', 'unknown')},"
        f" seed {record.get('seed')}"
    ]
