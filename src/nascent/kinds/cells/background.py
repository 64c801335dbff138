"""The background counts of channels, as the statistics of a study's shards take them."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.kinds.cells.crops.tables import background_per_channel


def read_background(path: str | Path, channels: Sequence[str], *, cell_line: str) -> pd.Series:
    """Return the mean background of each channel, see `background_per_channel`."""
    return background_per_channel(path, channels, cell_line)
