"""What of explanations is single cells' own."""

from collections.abc import Mapping
from typing import Any


def planted(study: Mapping[str, Any]) -> bool:
    """Return whether what sets the target was planted: in the mean of a simulated channel.

    Parameters
    ----------
    study
        The config in full, as plain data.
    """
    return study["simulate"] is not None and study["target"]["column"] is None
