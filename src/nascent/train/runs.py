"""Where the state of a run lies, and what makes it another run."""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nascent.files import read_json
from nascent.train.checkpoint import RUN, differences

logger = logging.getLogger(__name__)


def state_folder(state_dir: Path, run: Mapping[str, Any]) -> Path:
    """Return the folder of a run's state, named by a digest of all that shapes its result."""
    digest = hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:16]
    return state_dir / digest


def say_others(state_dir: Path, run: Mapping[str, Any]) -> None:
    """Warn where `state_dir` holds states of other runs alone: the nearest one and how it differs.

    Nothing of them is used, and nothing is removed.
    """
    if state_folder(state_dir, run).exists():
        return
    asked = json.loads(json.dumps(run))
    others = [
        (differences(read_json(path), asked), path.parent) for path in state_dir.glob(f"*/{RUN}")
    ]
    if others:
        found, folder = min(others, key=lambda other: (len(other[0]), other[1]))
        logger.warning(
            "the state in %s is of another run, and is left alone: starting anew (%s)",
            folder,
            "; ".join(found),
        )
