"""Exact histograms of the values of channels, in memory and on disk.

A histogram holds every value that occurs and how often, so those of wells add up. Of floats that
take more than `MOST_FLOATS` values neighbours are joined at their mean.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nascent.errors import StoreError
from nascent.hdf5 import hdf5_written, open_hdf5
from nascent.words import spoken

FORMAT = "nascent-histograms"

MOST_FLOATS = 1 << 18
"""Values a channel of floats may take before neighbours are joined."""


@dataclass(frozen=True)
class Histograms:
    """The values of measured pixels and how often each occurs, channel by channel.

    Attributes
    ----------
    channels : tuple of str
    values : tuple of numpy.ndarray
        One array a channel, ascending, no value twice, in the dtype as measured; float64 where
        neighbours were joined.
    counts : tuple of numpy.ndarray
        int64, the pixels of each value; none is zero.
    cells : int
        Examples whose pixels were counted.
    """

    channels: tuple[str, ...]
    values: tuple[np.ndarray, ...]
    counts: tuple[np.ndarray, ...]
    cells: int


def merge(parts: Iterable[Histograms]) -> Histograms:
    """Add histograms up, those of several wells for instance.

    Parameters
    ----------
    parts
        Taken one at a time, so that a plate's need not be in memory together.

    Raises
    ------
    StoreError
        Where the channels differ, or there is nothing to add.
    """
    parts = iter(parts)
    whole = next(parts, None)
    if whole is None:
        raise StoreError("there is no histogram to add up")
    for part in parts:
        if part.channels != whole.channels:
            odd = sorted(set(whole.channels).symmetric_difference(part.channels))
            raise StoreError(
                f"the histograms differ in their channels: {odd or 'their order'}",
                mend=f"All {spoken().parts} of a study need the same channels.",
            )
        pairs = [
            sum_by_value(
                [whole.values[channel], part.values[channel]],
                [whole.counts[channel], part.counts[channel]],
            )
            for channel in range(len(whole.channels))
        ]
        whole = Histograms(
            channels=whole.channels,
            values=tuple(values for values, _ in pairs),
            counts=tuple(counts for _, counts in pairs),
            cells=whole.cells + part.cells,
        )
    return whole


def save(histograms: Histograms, path: str | Path, *, record: Mapping[str, Any]) -> None:
    """Write histograms as HDF5: a group a channel in order, with `values` and `counts`."""
    with hdf5_written(path) as (file, _):
        file.attrs["format"] = FORMAT
        file.attrs["channels"] = json.dumps(histograms.channels)
        file.attrs["cells"] = histograms.cells
        file.attrs["provenance"] = json.dumps(record, sort_keys=True)
        for number, (values, counts) in enumerate(
            zip(histograms.values, histograms.counts, strict=True)
        ):
            group = file.create_group(f"channel_{number:03d}")
            group.create_dataset("values", data=values)
            group.create_dataset("counts", data=counts)


def load(path: str | Path) -> Histograms:
    """Read what `save` wrote.

    Raises
    ------
    StoreError
        Where the file is missing, truncated or holds something else.
    """
    try:
        with open_hdf5(path) as file:
            if file.attrs.get("format") != FORMAT:
                raise StoreError("this file holds no histograms", where=path)
            groups = [file[name] for name in sorted(file)]
            return Histograms(
                channels=tuple(json.loads(file.attrs["channels"])),
                values=tuple(group["values"][:] for group in groups),
                counts=tuple(group["counts"][:] for group in groups),
                cells=int(file.attrs["cells"]),
            )
    except (OSError, KeyError) as error:
        raise StoreError(
            f"the histograms cannot be read ({error})",
            where=path,
            mend="Delete the file and run again: the job that makes it will be repeated.",
        ) from error


def sum_by_value(
    values: Sequence[np.ndarray], counts: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of several histograms, each once, and how often each occurs."""
    distinct, place = np.unique(np.concatenate(values), return_inverse=True)
    summed = np.zeros(len(distinct), np.int64)
    np.add.at(summed, place, np.concatenate(counts))
    if distinct.dtype.kind == "f" and len(distinct) > MOST_FLOATS:
        return _joined(distinct.astype(np.float64), summed)
    return distinct, summed


def _joined(values: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join neighbours at their mean until at most half of `MOST_FLOATS` values are left."""
    # The bits of a float that is not negative, read as an integer, are in the order of the floats:
    # dropping the last ones keeps its leading digits.
    bits = np.abs(values).view(np.int64)
    for dropped in range(32, 52):
        group = (bits >> dropped) - (bits[0] >> dropped) + 1
        # The smallest and the largest value stay alone.
        group[0], group[-1] = 0, group[-1] + 1
        first = np.flatnonzero(np.diff(group, prepend=-1))
        if len(first) <= MOST_FLOATS // 2:
            break
    summed = np.add.reduceat(counts, first)
    return np.add.reduceat(values * counts, first) / summed, summed
