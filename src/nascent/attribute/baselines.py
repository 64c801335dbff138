"""Baselines: the image that stands for "nothing to see", where a path of attribution begins.

A baseline differs from the image on measured pixels alone: unmeasured ones are zero in both, so
that no attribution falls outside the example.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from nascent.attribute.draws import measured_noise, stream
from nascent.attribute.references import References
from nascent.errors import AttributionError, did_you_mean
from nascent.reader import COLUMNS, InputReader
from nascent.shards.normalise import Normaliser
from nascent.smoothing import smoothed
from nascent.words import spoken

Baseline = Callable[[np.ndarray, np.ndarray, Hashable], np.ndarray]
"""(image (places …, C), mask (places …) bool, id) → baseline image (places …, C) float32."""


@dataclass(frozen=True)
class BaselineData:
    """What baselines are made from; each takes what it needs.

    Attributes
    ----------
    seed : int
        Of `noise` and `training_cells`.
    blur : float
        SD of the Gaussian of `blurred`, in pixels.
    baseline_sd : float
        SD of `noise`, in units of the normalised channel.
    training_mean : (C,) or None
        See `training_mean_of`.
    references : References or None
        Drawn training examples.
    """

    seed: int = 0
    blur: float = 10.0
    baseline_sd: float = 1.0
    training_mean: np.ndarray | None = None
    references: References | None = None


def baseline_of(name: str, data: BaselineData | None = None) -> Baseline:
    """Return the baseline of that name.

    `black`: zeros of the normalised image. After z-scoring that is an example of average and even
    intensity, not "no signal". `training_mean`: each channel's training mean. `blurred`: the
    example without structure finer than `blur`. `noise`: one draw of N(0, baseline_sd²) an example.
    `training_cells`: one drawn training example an example, fitted into its outline.

    Raises
    ------
    AttributionError
        Where there is no such baseline (the nearest is named), or what it needs is not in `data`.
    """
    if name not in BASELINES:
        raise AttributionError(
            f"there is no baseline {name!r}",
            where="attribute.methods.*.baseline",
            mend=did_you_mean(name, BASELINES),
        )
    return BASELINES[name](data or BaselineData())


def training_mean_of(reader: InputReader | Normaliser) -> np.ndarray | None:
    """Return each feature's mean over what was measured of the training examples, as models see it.

    Zero after a z-score, after mean extraction, and where each example is standardised by itself:
    `training_mean` is then the same as `black`. Otherwise the mean after background, clip and
    scale. (C,) float32; None for values that are read as they lie, whose mean nobody took.
    """
    if not isinstance(reader, Normaliser):
        standard = reader.name == COLUMNS
        return np.zeros(len(reader.spec.features), np.float32) if standard else None
    steps = reader.steps
    if steps.z_score or steps.mean_extraction or steps.per_cell:
        return np.zeros(len(reader.inputs), np.float32)
    return np.asarray(reader.mean, np.float32)


def blurred(image: np.ndarray, mask: np.ndarray, sd: float) -> np.ndarray:
    """Return an example blurred within its mask.

    A Gaussian of `sd` pixels along every axis of places, never along channels, as a normalised
    convolution: G ∗ (m x) / G ∗ m with the mask m, so that nothing outside the mask enters the mean
    and an even example stays what it is. Knutsson & Westin: Normalized and differential
    convolution, CVPR 1993.

    Parameters
    ----------
    image
        (places …, C).
    mask
        (places …) bool.
    sd
        In pixels.

    Returns
    -------
    numpy.ndarray
        (places …, C) float32, zero outside the mask.
    """
    return smoothed(image, mask, sd).astype(np.float32)


def _black(data: BaselineData) -> Baseline:
    return lambda image, mask, example_id: np.zeros(image.shape, np.float32)


def _training_mean(data: BaselineData) -> Baseline:
    mean = data.training_mean
    if mean is None:
        raise _lacking("training_mean", "the channels' training means")
    return lambda image, mask, example_id: mask[..., None] * np.asarray(mean, np.float32)


def _blurred(data: BaselineData) -> Baseline:
    return lambda image, mask, example_id: blurred(image, mask, data.blur)


def _noise(data: BaselineData) -> Baseline:
    return lambda image, mask, example_id: measured_noise(
        mask, image.shape[-1], data.baseline_sd, stream(data.seed, example_id, "baseline")
    )


def _training_cells(data: BaselineData) -> Baseline:
    references = data.references
    if references is None:
        raise _lacking("training_cells", f"drawn training {spoken().examples}")

    def drawn(image: np.ndarray, mask: np.ndarray, example_id: Hashable) -> np.ndarray:
        number = int(stream(data.seed, example_id, "baseline").integers(len(references)))
        return references.fitted(number, mask)

    return drawn


def _lacking(name: str, what: str) -> AttributionError:
    return AttributionError(
        f"the baseline {name!r} needs {what}", where="attribute.methods.*.baseline"
    )


BASELINES: Mapping[str, Callable[[BaselineData], Baseline]] = {
    "black": _black,
    "training_mean": _training_mean,
    "blurred": _blurred,
    "noise": _noise,
    "training_cells": _training_cells,
}
