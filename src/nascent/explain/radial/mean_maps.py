"""Mean maps of examples that are laid over each other by the middle of their object."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nascent.hdf5 import hdf5_written, open_hdf5

FORMAT = "nascent-mean-maps"


@dataclass(frozen=True)
class MeanMaps:
    """Mean maps by stratum and channel.

    Attributes
    ----------
    strata, channels : tuple of str
        Names of the R strata and of the K channels.
    cells : (R,) int
        Examples of each stratum.
    absolute, signed : (R, K, rows, columns) float32
        Mean magnitude and mean of the scores, over the mean magnitude of the example; zero where no
        example lies.
    mask : (R, rows, columns) float32
        Share of the examples whose object covers a place.
    """

    strata: tuple[str, ...]
    channels: tuple[str, ...]
    cells: np.ndarray
    absolute: np.ndarray
    signed: np.ndarray
    mask: np.ndarray


def centred(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return values moved by whole places so that the middle of the mask is that of the frame.

    What leaves the frame is lost, what enters it is zero.

    Parameters
    ----------
    values
        (places …, …).
    mask
        (places …) bool, not empty.
    """
    moved = np.zeros_like(values)
    taken, given = [], []
    for axis, size in enumerate(mask.shape):
        middle = np.nonzero(mask)[axis].mean()
        shift = int(np.floor((size - 1) / 2 - middle + 0.5))
        taken.append(slice(max(-shift, 0), size - max(shift, 0)))
        given.append(slice(max(shift, 0), size - max(-shift, 0)))
    moved[tuple(given)] = values[tuple(taken)]
    return moved


class MeanMapSums:
    """Sums of maps by stratum, example by example.

    Parameters
    ----------
    strata, channels
        Names, see `MeanMaps`; the last channel is that of all together.
    """

    def __init__(self, strata: Sequence[str], channels: Sequence[str]) -> None:
        self.strata, self.channels = tuple(strata), tuple(channels)
        self.cells = np.zeros(len(self.strata), np.int64)
        self._sums: tuple[np.ndarray, ...] | None = None

    def add(self, scores: np.ndarray, mask: np.ndarray, stratum: str) -> None:
        """Add the map of an example with its object; an empty map is left out.

        Parameters
        ----------
        scores
            (places …, K − 1), signed; (places …, 1) where there are no channels but `all`.
        mask
            (places …) bool, the object.
        stratum
            Of the example; those of other strata are left out.
        """
        inside = np.where(mask[..., None], scores, 0).astype(np.float64)
        size = np.abs(inside)
        scale = size.sum() / mask.sum() if mask.any() else 0.0
        if scale == 0 or stratum not in self.strata:
            return
        signed, absolute = inside, size
        if len(self.channels) > 1:
            signed, absolute = (
                np.concatenate([one, one.sum(axis=-1, keepdims=True)], axis=-1)
                for one in (inside, size)
            )
        parts = [_plane(centred(part, mask)) / scale for part in (absolute, signed)]
        cover = _plane(centred(mask[..., None].astype(np.float64), mask))[..., 0]
        if self._sums is None:
            shape = (len(self.strata), *parts[0].shape)
            self._sums = np.zeros(shape), np.zeros(shape), np.zeros(shape[:-1])
        row = self.strata.index(stratum)
        self.cells[row] += 1
        for total, part in zip(self._sums, (*parts, cover), strict=True):
            total[row] += part

    def means(self, channels: Sequence[int]) -> MeanMaps:
        """Return the means of some channels, by their places."""
        chosen = tuple(self.channels[k] for k in channels)
        if self._sums is None:
            none = np.zeros((len(self.strata), len(chosen), 1, 1), np.float32)
            return MeanMaps(self.strata, chosen, self.cells, none, none, none[:, 0])
        number = np.maximum(self.cells, 1)[:, None, None]
        absolute, signed, cover = self._sums
        return MeanMaps(
            self.strata,
            chosen,
            self.cells,
            *(
                np.stack([total[..., k] / number for k in channels], axis=1).astype(np.float32)
                for total in (absolute, signed)
            ),
            (cover / number).astype(np.float32),
        )


def _plane(values: np.ndarray) -> np.ndarray:
    """Return the mean over all axes of places but the last two: (rows, columns, K)."""
    return values.mean(axis=tuple(range(values.ndim - 3))) if values.ndim > 3 else values


def write_mean_maps(
    maps: MeanMaps, path: str | Path, *, record: Mapping[str, Any] | None = None
) -> None:
    """Write mean maps as an HDF5 file."""
    with hdf5_written(path) as (file, _):
        file.attrs["format"] = FORMAT
        file.attrs["provenance"] = json.dumps(record or {}, sort_keys=True)
        file.attrs["strata"], file.attrs["channels"] = list(maps.strata), list(maps.channels)
        for name in ("cells", "absolute", "signed", "mask"):
            file.create_dataset(name, data=getattr(maps, name), track_times=False)


def read_mean_maps(path: str | Path) -> MeanMaps:
    """Read mean maps.

    Raises
    ------
    StoreError
        Where the file is missing or no HDF5 file.
    """
    with open_hdf5(path) as file:
        names = (tuple(map(str, file.attrs[name])) for name in ("strata", "channels"))
        return MeanMaps(
            *names, *(file[name][()] for name in ("cells", "absolute", "signed", "mask"))
        )
