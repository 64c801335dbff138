"""The channels of the published plate, with what is fitted to draw them.

They are the table `cells/published_channels.tsv` of `nascent/resources`.

The numbers are those of the 4i nascent-RNA plate of 184A1 keratinocytes (Becker, *Predicting
transcription rate from multiplexed protein maps using deep learning*, TUM 2021). Means and
standard deviations come from 449 nuclei of one unperturbed well (I09), 98th percentiles from 2,962
nuclei of six control wells. All three are over measured pixels, in counts above background,
negatives set to zero, and means and SDs after clipping at the percentile. The means published for
all six wells are not used: they were summed in single precision and are too low by up to 28 %.

The published percentiles are integers less the background: their fractions give the background to
the hundredth, up to whole counts; all of it lies near 107. Of the target the mean is the planted
rate; its spread within a nucleus is not published. Of the probability maps only the percentile is
published soundly; their means are plausible.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nascent.resources.reading import resource_text, rows_of

TARGET = "00_EU"
TARGET_BACKGROUND = 120.0
"""Counts of the EU stain without EU; the plate's background table has no entry for it."""


@dataclass(frozen=True)
class Calibration:
    """Brightness of one channel over the measured pixels of control nuclei, in counts.

    `cycle` is that of the staining. `background` is the mean count outside cells, NaN where the
    plate's table has no entry. `mean`, `sd` and `p98` are published (see the module); `signal` is
    the mean that is rendered, which differs from `mean` only where noise dominates and clipping at
    zero lifts the mean. `contrast` is the exponent put on the pattern of the marker, fitted so that
    the pooled SD agrees; `read_noise` the SD of a pixel without light.
    """

    channel: str
    cycle: int
    background: float
    mean: float
    sd: float
    p98: float
    contrast: float
    read_noise: float
    signal: float | None

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


def _calibration(row: Mapping[str, str]) -> Calibration:
    # To the last digit, as pandas would not read them.
    number = {name: float(row[name]) for name in ("mean", "sd", "p98", "contrast", "read_noise")}
    return Calibration(
        channel=row["channel"],
        cycle=int(row["cycle"]),
        background=float(row["background"] or np.nan),
        signal=float(row["signal"]) if row["signal"] else None,
        **number,
    )


_TABLE = rows_of(resource_text("cells/published_channels.tsv"))

CALIBRATIONS = {row["channel"]: _calibration(row) for row in _TABLE}
"""Channel → its calibration, in the order of the published plate."""
