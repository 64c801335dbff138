"""Joint shares: what falls on channels that repeat each other, counted as one.

The scores of the group's channels are added at every pixel before anything is summed, so that what
one channel says and another takes back is not counted twice: of three copies of a channel that
carry +a, +a and −a, the joint map is a.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nascent.explain.importance.aggregates import AGGREGATES, aggregated, channel_shares
from nascent.explain.importance.shares import IMPORTANCE

JOINT = (
    *("unit" if name == "channel" else name for name in IMPORTANCE),
    "channels",
    "apart",
)
"""Columns of a table of joint shares."""

Groups = Mapping[str, Sequence[str]]
"""Name of a group → its channels."""


def units_of(channels: Sequence[str], groups: Groups) -> dict[str, list[str]]:
    """Return unit → its channels: each group once, at its first channel, and all other channels."""
    owner = {channel: name for name, members in groups.items() for channel in members}
    units: dict[str, list[str]] = {}
    for channel in channels:
        units.setdefault(owner.get(channel, channel), []).append(channel)
    return units


def joined(scores: np.ndarray, channels: Sequence[str], groups: Groups) -> np.ndarray:
    """Return a map of units: the sum over each unit's channels, at every pixel.

    Parameters
    ----------
    scores
        (places …, C).
    channels
        Names of the C channels.
    groups
        See `units_of`.

    Returns
    -------
    (places …, U) float64
    """
    place = {name: number for number, name in enumerate(channels)}
    units = units_of(channels, groups)
    sums = [
        scores[..., [place[name] for name in members]].sum(axis=-1, dtype=np.float64)
        for members in units.values()
    ]
    return np.stack(sums, axis=-1)


def joint_totals(
    scores: np.ndarray, mask: np.ndarray, channels: Sequence[str], groups: Groups
) -> dict[str, np.ndarray]:
    """Return every aggregate of the map of units, as in `nascent.explain.importance.aggregates`."""
    return aggregated(joined(scores, channels, groups), mask)


def shares_apart(
    totals: Mapping[str, pd.DataFrame], units: Mapping[str, Sequence[str]]
) -> dict[str, pd.DataFrame]:
    """Return aggregate → examples × units: the sum of the shares of a unit's channels alone."""
    shares = {name: channel_shares(totals, name) for name in AGGREGATES}
    return {
        name: pd.DataFrame(
            {
                unit: of_channels[list(members)].sum(axis=1, min_count=1)
                for unit, members in units.items()
            }
        )
        for name, of_channels in shares.items()
    }


def joint_table(
    importance: pd.DataFrame,
    apart: pd.DataFrame,
    strata: pd.Series,
    units: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return the columns of `JOINT`, a row a unit and stratum of examples.

    Parameters
    ----------
    importance
        Of the shares of the units, as `nascent.explain.importance.shares.channel_importance` gives
        it.
    apart
        Examples × units, of one aggregate of `shares_apart`.
    strata
        Stratum of examples by example id.
    units
        As `units_of` gives them.
    """
    table = importance.rename(columns={"channel": "unit"})
    means = apart.groupby(strata.reindex(apart.index)).mean()
    table["channels"] = [len(units[unit]) for unit in table["unit"]]
    table["apart"] = [
        means.at[row.stratum, row.unit] if row.stratum in means.index else np.nan
        for row in table.itertuples()
    ]
    return table[list(JOINT)]
