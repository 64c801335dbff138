"""Sums over maps of all inputs of a model: of single features, and of groups that count as one.

Each input has a map of its own. Their sums stand beside each other, a column a feature, under names
that no two features share (`nascent.input_names`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.maps import ENTRY, MapSource, open_maps
from nascent.errors import AttributionError
from nascent.explain.duplicates.pairs import channel_groups_of
from nascent.explain.importance.aggregates import AGGREGATES, aggregated, totals_table
from nascent.explain.importance.joint import Groups, joint_totals, units_of
from nascent.explain.reading.map_sets import refuse_unlike
from nascent.input_names import Features, own_names
from nascent.words import spoken

Totals = Mapping[str, pd.DataFrame]
"""Aggregate → examples × features."""


@dataclass(frozen=True)
class MapSums:
    """The sums over the maps of some examples.

    Attributes
    ----------
    totals
        Of the features of all inputs.
    joint
        Of the units: groups, and features of no group. Empty where there are no groups.
    features
        Input → its features.
    units
        Input → unit → its features.
    """

    totals: Totals
    joint: Totals
    features: Features
    units: Mapping[str, Mapping[str, Sequence[str]]]


class SumsOfInput:
    """The sums over the maps of one input, example by example.

    Parameters
    ----------
    names
        Of the features, in their order.
    groups
        Of features that count as one.
    """

    def __init__(self, names: Sequence[str], groups: Groups) -> None:
        self.names, self.groups = list(names), groups
        self._single: list[Mapping[str, np.ndarray]] = []
        self._joint: list[Mapping[str, np.ndarray]] = []

    def add(self, scores: np.ndarray, mask: np.ndarray) -> None:
        """Add a map (places …, K) with its measured places (places …)."""
        self._single.append(aggregated(scores, mask))
        self._joint.append(joint_totals(scores, mask, self.names, self.groups))

    def tables(self, index: pd.Index, *, joint: bool) -> Totals:
        """Return the sums of features, or of units, examples by `index`."""
        if joint:
            return totals_table(self._joint, index, list(units_of(self.names, self.groups)))
        return totals_table(self._single, index, self.names)


def sums_of_inputs(inputs: Mapping[str, SumsOfInput], index: pd.Index) -> MapSums:
    """Return the sums of all inputs of the same examples, given by `index`."""
    any_groups = any(one.groups for one in inputs.values())
    return MapSums(
        _beside([one.tables(index, joint=False) for one in inputs.values()]),
        _beside([one.tables(index, joint=True) for one in inputs.values()]) if any_groups else {},
        {name: one.names for name, one in inputs.items()},
        {name: units_of(one.names, one.groups) for name, one in inputs.items()},
    )


def sums_of_files(
    paths: Sequence[str | Path], channel_groups: pd.DataFrame
) -> tuple[MapSums, pd.DataFrame, MapSource]:
    """Sum the maps of some files, one map in memory at a time.

    Parameters
    ----------
    paths
        Map files of one model and method.
    channel_groups
        The columns of `nascent.explain.duplicates.pairs.CHANNEL_GROUPS`; may be empty.

    Returns
    -------
    sums : MapSums
    cells : pandas.DataFrame
        What the files tell of each example and the first explained input.
    source : MapSource
        Of the first input of the first file.

    Raises
    ------
    AttributionError
        Where there is no file, the maps are not all of one model and method, or an example comes
        twice.
    """
    if not paths:
        raise AttributionError("there are no maps to read")
    inputs: dict[str, SumsOfInput] = {}
    sources: dict[str, MapSource] = {}
    cells = []
    for path in paths:
        names = _names_in(path)
        for place, (name, features) in enumerate(names.items()):
            with open_maps(path, name) as maps:
                refuse_unlike(sources.setdefault(name, maps.source), maps)
                groups = joint_groups(channel_groups, features, maps.axes)
                own = inputs.setdefault(name, SumsOfInput(features, groups))
                for index in range(len(maps)):
                    own.add(maps[index], maps.mask(index))
                if not place:
                    cells.append(maps.cells)
    joined = pd.concat(cells)
    twice = joined.index[joined.index.duplicated()]
    if len(twice):
        raise AttributionError(
            f"{spoken().example} {twice[0]} has maps in two files", where=", ".join(map(str, paths))
        )
    return sums_of_inputs(inputs, joined.index), joined, next(iter(sources.values()))


def joint_groups(channel_groups: pd.DataFrame, features: Sequence[str], axes: str) -> Groups:
    """Return the groups of features of one input whose joint share a map can tell."""
    if axes != ENTRY or channel_groups.empty:
        return {}
    return channel_groups_of(channel_groups, features)


def _names_in(path: str | Path) -> dict[str, tuple[str, ...]]:
    """Return input → names along the last axis of its maps, of the inputs of a file."""
    with open_maps(path) as maps:
        found = {maps.source.input: maps.channels}
        others = [name for name in maps.inputs if name not in found]
    for name in others:
        with open_maps(path, name) as maps:
            found[name] = maps.channels
    return own_names(found)


def _beside(parts: Sequence[Totals]) -> Totals:
    return {name: pd.concat([part[name] for part in parts], axis=1) for name in AGGREGATES}
