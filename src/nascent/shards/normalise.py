"""From measured counts to model input, when examples are read.

All steps before the standardisation by example come down to (clip(v, low, high) − shift) · factor
with four numbers a channel, done in place on measured pixels only. Unmeasured pixels are exactly
zero *after* normalisation. After a z-score a measured pixel of the training mean is zero too, so
what is measured is told by the mask alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nascent.errors import StoreError
from nascent.shards.steps import Steps, input_channels
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.store_images import Images

# Pixels in one row of the working array: NumPy's inner loop then spans PIXELS × channels values
# and not one pixel's few channels.
_PIXELS = 64


@dataclass(frozen=True)
class Normaliser:
    """Normalise crops by the statistics of the training examples.

    Attributes
    ----------
    channels : tuple of str
        Of the crops it takes, in their order.
    inputs : tuple of str
        Channels it gives, in their order; the statistics below are one a channel of these.
    steps : Steps
        What is done.
    background : tuple of float
        Subtracted first where the steps say so.
    percentile : tuple of float or None
        Of the clip and the linear scale; None where nothing is clipped.
    mean, sd : tuple of float
        Over the training examples' measured pixels, after background, clip and scale.
    """

    channels: tuple[str, ...]
    inputs: tuple[str, ...]
    steps: Steps
    background: tuple[float, ...]
    percentile: tuple[float, ...] | None
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def __post_init__(self) -> None:
        for name, *values in zip(
            self.inputs, self.background, self._ceiling, self.mean, self.sd, strict=True
        ):
            if np.isnan(values).any():
                raise StoreError(
                    f"channel {name!r} lacks a statistic",
                    where="shards/channels.tsv",
                    mend="Make the statistics with the steps of shards.normalise.",
                )
        steps = self.steps
        _refuse_zero(self.inputs, self._ceiling if steps.scale else (), "percentile", "scale")
        _refuse_zero(self.inputs, self.sd if steps.z_score else (), "SD", "z_score")

    @staticmethod
    def from_table(
        table: pd.DataFrame, inputs: Sequence[str], steps: Steps | Mapping[str, Any]
    ) -> "Normaliser":
        """Make the normaliser of the channel statistics of a study.

        Parameters
        ----------
        table
            As `nascent.shards.statistics.channel_statistics` gives it, made with the same steps:
            one row a channel of the crops, in their order.
        inputs
            Channels to give, see `nascent.shards.steps.input_channels`.
        steps
            The steps, or the config section `shards.normalise`.

        Raises
        ------
        StoreError
            Where the table lacks a channel or a statistic that a step needs, or an input channel
            is constant, which the z-score would make 0 / 0.
        """
        steps = steps if isinstance(steps, Steps) else Steps.of(steps)
        channels = [str(name) for name in table["channel"]]
        inputs = input_channels(channels, target="", inputs=inputs)
        rows = table.set_index("channel").loc[inputs].astype(np.float64)
        statistics = {
            name: tuple(rows[name].tolist()) for name in ("background", "percentile", "mean", "sd")
        }
        if steps.clip is None:
            statistics["percentile"] = None
        return Normaliser(tuple(channels), tuple(inputs), steps, **statistics)

    def __call__(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Return normalised crops.

        Parameters
        ----------
        images
            (n, S, S, C) with the channels `channels`, counts as measured.
        masks
            (n, S, S) bool, True where measured.

        Returns
        -------
        numpy.ndarray
            (n, S, S, len(inputs)) float32, zero where not measured.
        """
        out = np.empty((*masks.shape, len(self.inputs)), np.float32)
        for image, mask, room in zip(images, masks, out, strict=True):
            self.into(image, mask, room)
        return out

    def into(self, image: np.ndarray, measured: np.ndarray | None, out: np.ndarray) -> None:
        """Normalise the input of one example.

        Parameters
        ----------
        image
            (…, C) counts, with any axes of places before the channels.
        measured
            (…) bool, where values were measured; None where everywhere.
        out
            Contiguous (…, len(inputs)) float32 array to write to; zero where not measured.
        """
        counts, normalised = image.reshape(-1, image.shape[-1]), out.reshape(-1, len(self.inputs))
        if measured is None:
            normalised[...] = self.pixels(counts)
            return
        places = np.flatnonzero(measured)
        out[...] = 0
        normalised[places] = self.pixels(counts.take(places, axis=0))

    def pixels(self, counts: np.ndarray) -> np.ndarray:
        """Normalise the measured values of one example: (P, C) → (P, len(inputs)) float32."""
        if counts.shape[-1] != len(self.channels):
            raise StoreError(
                f"these pixels have {counts.shape[-1]} channels, the normaliser has"
                f" {len(self.channels)}",
                mend="Use the channel statistics made of these crops.",
            )
        # float32 holds 16-bit counts exactly; wider types keep their digits in float64 until the
        # mean is off.
        exact = np.float32 if np.can_cast(counts.dtype, np.float32) else np.float64
        rows = -(-len(counts) // _PIXELS)
        work = np.zeros((rows, _PIXELS * len(self.inputs)), exact)
        values = work.reshape(-1, len(self.inputs))[: len(counts)]
        values[...] = counts[:, self._selection]

        for change, constant in self._passes:
            change(work, np.tile(constant, _PIXELS).astype(exact), out=work)
        if self.steps.per_cell and len(values):
            _standardise(values)
        return values.astype(np.float32, copy=False)

    def refuse_other(self, store: "Images") -> None:
        """Raise StoreError unless a store has just the channels this normaliser was made for."""
        if tuple(store.channels) != self.channels:
            raise StoreError(
                "its channels are not those of the channel statistics",
                where=store.path,
                mend="Make shards and statistics from the same crops.",
            )

    @cached_property
    def _selection(self) -> slice | np.ndarray:
        chosen = np.array([self.channels.index(name) for name in self.inputs])
        if np.array_equal(chosen, np.arange(chosen[0], chosen[0] + len(chosen))):
            return slice(int(chosen[0]), int(chosen[0]) + len(chosen))
        return chosen

    @cached_property
    def _passes(self) -> list[tuple[np.ufunc, np.ndarray]]:
        """Each step as one pass over the pixels; a pass that changes nothing is left out."""
        steps, ones = self.steps, np.ones(len(self.inputs))
        background = np.array(self.background) if steps.background else 0 * ones
        low = background if steps.background else -np.inf * ones
        divisor = self._ceiling if steps.scale else ones
        centred = steps.mean_extraction or steps.z_score
        mean = np.array(self.mean) if centred else 0 * ones
        sd = np.array(self.sd) if steps.z_score else ones
        passes = [
            (np.maximum, low, -np.inf),
            (np.minimum, background + self._ceiling, np.inf),
        ]
        # Standardising an example undoes any shift and factor before it.
        if not steps.per_cell:
            passes += [
                (np.subtract, background + mean * divisor, 0.0),
                (np.multiply, 1 / (divisor * sd), 1.0),
            ]
        return [
            (change, constant)
            for change, constant, neutral in passes
            if not (constant == neutral).all()
        ]

    @property
    def _ceiling(self) -> np.ndarray:
        if self.percentile is None:
            return np.full(len(self.inputs), np.inf)
        return np.array(self.percentile)


def _refuse_zero(inputs: Sequence[str], values: Sequence[float], what: str, step: str) -> None:
    for name, value in zip(inputs, values, strict=False):
        if value == 0:
            raise StoreError(
                f"channel {name!r} has {what} 0 over the measured pixels of the training"
                f" {spoken().examples}, and {step} would divide by it",
                where="shards/channels.tsv",
                mend="Leave it out of shards.inputs, or clip at a higher percentile.",
            )


def _standardise(values: np.ndarray) -> None:
    """Bring each column of (P, C) to mean 0 and SD 1 in place; a constant column becomes 0."""
    low, high = values.min(axis=0), values.max(axis=0)
    values -= values.mean(axis=0, dtype=np.float64)
    sd = np.sqrt(np.mean(np.square(values, dtype=np.float64), axis=0))
    # Told by its range: the mean of equal values can be off by a rounding.
    constant = low == high
    values[:, constant] = 0
    values /= np.where(constant, 1, sd)
