"""Whether a result still is what its job made.

A result's record holds the SHA-256 of the file, which `sha256sum` tells too. A file is read
through once after it was made, copied or touched; as long as its size and its time (in nanoseconds)
stay the same it is then believed. Bytes that change while both stay are not seen. A copy in a
staging folder is read through by every job, and so tells whether it was copied well, too.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nascent import provenance, staging
from nascent.errors import NascentError, ResultError
from nascent.files import write_json

RESULTS = "results"
"""The folder of all studies: a result's name within its study starts two folders below it."""

logger = logging.getLogger(__name__)


def checked(path: str | Path) -> str | None:
    """Return the SHA-256 of a result, once it is sure that the file is as its job left it.

    Returns
    -------
    None where the file has no record: it is not a result, or was made before there were records.

    Raises
    ------
    ResultError
        Where the file is missing, or its bytes are others than recorded.
    """
    path = Path(path)
    record = provenance.read(path)
    if record is None or "sha256" not in record:
        return None
    try:
        status = path.stat()
    except FileNotFoundError:
        raise ResultError("this result is gone", where=path, mend=_remade(path)) from None
    if status.st_size != record["bytes"]:
        raise _changed(path, f"it has {status.st_size} bytes, not {record['bytes']}")
    seen = {"sha256": record["sha256"], "bytes": status.st_size, "mtime_ns": status.st_mtime_ns}
    if staging.is_copy(path) or _seen(path) != seen:
        if provenance.file_digest(path) != record["sha256"]:
            raise _changed(path, "it has the same length, and other bytes")
        if not staging.is_copy(path):
            _remember(path, seen)
    return record["sha256"]


def made(path: str | Path) -> dict[str, Any]:
    """Return what the record of a finished file says of its bytes.

    Returns
    -------
    `sha256` (hexadecimal) and `bytes`.
    """
    return {"sha256": provenance.file_digest(path), "bytes": Path(path).stat().st_size}


def _changed(path: Path, how: str) -> ResultError:
    return ResultError(
        f"this result was changed after it was made: {how}",
        where=staging.origin_of(path),
        mend=f"{_remade(path)} To use it as it is, delete {provenance.sidecar(path)}.",
    )


def _remade(path: Path) -> str:
    target = _target_of_copy(path) if staging.is_copy(path) else path
    return f"Make it anew with `snakemake -f {target}` and the study's options, then run again."


def _target_of_copy(path: Path) -> Path:
    """Return the name by which Snakemake knows a result: without the folder of its copies."""
    parts = path.parts
    start = len(parts) - 1 - parts[::-1].index(RESULTS) if RESULTS in parts else 0
    return Path(*parts[start:])


def _note(path: Path) -> Path:
    return provenance.sidecar(path).with_suffix(".checked")


def _seen(path: Path) -> Any:
    try:
        return json.loads(_note(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _remember(path: Path, seen: Mapping[str, Any]) -> None:
    # The note saves time alone: where it cannot be kept, the next job reads the file through again.
    try:
        write_json(seen, _note(path))
    except (NascentError, OSError) as error:
        logger.debug("not kept that %s was checked: %s", path, error)
