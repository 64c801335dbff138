"""What an attribution job keeps of finished batches, so that a killed one goes on behind them."""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nascent.attribute.maps import open_maps
from nascent.errors import StoreError
from nascent.files import explained, read_json, write_json

SIGN = "fingerprint.json"

_LOGGER = logging.getLogger(__name__)


def resumed_state(folder: Path, made_from: Mapping[str, Any]) -> Path:
    """Return the folder of a job's finished batches; emptied where they were made otherwise.

    Parameters
    ----------
    folder
        Of this job alone.
    made_from
        All that the maps depend on, as JSON can hold it.
    """
    fingerprint = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
    sign = folder / SIGN
    if not (sign.is_file() and read_json(sign) == {"fingerprint": fingerprint}):
        if folder.exists():
            _LOGGER.info("what was begun here was made from something else: starting anew")
            clear(folder)
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_json({"fingerprint": fingerprint}, sign)
    return folder


def clear(folder: Path) -> None:
    """Remove what such a job has left in its folder."""
    # By name, so that a folder given by mistake loses nothing.
    # A job killed as it wrote leaves a file that is not yet renamed (`nascent.files.written`).
    for part in [*folder.glob("*.h5"), *folder.glob(".*.part.json")]:
        part.unlink()
    (folder / SIGN).unlink(missing_ok=True)


def is_whole(part: Path) -> bool:
    """Return whether a file of maps was written to its end."""
    try:
        open_maps(part).close()
    except StoreError:
        return False
    return True
