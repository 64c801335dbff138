"""Models against each other and against the best floor, paired over the same test examples.

All is said of the primary metric of the task.

**Best floor.** Of the floors of a target and design, the best one on these very test examples.
Choosing it there favours the floors: it is the best of several, so a model has to beat the floor
that was luckiest.

**Difference.** The metric of the model, mean over its seeds, less that of the best floor, over the
same examples. Its intervals over examples come from the paired bootstrap, those over groups from
leaving out one group at a time (`nascent.statistics`); both hold the training seeds.

**Verdict**, at the confidence of the intervals:

- "beats the best floor": the intervals over examples and over groups lie on the better side of 0;
- "does not beat it": both lie at 0 or on the other side;
- "cannot tell": anything else, also where there is no floor or no interval. Where the test examples
  are from too few groups it says how many.

The burden of proof is on the model: what examples and groups do not both say is not claimed for it.
With one seed the verdict is about that one trained network, not about its architecture. No interval
holds the draw of the training examples, and no verdict is corrected for how many models there are.
"""

from collections.abc import Collection
from itertools import combinations

import numpy as np
import pandas as pd

from nascent.evaluate.group_shift import group_shift
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.resampled import ENSEMBLE, Limits, Resampled
from nascent.evaluate.tables import PAIRS, comparison_columns
from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.statistics.verdict import cannot_tell, side
from nascent.task import Task


def comparison(
    held: HeldOut, resampled: Resampled, *, floors: Collection[str], confidence: float
) -> pd.DataFrame:
    """Return one row a model and floor: how good it is, how sure that is, and the verdict.

    Parameters
    ----------
    held
        Names the target, the design and the models.
    resampled
        Of the same examples.
    floors
        Names of the models that are floors.
    confidence
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.comparison_columns`. The metrics that the task
        compares are means over seeds, `*_seed_sd` their SD over seeds (ddof 1; NaN for one seed),
        `ensemble_*` those of the mean prediction (NaN for one seed). `_low` and `_high` are over
        examples, `_groups` over groups. For floors, what compares with the best floor is empty.
        What group biases make of the error and the worst group are those of
        `nascent.evaluate.group_shift`, where the task has errors.
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
            "groups": resampled.groups_n,
        }
        ensemble = resampled.columns.get((model, ENSEMBLE))
        for name in held.task.compared:
            values = resampled.value[name]
            found = resampled.limits(name, resampled.places(model), confidence=confidence)
            row[name] = found.value
            row |= {f"{name}_low": found.low, f"{name}_high": found.high}
            row |= {
                f"{name}_low_groups": found.low_groups,
                f"{name}_high_groups": found.high_groups,
            }
            several = len(of_seeds) > 1
            row[f"{name}_seed_sd"] = values[of_seeds].std(ddof=1) if several else np.nan
            row[f"ensemble_{name}"] = np.nan if ensemble is None else values[ensemble]
        row |= _against(held.task, resampled, model, best, floors, confidence)
        if held.task.has_errors:
            row |= group_shift(held, model, confidence=confidence)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(comparison_columns(held.task)))


def best_floor(held: HeldOut, resampled: Resampled, floors: Collection[str]) -> str | None:
    """Return the best floor on the test examples, the first of equal ones; or None."""
    found = {
        model: resampled.mean(held.task.primary, resampled.places(model))
        for model in held.models
        if model in floors
    }
    best = min if held.task.lower_is_better else max
    return best(found, key=found.__getitem__) if found else None


def verdict(difference: Limits, groups: int, *, lower_is_better: bool = True) -> str:
    """Return whether a model beats the best floor, see the head of this module.

    Parameters
    ----------
    difference
        The metric of the model less that of the best floor, with its intervals.
    groups
        That the test examples are from.
    lower_is_better
        Of the metric.
    """
    lows, highs = (difference.low, difference.low_groups), (difference.high, difference.high_groups)
    if not lower_is_better:
        lows, highs = [-end for end in highs], [-end for end in lows]
    if side(tuple(highs)) < 0:
        return BEATS
    # Equal predictions differ by 0 in every resample: that is not beaten either.
    return LOSES if all(end >= 0 for end in lows) else cannot_tell(groups)


def pairs(held: HeldOut, resampled: Resampled, *, confidence: float) -> pd.DataFrame:
    """Return the paired difference of every two models, floors included.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.PAIRS`: `difference` is the metric (mean over
        seeds) of `model` less that of `other`. Each pair stands once, the model that comes
        first in the predictions as `model`.
    """
    rows = []
    for model, other in combinations(held.models, 2):
        sides = resampled.places(model), resampled.places(other)
        for name in held.task.compared:
            found = resampled.limits(name, *sides, confidence=confidence)
            ends = found.low, found.high, found.low_groups, found.high_groups
            rows.append((held.target, held.design, model, other, name, found.value, *ends))
    return pd.DataFrame(rows, columns=list(PAIRS))


def _against(
    task: Task,
    resampled: Resampled,
    model: str,
    best: str | None,
    floors: Collection[str],
    confidence: float,
) -> dict[str, float | str]:
    if model in floors:
        return {"best_floor": "", "verdict": ""}
    if best is None:
        return {"best_floor": "", "verdict": cannot_tell(resampled.groups_n)}
    sides = resampled.places(model), resampled.places(best)
    found = resampled.limits(task.primary, *sides, confidence=confidence)
    return {
        "best_floor": best,
        "difference": found.value,
        "difference_low": found.low,
        "difference_high": found.high,
        "difference_low_groups": found.low_groups,
        "difference_high_groups": found.high_groups,
        "verdict": verdict(found, resampled.groups_n, lower_is_better=task.lower_is_better),
    }
