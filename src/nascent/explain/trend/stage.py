"""Shares of examples to the table of how they change with the target."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.explain.reading.readouts import of_split
from nascent.explain.trend.slopes import TREND, trend_table
from nascent.files import read_table, write_table
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)


def write_trend(
    cells_path: str | Path,
    channels: Sequence[str],
    out: str | Path,
    *,
    split: str,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write how each channel's share changes with the target; no rows for maps without channels.

    Parameters
    ----------
    cells_path
        Shares of the examples, as `nascent.explain.importance.stage.explain_maps` writes them.
    channels
        Of the model's input.
    out
        The table: `split` and the columns of `TREND`.
    split
        Of the examples that are used.
    confidence, draws, seed
        See `trend_table`.
    """
    cells = read_table(cells_path, required=["id", "split", "target", "group"])
    cells = cells[cells["split"] == split].set_index("id")
    table = pd.DataFrame(columns=TREND)
    if not set(channels) <= set(cells.columns):
        _LOGGER.info(f"maps without {spoken().features} have no shares that could change: no rows")
    else:
        options = {"confidence": confidence, "draws": draws, "seed": seed}
        table = trend_table(cells[list(channels)], cells["target"], cells["group"], **options)
    write_table(of_split(table, split), out)
