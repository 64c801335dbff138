"""Use, from the tables that say what each example adds to it: no network is needed."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.explain.duplicates.pairs import groups_of_inputs
from nascent.explain.use.changes import ALONE, BY_DONOR
from nascent.explain.use.loss import CHANNEL, USE, USE_CELLS, Uses, units, use_table
from nascent.files import read_table


def read_uses(paths: Mapping[int, str | Path], channel_groups: pd.DataFrame) -> Uses | None:
    """Return the tables of the seeds of one model as one; None where they have no rows."""
    read = [read_table(path, required=USE_CELLS) for path in paths.values()]
    if not len(read[0]):
        return None
    first = read[0]
    single = first[first["unit"] == CHANNEL].drop_duplicates(["input", "channel"])
    features = {
        str(name): rows["channel"].tolist() for name, rows in single.groupby("input", sort=False)
    }
    groups = groups_of_inputs(channel_groups, features)
    together = units(features, groups)
    n = len(first) // len(together)
    cells = first.iloc[:n]
    changes = [
        table[[*BY_DONOR, *ALONE]].to_numpy(np.float64).reshape(len(together), n, -1)
        for table in read
    ]
    return Uses(
        seeds=tuple(paths),
        y=cells["y"].to_numpy(np.float64),
        groups=cells["group"].to_numpy(str),
        squared_error=np.column_stack([table["squared_error"][:n] for table in read]),
        values=np.stack(changes, axis=1).transpose(2, 1, 0, 3),
        units=together,
    )


def use_of_model(
    paths: Mapping[int, str | Path],
    channel_groups: pd.DataFrame,
    *,
    model: str,
    confidence: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return a model's rows of `explain/use.tsv`, which no other model changes.

    Parameters
    ----------
    paths
        Seed → its table, as `nascent.explain.use.stage.write_use_cells` writes it; there may be
        none.
    channel_groups
        The columns of `nascent.explain.duplicates.pairs.CHANNEL_GROUPS`.
    model
        Its name.
    confidence, draws, seed
        See `nascent.explain.use.loss.use_table`.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.explain.use.loss.USE`; no rows where there are no examples.
    """
    uses = read_uses(paths, channel_groups) if paths else None
    if uses is None:
        return pd.DataFrame(columns=list(USE))
    return use_table(uses, model, confidence=confidence, draws=draws, seed=seed)
