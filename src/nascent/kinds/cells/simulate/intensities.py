"""How bright each channel is drawn, and the counts that a camera makes of it."""

from collections.abc import Sequence

import numpy as np

from nascent.errors import ConfigError, did_you_mean
from nascent.kinds.cells.simulate.published import (
    CALIBRATIONS,
    TARGET,
)

SATURATION = 65535
"""Largest count of a 16-bit camera."""

GAIN = 0.25
"""Variance of the shot noise, counts² a count."""

TARGET_MEAN = 377.28
"""Mean over control nuclei of the nuclear mean of EU, counts, its background of about 120 in it."""
TARGET_SD = 61.0
TARGET_FLOOR = 125.0
"""Lowest rate shown, counts: a nucleus that makes no RNA still shows the stain's background."""


CHANNELS = tuple(CALIBRATIONS)
"""The 38 channels of the published plate, in its order."""
PROBABILITY_MAPS = tuple(name for name in CHANNELS if name.endswith("_ILASTIK"))


def checked_channels(channels: Sequence[str] | None) -> tuple[str, ...]:
    """Return the channels to simulate, in the order asked; None stands for all of them.

    Raises
    ------
    ConfigError
        Where a channel is unknown or named twice, or the target is not among them.
    """
    if channels is None:
        return CHANNELS
    for position, name in enumerate(channels):
        if name not in CALIBRATIONS:
            raise ConfigError(
                f"the simulator knows no channel {name!r}",
                where="simulate.channels",
                mend=did_you_mean(name, CHANNELS),
            )
        if name in channels[:position]:
            raise ConfigError(
                f"channel {name!r} is named twice",
                where="simulate.channels",
                mend="Name each channel once.",
            )
    if TARGET not in channels:
        raise ConfigError(
            f"channel {TARGET!r}, which shows the planted rate, is missing",
            where="simulate.channels",
            mend=f"Add {TARGET}.",
        )
    return tuple(channels)


def exposed(signal: np.ndarray, read_noise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add read noise and shot noise, with means of exactly zero in each channel.

    Parameters
    ----------
    signal
        (C, P) float32, counts above background.
    read_noise
        (C, 1) float32, counts.

    Returns
    -------
    numpy.ndarray
        (C, P) float32; each channel keeps the mean it had.
    """
    noise = rng.standard_normal(signal.shape, dtype=np.float32)
    noise *= np.sqrt(read_noise**2 + np.float32(GAIN) * np.maximum(signal, 0))
    noise -= noise.mean(axis=1, keepdims=True)
    return signal + noise


def digitised(light: np.ndarray) -> np.ndarray:
    """Round to the counts of a 16-bit camera: int32, 0 to 65535."""
    return np.clip(np.rint(light), 0, SATURATION).astype(np.int32)


def with_mean(counts: np.ndarray, mean: float, rng: np.random.Generator) -> np.ndarray:
    """Shift integer counts so that their mean is `mean` to within half a count over all pixels.

    A whole number of counts goes to every pixel, the rest one count each to pixels at random.

    Parameters
    ----------
    counts
        (P,) int32.
    mean
        Counts; must be reachable between 0 and saturation.
    """
    short = round(mean * counts.size) - int(counts.sum(dtype=np.int64))
    every, rest = divmod(short, counts.size)
    shifted = counts + np.int32(every)
    shifted[rng.permutation(counts.size)[:rest]] += 1
    return shifted
