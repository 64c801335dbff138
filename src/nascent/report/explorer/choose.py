"""Which cells and channels the explorer shows."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd


def balanced(strata: pd.Series, seed: int) -> list[Hashable]:
    """Return all cells in an order of which every beginning holds the strata in equal numbers.

    Strata take turns, each with its cells in random order; one that is used up is left out.

    Parameters
    ----------
    strata
        Stratum by cell id; a missing one is a stratum of its own.
    seed
        Of the order within strata.
    """
    stream = np.random.default_rng(seed)
    turns = [
        stream.permutation(len(members)) for _, members in strata.groupby(strata, dropna=False)
    ]
    drawn = [
        members.index[order]
        for order, (_, members) in zip(turns, strata.groupby(strata, dropna=False), strict=True)
    ]
    longest = max(map(len, drawn), default=0)
    return [ids[turn] for turn in range(longest) for ids in drawn if turn < len(ids)]


def largest(shares: np.ndarray, channels: Sequence[str], count: int) -> list[str]:
    """Return the `count` channels of the largest mean share, largest first.

    `shares` is (cells, channels); cells without shares (NaN) are left out of the means.
    """
    means = pd.DataFrame(shares, columns=list(channels)).mean().fillna(0)
    return means.sort_values(ascending=False, kind="stable").index[:count].tolist()
