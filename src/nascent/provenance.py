"""What made an artefact: config, versions, seed and inputs, without a clock in it."""

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nascent.files import read_json, write_json

PACKAGES = (
    "nascent",
    "numpy",
    "pandas",
    "h5py",
    "hdf5plugin",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "snakemake",
)


def record(
    stage: str,
    config: Mapping[str, Any],
    seed: int | None = None,
    inputs: Mapping[str, str | Path] | None = None,
) -> dict[str, Any]:
    """Return what is needed to make an artefact again.

    Equal inputs give equal records: no time, host or absolute path is in it.

    Parameters
    ----------
    stage
        The stage's name.
    config
        The config values the stage was given; JSON-able.
    seed
        The seed it ran with, where it draws random numbers.
    inputs
        Name → file; each is recorded as the SHA-256 of its bytes.
    """
    return {
        "stage": stage,
        "config": json.loads(json.dumps(config, default=str)),
        "seed": seed,
        "versions": dict(versions()),
        "inputs": {name: file_digest(path) for name, path in sorted((inputs or {}).items())},
    }


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of Python and of the packages that shape a result."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
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
    """Keep the record of an artefact that has no room for one, in `.provenance/` beside it."""
    write_json(record, sidecar(path))


def read(path: str | Path) -> dict[str, Any]:
    """Read the record that `write` kept for the artefact at `path`."""
    return read_json(sidecar(path))


def sidecar(path: str | Path) -> Path:
    """Return where the record of the artefact at `path` is kept."""
    path = Path(path)
    return path.parent / ".provenance" / f"{path.name}.json"
