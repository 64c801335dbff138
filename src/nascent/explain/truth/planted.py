"""What a kind of data knows of the truth that was planted in its simulated examples."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from nascent.kind import module_of


class Planted(Protocol):
    """What was planted in some examples, as `read_planted` of a kind's module `planted` gives it.

    Attributes
    ----------
    cells : pandas.DataFrame
        Index `id`; the table of the examples.
    causal_channels : tuple of str
        Features that show what sets the target.
    """

    cells: pd.DataFrame
    causal_channels: tuple[str, ...]

    def mask(
        self,
        example_id: Hashable,
        measured: np.ndarray,
        channels: Collection[str] | None = None,
    ) -> np.ndarray:
        """Return the causal places of an example, bool in the shape of its mask `measured`.

        Of all that was planted, or of what some features show.
        """
        ...


def read_planted(
    kind: str,
    truth_paths: Sequence[str | Path],
    parts: Sequence[Mapping[str, Any]],
    shard_paths: Sequence[str | Path],
) -> Planted:
    """Read what was planted in the examples of some shards.

    Parameters
    ----------
    kind
        Of the study; its module `planted` reads the files.
    truth_paths, parts
        The truth of each part of the raw data, and its row of their table.
    shard_paths
        Shards of examples of these parts.
    """
    return module_of(kind, "planted").read_planted(truth_paths, parts, shard_paths)
