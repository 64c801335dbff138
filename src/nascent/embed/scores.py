"""How much nearest examples have in common, beside chance: what a picture of vectors may be read
for.

Chance is the same neighbours with the values dealt out anew over all examples.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from nascent.embed.neighbours import nearest, nearest_of_others

TARGET, ELSEWHERE, ERROR, GROUP = "target", "target_other_groups", "error", "group"
"""What neighbours may share: the target, the target with those of other groups, the error of the
prediction, the group."""

ASKED = ((TARGET, "measured"), (ELSEWHERE, "measured"), (ERROR, "error"), (GROUP, "group"))

R2, SHARE = "r2", "share"
"""How it is measured: R² of the mean of the neighbours; the share of neighbours with the same
value."""

SCORES = (
    "of",
    "score",
    "examples",
    "groups",
    "neighbours",
    "value",
    "chance",
    "chance_low",
    "chance_high",
    "beats_chance",
)
"""Columns of the table."""

Score = Callable[[np.ndarray, np.ndarray], float]


def r2(values: np.ndarray, places: np.ndarray) -> float:
    """Return R² of numbers (n,) by the mean of those of their neighbours (n, k)."""
    spread = ((values - values.mean()) ** 2).sum()
    if spread == 0:
        return float("nan")
    return float(1 - ((values - values[places].mean(axis=1)) ** 2).sum() / spread)


def share(values: np.ndarray, places: np.ndarray) -> float:
    """Return the share of neighbours (n, k) that have the value of their example (n,)."""
    return float((values[places] == values[:, None]).mean())


def neighbour_scores(
    vectors: np.ndarray,
    known: pd.DataFrame,
    *,
    k: int,
    draws: int,
    confidence: float,
    seed: int,
) -> pd.DataFrame:
    """Return what neighbours share, beside chance.

    Parameters
    ----------
    vectors
        (n, d), standardised.
    known
        (n) rows: `group`, and `measured` and `error`, numbers or text; an example without a value
        has no part in its score.
    k
        Neighbours of each; 0 for too few examples: no rows.
    draws
        Times that values are dealt out anew.
    confidence
        Share of chance between its limits.
    seed
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        The columns of `SCORES`. What all examples have alike has no row.
    """
    stream = np.random.default_rng(seed)
    rows = []
    for name, column in ASKED if k else ():
        there = known[column].notna().to_numpy()
        values, groups = known.loc[there, column], known.loc[there, "group"].to_numpy(str)
        if len(values) <= k or values.nunique() < 2:
            continue
        if name == ELSEWHERE:
            places = nearest_of_others(vectors[there], groups, k)
        else:
            places = nearest(vectors[there], k).places
        if places is None:
            continue
        numbers = pd.api.types.is_numeric_dtype(values.dtype) and name != GROUP
        measure, score = (R2, r2) if numbers else (SHARE, share)
        array = values.to_numpy(np.float64) if numbers else values.to_numpy(str)
        rows.append(
            {
                "of": name,
                "score": measure,
                "examples": len(array),
                "groups": len(np.unique(groups)),
                "neighbours": k,
                "value": score(array, places),
                **_chance(score, array, places, draws, confidence, stream),
            }
        )
    table = pd.DataFrame(rows, columns=[name for name in SCORES if name != "beats_chance"])
    return table.assign(beats_chance=table["value"] > table["chance_high"])


def _chance(
    score: Score,
    values: np.ndarray,
    places: np.ndarray,
    draws: int,
    confidence: float,
    stream: np.random.Generator,
) -> dict[str, float]:
    found = np.array([score(stream.permutation(values), places) for _ in range(draws)])
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return {"chance": float(found.mean()), "chance_low": float(low), "chance_high": float(high)}
