"""What training may change about an example, as plain records that need no backend.

The order is fixed: colour shift, noise, centre zoom, flip, quarter turn. The operations
themselves are the layers of `nascent.train.augment`.
"""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

Shift = Literal["none", "uniform", "normal"]
Zoom = Literal["none", "normal", "uniform", "equal"]


@dataclass(frozen=True)
class Augmentation:
    """What is done to the training examples, each by draws of its own; nothing by default.

    Attributes
    ----------
    shift
        One number for each example and channel, added to the measured pixels: `uniform` between
        shift_mean ± 3 shift_sd, or `normal`.
    shift_mean, shift_sd
        Of the shift, in units of the normalised image.
    noise_sd
        Of the normal noise on every measured pixel, in units of the normalised image; 0 for none.
    zoom
        The example is scaled about the centre to a size ratio that is drawn from those of the
        training examples: `normal` (their mean and SD, clipped to between the least and 1),
        `uniform` (between the least and 1), or `equal` (each example to the mean).
    flip
        Left to right, with probability 1/2.
    turn
        By 0, 1, 2 or 3 quarter turns, each as probable.
    """

    shift: Shift = "none"
    shift_mean: float = 0.0
    shift_sd: float = 1.0
    noise_sd: float = 0.0
    zoom: Zoom = "none"
    flip: bool = False
    turn: bool = False


_GEOMETRY = Augmentation(zoom="normal", flip=True, turn=True)

# The two regimes of Becker (2021, master's thesis, TU Munich): what is left to learn from is
# colour and structure, or structure alone.
PRESETS: Mapping[str, Augmentation] = MappingProxyType(
    {
        "none": Augmentation(),
        "color-structure": _GEOMETRY,
        "structure": replace(_GEOMETRY, shift="uniform", shift_mean=0.0, shift_sd=1.0),
    }
)


@dataclass(frozen=True)
class SizeRatios:
    """The training examples' size ratios (see `nascent.kinds.cells.crops.placement.size_ratio`) in
    three numbers.

    Attributes
    ----------
    mean, sd, low
        Mean, standard deviation (n - 1; 0 for one example) and least of the ratios.
    """

    mean: float
    sd: float
    low: float

    @classmethod
    def of(cls, ratios: Iterable[float]) -> "SizeRatios":
        """Return the three numbers of the ratios of one or more examples, each in (0, 1].

        Raises
        ------
        ValueError
            Where there are none, or one is not in (0, 1].
        """
        values = [float(ratio) for ratio in ratios]
        for value in values:
            if not (math.isfinite(value) and 0 < value <= 1):
                raise ValueError(f"a size ratio is {value}, which is not between 0 and 1")
        if not values:
            raise ValueError("there are no size ratios")
        sd = statistics.stdev(values) if len(values) > 1 else 0.0
        return cls(statistics.fmean(values), sd, min(values))
