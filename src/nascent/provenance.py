"""What made an artefact: config, code, versions, seed and inputs, without a clock in it."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nascent import staging
from nascent.errors import ResultError
from nascent.files import write_json

PACKAGES = ("nascent", "numpy", "pandas", "h5py", "hdf5plugin", "keras", "snakemake")
"""Distributions whose versions shape a result, beside those of the backend."""

OF_BACKEND = {
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "jax": ("jax", "jaxlib"),
    "torch": ("torch",),
}
"""Backend → its distributions."""

FOLDER = ".provenance"
"""Beside artefacts: a record of each."""


def record(
    stage: str,
    config: Mapping[str, Any],
    *,
    seed: int | None = None,
    code: str | None = None,
    inputs: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what is needed to make an artefact again, small enough to be kept inside of it.

    Equal inputs give equal records: no time, host or absolute path is in it.

    Parameters
    ----------
    stage
        The stage's name.
    config
        The config values the stage was given; JSON-able. Of an absolute path the name alone stays.
    seed
        The seed it ran with, where it draws random numbers.
    code
        Digest of the code, see `nascent.code.code_digest`.
    inputs
        Name → SHA-256 of each file it read; one digest over all of them is kept.
    """
    return {
        "stage": stage,
        "config": plain(config),
        "code": code,
        "seed": seed,
        "versions": dict(versions(keras_backend())),
        "inputs": _digest_of(inputs) if inputs else None,
    }


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, keys sorted, without the places of this machine."""
    return _without_places(json.loads(json.dumps(value, default=str, sort_keys=True)))


@cache
def versions(backend: str) -> Mapping[str, str]:
    """Return the versions of Python and of the packages that shape a result on a backend."""
    found = {"python": platform.python_version()}
    for package in (*PACKAGES, *OF_BACKEND.get(backend, ())):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(path: str | Path, record: Mapping[str, Any]) -> None:
    """Keep the record of the artefact at `path` beside it, in place of an older one.

    None is kept where there is no place for it, see `sidecar`.

    Raises
    ------
    OutputError
        Where the disk is full or the folder cannot be written.
    """
    place = sidecar(path)
    if place is not None:
        write_json(record, place)


def read(path: str | Path) -> dict[str, Any] | None:
    """Return the record that is kept beside the artefact at `path`, None where there is none.

    Raises
    ------
    ResultError
        Where the record itself cannot be read.
    """
    place = sidecar(path)
    if place is None:
        return None
    try:
        return json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise ResultError(
            f"the record of {Path(path).name} cannot be read ({error})",
            where=place,
            mend="Delete it to use the file unchecked, or both and run again.",
        ) from error


def forget(path: str | Path) -> None:
    """Remove the record of the artefact at `path`, if there is one."""
    place = sidecar(path)
    if place is not None:
        place.unlink(missing_ok=True)


def sidecar(path: str | Path) -> Path | None:
    """Return where the record of the artefact at `path` is kept.

    Of a copy in a staging folder that is beside the artefact itself: a record beside the copy would
    stay when the artefact is made anew elsewhere.

    Returns
    -------
    None for a copy from a storage that is no file system: it has no record.
    """
    path = staging.origin_of(path)
    return None if path is None else path.parent / FOLDER / f"{path.name}.json"


def keras_backend() -> str:
    """Return the backend that Keras chooses, without importing Keras, which takes seconds."""
    if backend := os.environ.get("KERAS_BACKEND"):
        return backend
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    try:
        return json.loads((home / "keras.json").read_text(encoding="utf-8"))["backend"]
    except (OSError, ValueError, KeyError):
        return "tensorflow"


def _digest_of(inputs: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(inputs), sort_keys=True).encode()).hexdigest()


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_places(inner) for inner in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value
