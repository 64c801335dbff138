"""How much of each feature of a network lies in the example: the table, of one model and of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.explain.statistics.intervals import mean_interval
from nascent.files import read_table, write_table
from nascent.statistics.verdict import decided

FEATURES = (
    "layer",
    "split",
    "feature",
    "cells",
    "groups",
    "zero_cells",
    "share",
    "low",
    "high",
    "chance",
    "lift",
    "beats_chance",
    "gradient",
    "interval",
    "told",
)
"""Columns of the table of one model."""


@dataclass(frozen=True)
class FeatureShares:
    """Shares inside the example of n examples.

    Attributes
    ----------
    inside, total : (n, F) float64
        Sums of each feature's positive part, inside the example and everywhere.
    chance : (n,) float64
        The example's share of the frame.
    gradient : (n, F) float64
        Change of the prediction with the feature, behind an average pooling: the sum of the
        gradient over places.
    """

    inside: np.ndarray
    total: np.ndarray
    chance: np.ndarray
    gradient: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """(n, F), NaN where a feature is silent in an example."""
        return _ratio(self.inside, self.total)

    def weighted(self, weights: np.ndarray) -> np.ndarray:
        """Return each example's share (n,) over all features, each weighted by `weights` (n, F)."""
        return _ratio((weights * self.inside).sum(axis=1), (weights * self.total).sum(axis=1))


def feature_table(found: FeatureShares, groups: np.ndarray, *, confidence: float) -> pd.DataFrame:
    """Return the mean share of each feature over examples, with its interval and chance.

    Returns
    -------
    pandas.DataFrame
        feature (from 0), examples, groups, zero_cells (in which it is silent), share, low, high,
        chance (mean over the same examples), lift (share / chance), beats_chance (whether the
        interval of share less chance lies above 0), gradient (mean), interval.
    """
    values = found.shares
    known = np.isfinite(values)
    chances = np.where(known, found.chance[:, None], np.nan)
    limits = mean_interval(values, groups, confidence=confidence)
    excess = mean_interval(values - chances, groups, confidence=confidence)
    number = known.sum(axis=0)
    share = _ratio(np.where(known, values, 0).sum(axis=0), number)
    chance = _ratio(np.where(known, chances, 0).sum(axis=0), number)
    return pd.DataFrame(
        {
            "feature": np.arange(values.shape[1]),
            "cells": number,
            "groups": [len(np.unique(groups[column])) for column in known.T],
            "zero_cells": len(values) - number,
            "share": share,
            "low": limits.low,
            "high": limits.high,
            "chance": chance,
            "lift": _ratio(share, chance),
            "beats_chance": decided(excess.low > 0, excess.low),
            "gradient": found.gradient.mean(axis=0),
            "interval": np.where(np.isfinite(limits.low), limits.over, ""),
        }
    )


def gather_features(
    tables: Sequence[str | Path], runs: Sequence[tuple[str, int]], out: str | Path
) -> None:
    """Write the tables of all models of a study as one, with columns `model` and `seed` in front.

    Parameters
    ----------
    tables
        As `check_features` writes them.
    runs
        Model and seed of each.
    out
        Without models it has no rows.
    """
    parts = [pd.DataFrame(columns=FEATURES)]
    for path, (model, seed) in zip(tables, runs, strict=True):
        parts.append(read_table(path, required=FEATURES).assign(model=model, seed=seed))
    joined = pd.concat(parts[1:] or parts, ignore_index=True)
    write_table(joined.reindex(columns=["model", "seed", *FEATURES]), out)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
