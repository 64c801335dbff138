"""Where a simulated plate's planted pixels lie in the crops of its nuclei.

The simulator tells causal pixels in the coordinates of the raw well; a crop shows the nucleus'
bounding box placed by `nascent.kinds.cells.crops.placement`. The same placement, given every pixel
of the box, says which of them each place of the crop shows, and so which places are causal.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import AttributionError
from nascent.kinds.cells.crops.options import FITS
from nascent.kinds.cells.crops.placement import Fit, centre
from nascent.kinds.cells.simulate.truth import Truth, read_truth
from nascent.places import refuse_unless_plane
from nascent.store import open_store

MADE_ANEW = "Make crops and truth from the same simulated wells."


@dataclass(frozen=True)
class Box:
    """The bounding box of a nucleus in its raw well; all four borders belong to it."""

    x_min: int
    x_max: int
    y_min: int
    y_max: int

    @property
    def height(self) -> int:
        """Lines of the box."""
        return self.y_max - self.y_min + 1

    @property
    def width(self) -> int:
        """Columns of the box."""
        return self.x_max - self.x_min + 1


def placed(x: np.ndarray, y: np.ndarray, box: Box, size: int, fit: Fit) -> np.ndarray:
    """Return the places of a crop that show some pixels of a nucleus, (S, S) bool.

    Parameters
    ----------
    x, y
        (n,) integer, pixels in the coordinates of the raw well, all inside of `box`.
    box
        Of the nucleus, with all its pixels.
    size
        Edge S of the crop.
    fit
        How a nucleus larger than the crop is shown; pixels that fall off are lost.
    """
    marked = np.zeros((box.height, box.width), bool)
    marked[y.astype(np.intp) - box.y_min, x.astype(np.intp) - box.x_min] = True
    v, u = (axis.ravel() for axis in np.indices(marked.shape))
    # As crops are cut: what is no larger than the crop is placed in the middle of it.
    shown, places = (fit if max(marked.shape) > size else centre)(v, u, size)
    crop = np.zeros(size * size, bool)
    crop[places] = marked.ravel()[shown]
    return crop.reshape(size, size)


class Planted:
    """What was planted in the cells of some shards.

    Attributes
    ----------
    cells : pandas.DataFrame
        Index `id`; the cell table of the shards.
    truth : str
        structure, intensity or both.
    causal_channels : tuple of str
        Channels that show what sets the rate.
    """

    def __init__(
        self, truths: Mapping[tuple[str, str], Truth], cells: pd.DataFrame, size: int, fit: Fit
    ) -> None:
        self.cells, self._size, self._fit = cells, size, fit
        self._truths = dict(truths)
        self._row = {
            key: {int(nucleus): row for row, nucleus in enumerate(truth.mapobject_id)}
            for key, truth in self._truths.items()
        }
        first = next(iter(self._truths.values()))
        self.truth = str(first.attributes["truth"])
        self.causal_channels = first.causal_channels

    def mask(
        self,
        example_id: Hashable,
        measured: np.ndarray,
        channels: Collection[str] | None = None,
    ) -> np.ndarray:
        """Return the causal places (S, S) bool of a cell's crop, of which `measured` is the mask.

        Of all causal pixels, or of those that some channels show.

        Raises
        ------
        AttributionError
            Where the truth does not know the nucleus, a causal pixel is none of its pixels, or the
            crop is no plane, as simulated wells are.
        """
        refuse_unless_plane(measured.shape, "the truth of a simulated plate")
        cell = self.cells.loc[example_id]
        key = (str(cell["plate"]), str(cell["well"]))
        row = self._row.get(key, {}).get(int(cell["mapobject_id"]))
        if row is None:
            raise AttributionError(
                f"the truth of well {key[0]} {key[1]} does not know cell {example_id}",
                where="simulate/truth",
                mend=MADE_ANEW,
            )
        x, y = self._truths[key].pixels(row, channels)
        box = Box(*(int(cell[name]) for name in ("x_min", "x_max", "y_min", "y_max")))
        inside = (x >= box.x_min) & (x <= box.x_max) & (y >= box.y_min) & (y <= box.y_max)
        causal = placed(x[inside], y[inside], box, self._size, self._fit)
        if not inside.all() or (causal & ~measured).any():
            raise AttributionError(
                f"causal pixels of cell {example_id} are none of its measured pixels",
                where="simulate/truth",
                mend=MADE_ANEW,
            )
        return causal


def read_planted(
    truth_paths: Sequence[str | Path],
    parts: Sequence[Mapping[str, Any]],
    shard_paths: Sequence[str | Path],
) -> Planted:
    """Read what was planted in the cells of some shards.

    Parameters
    ----------
    truth_paths, parts
        The truth files, and `plate` and `well` of each.
    shard_paths
        Shards of crops of these wells.

    Raises
    ------
    StoreError
        Where a file cannot be read.
    AttributionError
        Where there is no truth or no shard.
    """
    if not truth_paths or not shard_paths:
        raise AttributionError("without truth and shards nothing can be said of what was planted")
    truths = {
        (str(part["plate"]), str(part["well"])): read_truth(path)
        for path, part in zip(truth_paths, parts, strict=True)
    }
    tables = []
    for path in shard_paths:
        with open_store(path) as shard:
            tables.append(shard.examples)
            size, oversize = shard.input().places[0], shard.attributes.get("oversize")
    return Planted(truths, pd.concat(tables), size, FITS.get(oversize, centre))
