"""Models against each other and against the best floor, paired over the same test cells.

**Best floor.** Of the floors of a target and design, the one with the least MAE on these very test
cells. Choosing it there favours the floors: its MAE is the least of several, so a model has to beat
the floor that was luckiest.

**Difference.** MAE of the model, mean over its seeds, less the MAE of the best floor, over the same
cells. Its intervals come from the paired bootstrap: in each draw both are taken over the same
resampled cells (or wells), and the model's seeds are drawn anew.

**Verdict**, at the confidence of the intervals:

- "beats the best floor": the interval over cells lies below 0, and so does the interval over wells
  where the test cells are from `WELLS_FOR_A_VERDICT` wells or more;
- "does not beat it": the difference is 0 or more and its interval over cells lies at or above 0;
- "cannot tell": anything else, also where there is no floor or no interval.

The burden of proof is on the model: what cells and wells do not both say is not claimed for it.
With one seed the verdict is about that one trained network, not about its architecture. No interval
holds the draw of the training cells, and no verdict is corrected for how many models there are.
"""

from collections.abc import Collection
from itertools import combinations

import numpy as np
import pandas as pd

from nascent.evaluate.bootstrap import interval
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.resampled import EACH, ENSEMBLE, Resampled
from nascent.evaluate.tables import COMPARISON, PAIRS

WELLS_FOR_A_VERDICT = 5
"""Fewer wells say too little of wells: with 4, all lie on one side by chance in 1 of 8 cases."""

BEATS, LOSES, OPEN = "beats the best floor", "does not beat it", "cannot tell"

COMPARED = ("mae", "r2")


def comparison(
    held: HeldOut, resampled: Resampled, *, floors: Collection[str], confidence: float
) -> pd.DataFrame:
    """Return one row a model and floor: how good it is, how sure that is, and the verdict.

    Parameters
    ----------
    held
        Names the target, the design and the models.
    resampled
        Of the same cells.
    floors
        Names of the models that are floors.
    confidence
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.COMPARISON`. MAE and R² are means over seeds,
        `*_seed_sd` their SD over seeds (ddof 1; NaN for one seed), `ensemble_*` those of the mean
        prediction (NaN for one seed). `_low` and `_high` are over cells, `_wells` over wells. For
        floors, what compares with the best floor is empty.
    """
    best = best_floor(held, resampled, floors)
    rows = []
    for model in held.models:
        of_seeds = held.seeds_of(model)
        row = {
            "target": held.target,
            "design": held.design,
            "model": model,
            "floor": model in floors,
            "seeds": len(of_seeds),
            "n": resampled.n,
            "wells": resampled.wells_n,
        }
        each, ensemble = resampled.columns[model, EACH], resampled.columns.get((model, ENSEMBLE))
        for name in COMPARED:
            values = resampled.value[name]
            row[name] = values[each]
            low, high, low_wells, high_wells = _limits(resampled, name, each, None, confidence)
            row |= {f"{name}_low": low, f"{name}_high": high}
            row |= {f"{name}_low_wells": low_wells, f"{name}_high_wells": high_wells}
            several = len(of_seeds) > 1
            row[f"{name}_seed_sd"] = values[of_seeds].std(ddof=1) if several else np.nan
            row[f"ensemble_{name}"] = np.nan if ensemble is None else values[ensemble]
        rows.append(row | _against(resampled, model, best, floors, confidence))
    return pd.DataFrame(rows, columns=list(COMPARISON))


def best_floor(held: HeldOut, resampled: Resampled, floors: Collection[str]) -> str | None:
    """Return the floor with the least MAE on the test cells, the first of equal ones; or None."""
    mae = {
        model: resampled.value["mae"][resampled.columns[model, EACH]]
        for model in held.models
        if model in floors
    }
    return min(mae, key=mae.__getitem__) if mae else None


def verdict(
    difference: float,
    cells: tuple[float, float],
    wells: tuple[float, float],
    number_of_wells: int,
) -> str:
    """Return whether a model beats the best floor, see the head of this module.

    Parameters
    ----------
    difference
        MAE of the model less that of the best floor.
    cells, wells
        Its intervals over cells and over wells, low and high; NaN where there is none.
    number_of_wells
        That the test cells are from.
    """
    below = [cells[1] < 0]
    if number_of_wells >= WELLS_FOR_A_VERDICT:
        below.append(wells[1] < 0)
    if all(below):
        return BEATS
    return LOSES if difference >= 0 and cells[0] >= 0 else OPEN


def pairs(held: HeldOut, resampled: Resampled, *, confidence: float) -> pd.DataFrame:
    """Return the paired difference of every two models, floors included.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.PAIRS`: `difference` is the metric (mae or r2, mean
        over seeds) of `model` less that of `other`. Each pair stands once, the model that comes
        first in the predictions as `model`.
    """
    rows = []
    for model, other in combinations(held.models, 2):
        first, second = resampled.columns[model, EACH], resampled.columns[other, EACH]
        for name in COMPARED:
            values = resampled.value[name]
            limits = _limits(resampled, name, first, second, confidence)
            difference = values[first] - values[second]
            rows.append((held.target, held.design, model, other, name, difference, *limits))
    return pd.DataFrame(rows, columns=list(PAIRS))


def _against(
    resampled: Resampled, model: str, best: str | None, floors: Collection[str], confidence: float
) -> dict[str, float | str]:
    if model in floors:
        return {"best_floor": "", "verdict": ""}
    if best is None:
        return {"best_floor": "", "verdict": OPEN}
    first, second = resampled.columns[model, EACH], resampled.columns[best, EACH]
    mae = resampled.value["mae"]
    difference = float(mae[first] - mae[second])
    low, high, low_wells, high_wells = _limits(resampled, "mae", first, second, confidence)
    return {
        "best_floor": best,
        "difference": difference,
        "difference_low": low,
        "difference_high": high,
        "difference_low_wells": low_wells,
        "difference_high_wells": high_wells,
        "verdict": verdict(difference, (low, high), (low_wells, high_wells), resampled.wells_n),
    }


def _limits(
    resampled: Resampled, name: str, first: int, second: int | None, confidence: float
) -> tuple[float, float, float, float]:
    """Return low and high over cells, then over wells, of a column or of a difference of two."""
    limits: list[float] = []
    for drawn, units in ((resampled.cells, resampled.n), (resampled.wells, resampled.wells_n)):
        values = drawn[name][:, first]
        if second is not None:
            values = values - drawn[name][:, second]
        limits += [float(limit) for limit in interval(values, units=units, confidence=confidence)]
    return tuple(limits)
