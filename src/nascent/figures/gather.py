"""Choosing example cells and channels, and reading their pixels from stores and map files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from nascent.errors import StoreError, did_you_mean
from nascent.places import refuse_unless_plane
from nascent.words import spoken


@dataclass(frozen=True)
class Examples:
    """Pixels of a few cells, in the order in which they are to be shown.

    Attributes
    ----------
    cells
        One row a cell: index `id`, the columns of the cell table and any joined to them.
    channels
        Names of the C channels.
    images
        (n, S, S, C), values as measured or normalised.
    masks
        (n, S, S), bool: measured pixels.
    """

    cells: pd.DataFrame
    channels: list[str]
    images: np.ndarray
    masks: np.ndarray


class _Readable(Protocol):
    # What `nascent.open_store` gives.
    channels: list[str]
    examples: pd.DataFrame

    def __getitem__(self, i: int) -> tuple[np.ndarray, np.ndarray]: ...


def read_examples(
    stores: Iterable[_Readable], ids: Sequence[int | str], channels: Sequence[str]
) -> Examples:
    """Read some cells and channels from open stores (crops or shards).

    Parameters
    ----------
    stores
        Open stores, read one after the other until every cell is found.
    ids
        The cells, in the order wanted; may be none.
    channels
        Names of the channels, in the order wanted.

    Raises
    ------
    StoreError
        Where a channel is not in a store, or a cell in none of them.
    AttributionError
        Where the images are of no plane, which is all that figures of cells draw.
    """
    found: dict[int | str, tuple[np.ndarray, np.ndarray, pd.Series]] = {}
    for store in stores:
        here = [cell for cell in ids if cell not in found and cell in store.examples.index]
        columns = [_position(store, channel) for channel in channels] if here else []
        for cell in here:
            i = int(store.examples.index.get_loc(cell))
            image, mask = store[i]
            refuse_unless_plane(mask.shape, f"a figure of single {spoken().examples}")
            found[cell] = (image[..., columns], mask, store.examples.iloc[i])
        if len(found) == len(set(ids)):
            break
    missing = [cell for cell in ids if cell not in found]
    if missing:
        raise StoreError(
            f"{spoken().example} {missing[0]} is in none of the stores given",
            mend=f"Give the stores that the {spoken().example} table was made from.",
        )
    if not len(ids):
        nothing = np.zeros((0, 1, 1, len(channels)))
        none = pd.DataFrame(index=pd.Index([], name="id"))
        return Examples(none, list(channels), nothing, nothing[..., 0].astype(bool))
    rows = pd.DataFrame([found[cell][2] for cell in ids]).rename_axis("id")
    return Examples(
        cells=rows,
        channels=list(channels),
        images=np.stack([found[cell][0] for cell in ids]),
        masks=np.stack([found[cell][1] for cell in ids]).astype(bool),
    )


class _ReadableMaps(Protocol):
    # What `nascent.attribute.maps.open_maps` gives.
    channels: list[str]
    cells: pd.DataFrame

    def __getitem__(self, i: int) -> np.ndarray: ...


def read_maps(
    files: Iterable[_ReadableMaps], ids: Sequence[int | str], channels: Sequence[str]
) -> np.ndarray:
    """Read the score maps of some cells and channels from open map files.

    Returns
    -------
    numpy.ndarray
        (n, S, S, k) float32, cells and channels in the order asked for.

    Raises
    ------
    StoreError
        Where a channel is not in a file, or a cell in none of them.
    """
    found: dict[int | str, np.ndarray] = {}
    for maps in files:
        here = [cell for cell in ids if cell not in found and cell in maps.cells.index]
        columns = [_position(maps, channel) for channel in channels] if here else []
        for cell in here:
            found[cell] = maps[int(maps.cells.index.get_loc(cell))][..., columns]
    missing = [cell for cell in ids if cell not in found]
    if missing:
        raise StoreError(f"{spoken().example} {missing[0]} has no map in the files given")
    if not len(ids):
        return np.zeros((0, 1, 1, len(channels)), np.float32)
    return np.stack([found[cell] for cell in ids])


def _position(store: _Readable | _ReadableMaps, channel: str) -> int:
    if channel not in store.channels:
        raise StoreError(
            f"there is no {spoken().feature} {channel!r}",
            where=getattr(store, "path", None),
            mend=did_you_mean(channel, store.channels),
        )
    return store.channels.index(channel)


def spread_cells(cells: pd.DataFrame, count: int) -> list:
    """Return ids of `count` cells whose targets are evenly spread, from lowest to highest.

    The k-th is the cell at the quantile (k + 0.5) / count of the target, so that extremes, which
    are often artefacts, are not the examples.
    """
    ranked = cells["target"].dropna().sort_values(kind="stable")
    count = min(count, len(ranked))
    at = ((np.arange(count) + 0.5) / max(count, 1) * len(ranked)).astype(int)
    return ranked.index[at].tolist()


def spread_channels(channels: Sequence[str], count: int) -> list[str]:
    """Return `count` channels evenly spread over the list, first and last included."""
    count = min(count, len(channels))
    at = np.unique(np.linspace(0, len(channels) - 1, count).round().astype(int))
    return [channels[i] for i in at]


def top_channels(shares: pd.DataFrame, count: int) -> list[str]:
    """Return the `count` channels with the largest mean share over cells, largest first.

    `shares` is cells × channels; cells without shares (NaN) are left out of the means.
    """
    means = shares.mean().sort_values(ascending=False, kind="stable")
    return [str(name) for name in means.index[:count]]
