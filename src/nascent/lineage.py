"""What made a result, and what that was made of, as lines of text."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from nascent import provenance
from nascent.errors import NascentError, ResultError
from nascent.files import read_json
from nascent.hdf5 import open_hdf5

_SHOWN = 12
"""Digits of a digest that are printed of inputs; a file's own is printed in full."""


def lineage(path: str | Path, *, whole: bool) -> list[str]:
    """Return what made the file at `path`.

    Parameters
    ----------
    path
        A result of any kind.
    whole
        Whether to go on with what its inputs were made of, and theirs, each told once; else each
        input has a line.

    Raises
    ------
    ResultError
        Where no record of the file is kept, beside it or inside.
    """
    first = Path(path)
    lines: list[str] = []
    pending, known = [first], {first}
    while pending:
        each = pending.pop(0)
        record = record_of(each)
        lines += ["", *_lines(each, record)] if lines else _lines(each, record)
        for source in _sources(each, record).values() if whole else ():
            if source not in known and provenance.read(source) is not None:
                known.add(source)
                pending.append(source)
    return lines


def record_of(path: str | Path) -> dict[str, Any]:
    """Return the record of a result: the one beside it, else the shorter one inside of it.

    HDF5 files, `.h5ad` and cards hold one; that of a model is in its card.

    Raises
    ------
    ResultError
        Where there is none.
    """
    path = Path(path)
    kept = provenance.read(path)
    if kept is None and path.is_dir():
        raise ResultError(
            "this is a folder, and records are of files",
            where=path,
            mend="Give one of its files, such as results/demo/evaluate/comparison.tsv.",
        )
    if kept is None and not path.is_file():
        raise ResultError("there is no such file", where=path)
    record = kept if kept is not None else _inside(path)
    if not record:
        raise ResultError(
            "there is no record of what made this file",
            where=path,
            mend="It is no result of nascent, or was made before records were kept: run its job"
            " again to have one.",
        )
    return record


def _inside(path: Path) -> dict[str, Any] | None:
    match path.suffix:
        case ".h5":
            with open_hdf5(path) as file:
                return json.loads(file.attrs.get("provenance", "null"))
        case ".h5ad":
            with open_hdf5(path) as file:
                text = file.get("uns/nascent/provenance")
                return None if text is None else json.loads(text.asstr()[()])
        case ".json":
            return read_json(path).get("provenance")
        case ".keras" if path.with_name("card.json").is_file():
            return read_json(path.with_name("card.json")).get("provenance")
        case _:
            return None


def _lines(path: Path, record: Mapping[str, Any]) -> list[str]:
    lines = [str(path), f"  made by: stage {record['stage']}, {_code_and_seed(record)}"]
    if computed := record.get("computed"):
        on = ", ".join(computed["devices"]) or f"the {computed['device'].upper()}"
        repeats = "deterministic" if computed["deterministic"] else "not deterministic"
        by = f"{computed['backend']} on {on}, {computed['threads']} threads"
        lines.append(f"  computed: by {by}, {repeats}")
    if "sha256" in record:
        lines.append(f"  file: {record['bytes']} bytes, SHA-256 {record['sha256']}")
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    lines += [f"  versions: {versions}", *_config(record["config"]), *_inputs(path, record)]
    return lines


def _code_and_seed(record: Mapping[str, Any]) -> str:
    told = {name: record.get(name) for name in ("code", "seed")}
    return ", ".join(f"{name} {'-' if value is None else value}" for name, value in told.items())


def _config(config: Mapping[str, Any]) -> list[str]:
    if not config:
        return ["  config: nothing"]
    text = yaml.safe_dump(dict(config), default_flow_style=None, sort_keys=True, width=90)
    return ["  config:", *(f"    {line}" for line in text.splitlines())]


def _inputs(path: Path, record: Mapping[str, Any]) -> list[str]:
    inputs = record["inputs"]
    if not inputs:
        return ["  inputs: none"]
    if isinstance(inputs, str):
        # What a file holds inside has one digest over all inputs.
        return [f"  inputs: together {inputs}"]
    sources = _sources(path, record)
    return [
        "  inputs:",
        *(
            f"    {digest[:_SHOWN]} {name}: {_state(sources.get(name), digest)}"
            for name, digest in inputs.items()
        ),
    ]


def _sources(path: Path, record: Mapping[str, Any]) -> dict[str, Path]:
    """Return name → path of the inputs that may be results of the same study."""
    inputs = record["inputs"]
    if not isinstance(inputs, Mapping) or "artefact" not in record:
        return {}
    depth = len(PurePosixPath(record["artefact"]).parts)
    folder = path.absolute().parents[depth - 1]
    if not path.is_absolute():
        folder = Path(*path.parts[:-depth])
    return {name: folder / name for name in inputs}


def _state(source: Path | None, digest: str) -> str:
    try:
        record = provenance.read(source) if source is not None else None
    except NascentError:
        return "its record cannot be read"
    if record is None or "sha256" not in record:
        return "given by the user, or made before records were kept"
    made = f"stage {record['stage']}, {_code_and_seed(record)}"
    if record["sha256"] != digest:
        return f"made anew since, {made}"
    return made if source.exists() else f"removed since, {made}"
