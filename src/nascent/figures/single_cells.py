"""What the figures of single cells read: typical cells, their channels and maps of every kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nascent.attribute.maps import Maps
from nascent.explain.reading.strata import ordered
from nascent.figures.gather import Examples, read_examples, read_maps, spread_channels, top_channels
from nascent.store import Store


@dataclass(frozen=True)
class Shown:
    """Cells, channels and maps as the figures take them.

    Attributes
    ----------
    examples : Examples
        With stratum and prediction of each cell.
    maps : (n, S, S, k) float32
    shares : (n, k) float64
        Of the channels in each cell's map; NaN where maps have no channels.
    """

    examples: Examples
    maps: np.ndarray
    shares: np.ndarray


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

    A map of places alone (axes `space`) stands at every channel, and the channels are spread over
    the list, since none has a share; a number a channel (axes `channel`) fills the whole
    cell.

    Parameters
    ----------
    shards, maps
        Open; the maps of one model and method.
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
    with_channels = set(inputs) <= set(cells.columns)
    pick = top_channels(cells[list(inputs)], channels) if with_channels else None
    names = pick if pick is not None else spread_channels(list(inputs), channels)
    told = cells[["stratum", "prediction"]].rename(columns={"prediction": "y_hat"})
    other = ["target"] if explained != "target" else []
    examples = read_examples(shards, chosen, names)
    read = read_maps(maps, chosen, names if with_channels else ["all"])
    whole = np.broadcast_to(read, examples.images.shape)
    shares = cells.loc[chosen, names].to_numpy(np.float64) if with_channels else None
    return Shown(
        replace(examples, cells=examples.cells.drop(columns=other, errors="ignore").join(told)),
        np.where(examples.masks[..., None], whole, 0),
        np.full((len(chosen), len(names)), np.nan) if shares is None else shares,
    )


def _plain_names(maps: Sequence[Maps], inputs: Sequence[str]) -> dict[str, str]:
    """Return column → channel: one that shares its name is called after its input in tables."""
    return {f"{one.source.input}.{name}": name for one in maps[:1] for name in inputs}
