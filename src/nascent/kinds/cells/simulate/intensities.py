"""How bright each channel is: the calibration on a published well, and the camera's counts.

The numbers are those of the 4i nascent-RNA plate of 184A1 keratinocytes (Becker, *Predicting
transcription rate from multiplexed protein maps using deep learning*, TUM 2021). Means and
standard deviations come from 449 nuclei of one unperturbed well (I09), 98th percentiles from 2,962
nuclei of six control wells. All three are over measured pixels, in counts above background,
negatives set to zero, and means and SDs after clipping at the percentile. The means published for
all six wells are not used: they were summed in single precision and are too low by up to 28 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nascent.errors import ConfigError, did_you_mean

SATURATION = 65535
"""Largest count of a 16-bit camera."""

GAIN = 0.25
"""Variance of the shot noise, counts² a count."""

TARGET = "00_EU"
TARGET_MEAN = 377.28
"""Mean over control nuclei of the nuclear mean of EU, counts, its background of about 120 in it."""
TARGET_SD = 61.0
TARGET_BACKGROUND = 120.0
"""Counts of the EU stain without EU; the plate's background table has no entry for it."""
TARGET_FLOOR = 125.0
"""Lowest rate shown, counts: a nucleus that makes no RNA still shows the stain's background."""


@dataclass(frozen=True)
class Calibration:
    """Brightness of one channel over the measured pixels of control nuclei, in counts.

    `background` is the mean count outside cells, NaN where the plate's table has no entry.
    `mean`, `sd` and `p98` are published (see the module); `signal` is the mean that is rendered,
    which differs from `mean` only where noise dominates and clipping at zero lifts the mean.
    `contrast` is the exponent put on the pattern of the marker, fitted so that the pooled SD
    agrees; `read_noise` the SD of a pixel without light.
    """

    channel: str
    background: float
    mean: float
    sd: float
    p98: float
    contrast: float = 1.0
    read_noise: float = 2.0
    signal: float | None = None

    @property
    def rendered_mean(self) -> float:
        """Mean signal above background that a nucleus is given, counts."""
        return self.mean if self.signal is None else self.signal

    @property
    def offset(self) -> float:
        """Count of a pixel without signal; 0 for probability maps."""
        if self.channel == TARGET:
            return TARGET_BACKGROUND
        return 0.0 if np.isnan(self.background) else self.background


# The published percentiles are integers less the background: their fractions give the background
# to the hundredth, up to whole counts; all of it lies near 107.
_TABLE = (
    Calibration("00_DAPI", 107.70, 36.703, 13.725, 69.30, contrast=0.81, signal=35.76),
    Calibration("07_H2B", 106.70, 179.101, 58.002, 310.30, contrast=0.64, signal=172.02),
    Calibration("01_CDK9_pT186", 107.11, 14.992, 13.074, 46.89, contrast=0.89, signal=15.03),
    Calibration("03_CDK9", 107.20, 28.636, 22.636, 90.80, contrast=1.09, signal=29.00),
    Calibration("05_GTF2B", 106.83, 91.265, 46.906, 188.17, contrast=0.95, signal=88.46),
    Calibration("07_SETD1A", 107.01, 24.164, 23.138, 91.99, contrast=1.03, signal=24.23),
    Calibration("08_H3K4me3", 107.08, 40.805, 26.132, 105.92, contrast=0.83, signal=40.63),
    Calibration("09_SRRM2", 106.63, 44.054, 61.598, 273.37, contrast=0.94, signal=44.33),
    Calibration("10_H3K27ac", 106.90, 73.340, 45.750, 175.10, contrast=0.77, signal=72.95),
    Calibration("11_KPNA2_MAX", 106.91, 53.563, 24.009, 115.09, contrast=1.41, signal=52.91),
    Calibration("12_RB1_pS807_S811", 106.79, 80.522, 53.349, 183.21, contrast=1.03, signal=77.81),
    Calibration("13_PABPN1", 106.97, 171.199, 97.185, 396.03, contrast=0.85, signal=168.57),
    Calibration("14_PCNA", 106.55, 54.102, 34.498, 146.45, contrast=0.78, signal=52.59),
    Calibration("15_SON", 106.61, 33.348, 51.349, 243.39, contrast=0.87, signal=33.66),
    Calibration("16_H3", 107.50, 215.015, 90.875, 439.50, contrast=0.67, signal=217.61),
    Calibration("17_HDAC3", 106.96, 68.665, 26.430, 145.04, contrast=0.94, signal=67.61),
    Calibration("19_KPNA1_MAX", 106.79, 66.466, 24.388, 146.21, contrast=1.45, signal=65.67),
    Calibration("20_SP100", 106.63, 15.292, 38.268, 219.37, contrast=1.09, signal=18.24),
    Calibration("21_NCL", 107.03, 47.290, 52.998, 201.97, contrast=1.12, signal=47.84),
    Calibration("01_PABPC1", 106.71, 20.174, 13.160, 50.29, contrast=0.99, signal=20.43),
    Calibration("02_CDK7", 107.42, 112.767, 66.548, 277.58, contrast=0.92, signal=113.13),
    Calibration("03_RPS6", 107.03, 19.898, 10.082, 44.97, contrast=1.03, signal=19.87),
    Calibration("05_Sm", 106.81, 41.826, 21.789, 104.19, contrast=0.92, signal=40.97),
    Calibration("07_POLR2A", 107.11, 111.682, 81.803, 323.89, contrast=0.66, signal=111.49),
    Calibration("09_CCNT1", 106.55, 76.952, 50.323, 201.45, contrast=0.93, signal=76.18),
    Calibration("10_POL2RA_pS2", 107.13, 266.509, 137.300, 541.87, contrast=0.58, signal=266.30),
    Calibration("11_PML", 106.86, 8.703, 13.111, 81.14, contrast=1.06, signal=9.56),
    Calibration("12_YAP1", 107.07, 97.000, 42.619, 195.93, contrast=1.03, signal=96.47),
    Calibration("13_POL2RA_pS5", 107.28, 241.209, 110.076, 445.72, contrast=0.59, signal=237.55),
    Calibration("15_U2SNRNPB", 107.10, 37.647, 16.940, 85.90, contrast=0.73, signal=37.90),
    Calibration("18_NONO", 106.65, 309.958, 146.034, 589.35, contrast=0.81, signal=304.67),
    Calibration("20_ALYREF", 107.27, 304.147, 154.750, 652.73, contrast=0.74, signal=305.20),
    Calibration("21_COIL", 106.69, 8.825, 6.022, 24.31, contrast=1.11, signal=9.53),
    Calibration("00_BG488", 107.27, 6.138, 4.187, 16.73, contrast=1.35, signal=6.16),
    Calibration("00_BG568", 106.99, 1.628, 2.257, 8.01, read_noise=3.4, signal=0.6),
    # The target's mean is the planted rate; the spread within a nucleus is not published.
    Calibration(TARGET, float("nan"), TARGET_MEAN - TARGET_BACKGROUND, 130.0, 610.0),
    # Only the percentile of the maps is published soundly; the means are plausible.
    Calibration("09_SRRM2_ILASTIK", float("nan"), 7700.0, 13528.0, 55576.0, read_noise=0.0),
    Calibration("15_SON_ILASTIK", float("nan"), 9900.0, 14767.0, 56925.0, read_noise=0.0),
)

CALIBRATIONS = {entry.channel: entry for entry in _TABLE}
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
