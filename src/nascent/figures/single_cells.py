"""What the figures of single cells read: typical cells, their channels and maps of every kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nascent.attribute.maps import Maps
from nascent.explain.reading.strata import ordered
from nascent.figures.facts import counted
from nascent.figures.gather import Examples, read_examples, read_maps, spread_channels, top_channels
from nascent.store import Store
from nascent.words import spoken

COMPOSITE = 3  # channels that can be laid over each other in colours


@dataclass(frozen=True)
class Shown:
    """Cells, channels and maps as the figures take them.

    Attributes
    ----------
    examples : Examples
        With stratum and prediction of each cell.
    maps : (n, S, S, k) float32
    shares : (n, k) float64
        Of the channels in each cell's map.
    left_out : list of str
        Channels of the model that are not among these, those of larger shares first.
    """

    examples: Examples
    maps: np.ndarray
    shares: np.ndarray
    left_out: list[str]


@dataclass(frozen=True)
class Whole:
    """Cells with a few channels and whole maps.

    Attributes
    ----------
    examples : Examples
        With stratum and prediction of each cell.
    maps : (n, S, S) float32
        Summed over all channels.
    target : (n, S, S) or None
        The target as an image, where it is one.
    """

    examples: Examples
    maps: np.ndarray
    target: np.ndarray | None


def typical(cells: pd.DataFrame, per_stratum: int) -> list:
    """Return ids of the cells nearest to the median target of their stratum, stratum by stratum.

    Parameters
    ----------
    cells
        Index `id`; columns `target` and `stratum`.
    per_stratum
        Cells of each.
    """
    chosen: list = []
    for stratum in ordered(cells["stratum"]):
        targets = cells.loc[cells["stratum"] == stratum, "target"]
        distance = (targets - targets.median()).abs().sort_values(kind="stable")
        chosen += distance.index[:per_stratum].tolist()
    return chosen


def typical_of(cells: pd.DataFrame) -> str:
    """Return in words which cells a figure of typical ones shows, and of how many."""
    told = spoken()
    counted_in = counted(len(cells), cells["group"].nunique() if "group" in cells else None)
    return f"the {told.example} nearest to the median of each stratum, of {counted_in}"


def shown(
    shards: Sequence[Store],
    maps: Sequence[Maps],
    cells: pd.DataFrame,
    inputs: Sequence[str],
    *,
    per_stratum: int,
    channels: int,
    explained: str = "target",
) -> Shown:
    """Read typical cells, their channels of the largest share and the maps of these.

    Parameters
    ----------
    shards, maps
        Open; the maps of one model and method, of places and channels.
    cells
        As `nascent.explain.importance.stage.explain_maps` writes them; index `id`.
    inputs
        Channels of the model.
    per_stratum, channels
        How many cells of a stratum, and how many channels.
    explained
        Column that the maps explain: beside a prediction of another one no measured target stands.
    """
    chosen = typical(cells, per_stratum)
    cells = cells.rename(columns=_plain_names(maps, inputs))
    order = top_channels(cells[list(inputs)], len(inputs))
    names = order[:channels]
    examples = _told(read_examples(shards, chosen, names), cells, explained)
    read = read_maps(maps, chosen, names)
    return Shown(
        examples,
        np.where(examples.masks[..., None], read, 0),
        cells.loc[chosen, names].to_numpy(np.float64),
        order[channels:],
    )


def whole(
    shards: Sequence[Store],
    maps: Sequence[Maps],
    cells: pd.DataFrame,
    inputs: Sequence[str],
    *,
    groups: Mapping[str, Sequence[str]],
    target: str = "",
    explained: str = "target",
) -> Whole:
    """Read a typical cell of each stratum, with its whole map.

    The channels are those of the largest shares, of channels that repeat each other the first;
    where a map is of places alone no channel has a share, and they are spread over the list.

    Parameters
    ----------
    shards, maps, cells, inputs, explained
        As `shown`.
    groups
        Name of a group → channels that repeat each other.
    target
        Channel whose mean is the target, where it is an image.
    """
    chosen = typical(cells, 1)
    cells = cells.rename(columns=_plain_names(maps, inputs))
    with_channels = set(inputs) <= set(cells.columns)
    order = top_channels(cells[list(inputs)], len(inputs)) if with_channels else list(inputs)
    order = _once(order, groups)
    names = order[:COMPOSITE] if with_channels else spread_channels(order, COMPOSITE)
    examples = _told(read_examples(shards, chosen, names), cells, explained)
    read = read_maps(maps, chosen, inputs if with_channels else ["all"]).sum(axis=-1)
    imaged = bool(target) and all(target in store.channels for store in shards)
    return Whole(
        examples,
        np.where(examples.masks, read, 0),
        read_examples(shards, chosen, [target]).images[..., 0] if imaged else None,
    )


def _told(examples: Examples, cells: pd.DataFrame, explained: str) -> Examples:
    """Return examples with stratum and prediction, and the target where that is explained."""
    told = cells[["stratum", "prediction"]].rename(columns={"prediction": "y_hat"})
    other = ["target"] if explained != "target" else []
    return replace(examples, cells=examples.cells.drop(columns=other, errors="ignore").join(told))


def _once(channels: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return channels in their order, of those that repeat each other only the first."""
    group = {name: label for label, members in groups.items() for name in members}
    found = {group.get(name, name): name for name in reversed(channels)}
    return [name for name in channels if found[group.get(name, name)] == name]


def _plain_names(maps: Sequence[Maps], inputs: Sequence[str]) -> dict[str, str]:
    """Return column → channel: one that shares its name is called after its input in tables."""
    return {f"{one.source.input}.{name}": name for one in maps[:1] for name in inputs}
