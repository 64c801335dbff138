"""Where a file lies of which a job was handed a copy.

A workflow may bring results to a job from a storage, and take away what the job makes. The job then
sees copies in a folder of its machine, the staging folder; whoever runs it says in the environment
variable `NASCENT_STAGING` which folder that is, and which folder of the file system it copies.
"""

import json
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

VARIABLE = "NASCENT_STAGING"


def tell(
    staging: str | Path | None,
    origin: str | Path | None,
    environment: MutableMapping[str, str] = os.environ,
) -> None:
    """Say to the processes that start from now on where copies lie, and what they are copies of.

    Parameters
    ----------
    staging
        The folder of the copies; None where files are not copied.
    origin
        The folder in which each file has the same path as in `staging`; None where the storage is
        no file system.
    environment
        That of the processes; by default of this one and those it starts.
    """
    environment.pop(VARIABLE, None)
    if staging is not None:
        places = {
            "staging": str(Path(staging).absolute()),
            "origin": None if origin is None else str(Path(origin).absolute()),
        }
        environment[VARIABLE] = json.dumps(places)


def is_copy(path: str | Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a path lies in the staging folder."""
    return _within(path, environment) is not None


def origin_of(path: str | Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return where the file itself lies.

    Returns
    -------
    `path` where that is no copy; None for a copy from a storage that is no file system.
    """
    within = _within(path, environment)
    if within is None:
        return Path(path)
    folder = json.loads(environment[VARIABLE])["origin"]
    return None if folder is None else Path(folder) / within


def _within(path: str | Path, environment: Mapping[str, str]) -> Path | None:
    if VARIABLE not in environment:
        return None
    staging = json.loads(environment[VARIABLE])["staging"]
    absolute = Path(path).absolute()
    return absolute.relative_to(staging) if absolute.is_relative_to(staging) else None
