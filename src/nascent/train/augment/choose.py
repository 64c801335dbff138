"""From what is switched on to the layers that do it."""

import numpy as np

from nascent.augmentation import Augmentation, SizeRatios
from nascent.errors import TrainError
from nascent.train.augment.centre_zoom import CentreZoom
from nascent.train.augment.colour_shift import ColourShift
from nascent.train.augment.horizontal_flip import HorizontalFlip
from nascent.train.augment.layer import PerExample
from nascent.train.augment.noise import Noise
from nascent.train.augment.quarter_turn import QuarterTurn
from nascent.words import spoken


def augmentation_layers(
    augmentation: Augmentation, ratios: SizeRatios | None = None, *, seed: int
) -> list[PerExample]:
    """Return the layers that are switched on, in their order.

    Parameters
    ----------
    augmentation
        What is switched on.
    ratios
        Of the training examples; needed for a zoom alone.
    seed
        Not negative. Each operation has a stream of its own that follows from it, the same
        whatever else is switched on.

    Raises
    ------
    TrainError
        Where a zoom has no ratios to draw from, or there is no such shift or zoom.
    """
    layers: list[PerExample] = []
    if augmentation.shift != "none":
        layers.append(
            ColourShift(
                augmentation.shift,
                mean=augmentation.shift_mean,
                sd=augmentation.shift_sd,
                seed=_stream(seed, 1),
            )
        )
    if augmentation.noise_sd:
        layers.append(Noise(augmentation.noise_sd, seed=_stream(seed, 2)))
    if augmentation.zoom != "none":
        if ratios is None:
            raise TrainError(
                f"the zoom {augmentation.zoom!r} has no size ratios to draw from",
                where="augment.zoom",
                mend=f"Give those of the training {spoken().examples}, the column size_ratio of the"
                f" {spoken().example} table.",
            )
        layers.append(
            CentreZoom(
                augmentation.zoom,
                mean=ratios.mean,
                sd=ratios.sd,
                low=ratios.low,
                seed=_stream(seed, 3),
            )
        )
    if augmentation.flip:
        layers.append(HorizontalFlip(seed=_stream(seed, 4)))
    if augmentation.turn:
        layers.append(QuarterTurn(seed=_stream(seed, 5)))
    return layers


def _stream(seed: int, operation: int) -> int:
    """Return a seed for one operation, unrelated to those of its neighbours; below 2^31."""
    return int(np.random.SeedSequence([seed, operation]).generate_state(1)[0] >> 1)
