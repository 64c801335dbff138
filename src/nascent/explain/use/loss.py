"""Use: how much of a trained model's skill is lost when a channel's information is taken away.

The model stays as it is; what it sees is changed, channel by channel
(`nascent.explain.use.changes`). With e² the squared error of an example and e'² that under the
change,

    use = Σ (e'² − e²) / Σ (y − ȳ)²,

the skill of the model less that under the change, over the same examples. After permutation
importance (Breiman 2001, Machine Learning 45:5; Fisher, Rudin & Dominici 2019, JMLR 20:177), for
images.

**Donors.** A change that takes something from another example depends on two examples. With d(k, j)
the change in squared error of example k by donor j, an example counts with v(k) = d̄ + a(k) + b(k),
where a is what follows the example that is changed and b what follows the donor
(`nascent.explain.statistics.exchange`). Every example is a donor as often as any other, so the mean
of v is that of d, and its spread over examples holds both roles: an example that is resampled or a
group that is left out takes its donations along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.explain.statistics.exchange import adjusted
from nascent.explain.use.changes import CHANGES
from nascent.input_names import Features
from nascent.statistics.bootstrap import counts
from nascent.statistics.combined import combined, of_groups, of_repeats, of_resamples
from nascent.statistics.jackknife import group_sums, without_each
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT, cannot_tell, side

CHANNEL, GROUP = "channel", "group"

EACH = "each"
"""Stands for the seed in rows of the mean over seeds."""

USED, NOT_SHOWN, WORSE = "is used", "not shown to be used", "makes it worse"

USE = (
    "model",
    "seed",
    "input",
    "unit",
    "channel",
    "members",
    "change",
    "cells",
    "groups",
    "skill",
    "use",
    "low",
    "high",
    "low_groups",
    "high_groups",
    "members_sum",
    "verdict",
)
"""Columns of the table of use."""

USE_CELLS = ("id", "group", "y", "squared_error", "input", "unit", "channel", *CHANGES)
"""Columns of the table of one trained model: a row an example and unit."""

JOINT = ", "
"""Stands between the members of a group."""


@dataclass(frozen=True)
class Unit:
    """What is changed at once: a channel, or a group of channels that repeat each other.

    Attributes
    ----------
    input : str
        The model's input that it is of.
    kind : str
        `channel` or `group`.
    name : str
    members : tuple of str
        Names of its channels.
    places : tuple of int
        Of its channels in the input.
    """

    input: str
    kind: str
    name: str
    members: tuple[str, ...]
    places: tuple[int, ...]


def units(features: Features, channel_groups: Mapping[str, Sequence[str]]) -> list[Unit]:
    """Return a unit for each channel, then one for each group, input by input.

    Parameters
    ----------
    features
        Input → its channels, each with a name of its own.
    channel_groups
        Name → channels of one input.
    """
    return [unit for name in features for unit in _units_of(name, features[name], channel_groups)]


def _units_of(
    name: str, channels: Sequence[str], channel_groups: Mapping[str, Sequence[str]]
) -> list[Unit]:
    place = {channel: number for number, channel in enumerate(channels)}
    single = [Unit(name, CHANNEL, channel, (channel,), (place[channel],)) for channel in channels]
    joint = [
        Unit(name, GROUP, group, tuple(members), tuple(place[member] for member in members))
        for group, members in channel_groups.items()
        if set(members) <= place.keys()
    ]
    return single + joint


def of_both_roles(changes: np.ndarray, rings: np.ndarray) -> np.ndarray:
    """Return what each example counts with, v of the head of this module.

    Parameters
    ----------
    changes
        (E, n, ...): d(k, j) of each example with each of its donors.
    rings
        (E, n), the donors, see `nascent.explain.statistics.exchange.rings`.

    Returns
    -------
    (n, ...) float64
    """
    return -adjusted(np.zeros(changes.shape[1:]), changes, rings)


@dataclass(frozen=True)
class Uses:
    """Changes in squared error of n examples under the changes of U units, by models of S seeds.

    Attributes
    ----------
    seeds : tuple of int
    y : (n,) float64
        As measured.
    groups : (n,) of str
    squared_error : (n, S) float64
        Of the unchanged examples.
    values : (n, S, U, len(CHANGES)) float64
        What each example counts with; NaN of changes that could not be made.
    units : list of Unit
        Of each input its channels before groups of them.
    """

    seeds: tuple[int, ...]
    y: np.ndarray
    groups: np.ndarray
    squared_error: np.ndarray
    values: np.ndarray
    units: Sequence[Unit]


def use_table(uses: Uses, model: str, *, confidence: float, draws: int, seed: int) -> pd.DataFrame:
    """Return how much skill a model loses by each unit and change.

    Parameters
    ----------
    uses
        Of all seeds of the model, over the same examples.
    model
        Its name.
    confidence
        Of the intervals, between 0 and 1: over examples (bootstrap) and over groups (jackknife, see
        `nascent.statistics`). Those of the mean over seeds hold the seeds.
    draws
        Resamples of the examples.
    seed
        Of the resampling.

    Returns
    -------
    pandas.DataFrame
        The columns of `USE`, seed by seed, then the mean over seeds. Where all measured values are
        equal no skill is defined, and use is NaN.
    """
    found = _estimate(uses, draws, seed)
    groups = len(found.sizes)
    runs = [(str(number), [place]) for place, number in enumerate(uses.seeds)]
    runs.append((EACH, list(range(len(uses.seeds)))))
    rows = []
    for name, places in runs:
        skill = found.skill[places].mean()
        alone: dict[tuple[str, str], float] = {}
        for u, unit in enumerate(uses.units):
            for c, change in enumerate(CHANGES):
                value, *ends = _limits(found, places, u, c, len(uses.y), confidence)
                together = np.nan
                if unit.kind == CHANNEL:
                    alone[unit.name, change] = value
                else:
                    together = sum(alone[member, change] for member in unit.members)
                said = verdict(value, ends, groups)
                labels = unit.input, unit.kind, unit.name, JOINT.join(unit.members), change
                key = (model, name, *labels, len(uses.y), groups, skill)
                rows.append((*key, value, *ends, together, said))
    return pd.DataFrame(rows, columns=list(USE))


def verdict(value: float, ends: Sequence[float], groups: int) -> str:
    """Return whether a model is shown to use something.

    Parameters
    ----------
    value
        Skill lost.
    ends
        Limits over examples and over groups.
    groups
        That the examples are from.
    """
    if groups < GROUPS_FOR_A_VERDICT or not np.isfinite(value):
        return cannot_tell(groups)
    return {1: USED, -1: WORSE, 0: NOT_SHOWN}[side(tuple(ends))]


@dataclass(frozen=True)
class _Estimate:
    """Skill lost (S, U, K), in resamples (B, …) and without each group (G, …); skill (S,)."""

    value: np.ndarray
    cells: np.ndarray
    groups: np.ndarray
    sizes: np.ndarray
    skill: np.ndarray


def _estimate(uses: Uses, draws: int, seed: int) -> _Estimate:
    n = len(uses.y)
    centred = uses.y - uses.y.mean()
    columns = [np.ones(n), centred, centred**2]
    sums = np.column_stack([*columns, uses.squared_error, uses.values.reshape(n, -1)])
    errors = slice(3, 3 + len(uses.seeds))

    def lost(of: np.ndarray) -> np.ndarray:
        """Return skill lost for rows of sums (B, …)."""
        ratio = of[:, errors.stop :] / _spread(of)[:, None]
        return ratio.reshape(len(of), *uses.values.shape[1:])

    total = sums.sum(axis=0, keepdims=True)
    by_group = group_sums(sums, uses.groups)
    stream = np.random.default_rng((seed, 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = [lost(held @ sums) for held in counts(n, draws, stream)]
        return _Estimate(
            value=lost(total)[0],
            cells=np.concatenate(drawn),
            groups=lost(without_each(by_group)),
            sizes=by_group[:, 0].astype(int),
            skill=1 - total[0, errors] / _spread(total)[0],
        )


def _spread(sums: np.ndarray) -> np.ndarray:
    """Return Σ (y − ȳ)² of rows of sums; NaN where all y are equal, but for a rounding."""
    number, of_y, of_squares = sums[:, :3].T
    spread = of_squares - of_y**2 / number
    return np.where(spread > 1e-12 * of_squares, spread, np.nan)


def _limits(
    found: _Estimate, places: list[int], unit: int, change: int, n: int, confidence: float
) -> tuple[float, ...]:
    of_seeds = found.value[places, unit, change]
    value = float(of_seeds.mean())
    seeds = of_repeats(of_seeds, confidence=confidence)
    cells = found.cells[:, places, unit, change].mean(axis=1)
    groups = found.groups[:, places, unit, change].mean(axis=1)
    over_cells = of_resamples(value, cells, units=n, confidence=confidence)
    over_groups = of_groups(value, groups, found.sizes, confidence=confidence)
    return (
        value,
        *combined(value, [over_cells, seeds]),
        *combined(value, [over_groups, seeds]),
    )
