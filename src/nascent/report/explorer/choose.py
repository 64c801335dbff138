"""Which cells and channels the explorer shows."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd


def balanced(groups: pd.Series, seed: int) -> list[Hashable]:
    """Return all cells in an order of which every beginning holds the groups in equal numbers.

    Groups take turns, each with its cells in random order; one that is used up is left out.

    Parameters
    ----------
    groups
        Group by cell id; a missing one is a group of its own.
    seed
        Of the order within groups.
    """
    stream = np.random.default_rng(seed)
    turns = [
        stream.permutation(len(members)) for _, members in groups.groupby(groups, dropna=False)
    ]
    drawn = [
        members.index[order]
        for order, (_, members) in zip(turns, groups.groupby(groups, dropna=False), strict=True)
    ]
    longest = max(map(len, drawn), default=0)
    return [ids[turn] for turn in range(longest) for ids in drawn if turn < len(ids)]


def largest(shares: np.ndarray, channels: Sequence[str], count: int) -> list[str]:
    """Return the `count` channels of the largest mean share, largest first.

    `shares` is (cells, channels); cells without shares (NaN) are left out of the means.
    """
    means = pd.DataFrame(shares, columns=list(channels)).mean().fillna(0)
    return means.sort_values(ascending=False, kind="stable").index[:count].tolist()
