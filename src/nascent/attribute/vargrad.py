"""VarGrad over Integrated Gradients: how much a map moves when the nucleus is made noisy.

Adebayo et al.: Local explanation methods for deep neural networks lack sensitivity to parameter
values, 2018. For draws i = 1…n, noise ε_i ~ N(0, σ²) is added to the measured pixels, and the map
is the population standard deviation over i of IG(x + ε_i) against the baseline without noise. It is
unsigned: it says where the prediction is sensitive, not which way.

The noise of a draw depends on (seed, cell, draw) alone, so neither the batch a cell falls into nor
the point where a killed job goes on changes it. Mean and sum of squares run in float64 (Welford
1962): fifty float32 maps need no second pass and no room.
"""

import hashlib
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from nascent.attribute.baselines import baseline_of
from nascent.attribute.gradients import GradientFunction
from nascent.attribute.integrated_gradients import AttributionPath, integrate_paths
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError


def vargrad(
    gradient: GradientFunction,
    images: np.ndarray,
    masks: np.ndarray,
    cell_ids: Sequence[Hashable],
    *,
    seed: int,
    steps: int = 70,
    samples: int = 50,
    sigma: float = 1.0,
    baseline: str = "black",
    batch_size: int = 32,
) -> Attributions:
    """Attribute the predictions of some cells by VarGrad over Integrated Gradients.

    Parameters
    ----------
    gradient
        See `nascent.attribute.gradients.output_and_gradients`.
    images
        (n, S, S, C) float32, normalised.
    masks
        (n, S, S) bool, the measured pixels.
    cell_ids
        n ids; with `seed` they fix the noise.
    seed
        Not negative.
    steps
        m of the trapezoid rule.
    samples
        Draws n: n · (m + 1) evaluations a cell.
    sigma
        Standard deviation of the noise, in units of the normalised channel.
    baseline
        Name in `nascent.attribute.baselines`.
    batch_size
        Gradient evaluations at a time; bounds the memory.

    Returns
    -------
    Attributions
        Maps are standard deviations, in units of the prediction; predictions are those of the image
        without noise; the completeness gap is NaN, for these maps are not meant to sum to anything.

    Raises
    ------
    AttributionError
        Where `samples` is below 1 or `sigma` negative.
    """
    if samples < 1 or sigma < 0:
        raise AttributionError(
            f"samples is {samples} and sigma is {sigma}",
            mend="There must be at least one sample, and sigma must not be negative.",
        )
    start = baseline_of(baseline)

    def noisy_paths() -> Iterator[AttributionPath]:
        for image, mask, cell_id in zip(images, masks, cell_ids, strict=True):
            origin = start(image)
            for draw in range(samples):
                noise = measured_noise(mask, image.shape[-1], sigma, (seed, cell_id, draw))
                yield AttributionPath(image + noise, origin, mask)

    integrals = integrate_paths(gradient, noisy_paths(), steps=steps, batch_size=batch_size)
    maps = np.empty(images.shape, np.float32)
    prediction_baseline = np.empty(len(images))
    for cell in range(len(images)):
        spread = RunningSpread(images.shape[1:])
        for _ in range(samples):
            integral = next(integrals)
            spread.add(integral.attribution)
        maps[cell] = spread.population_sd()
        prediction_baseline[cell] = integral.prediction_baseline
    return Attributions(
        maps,
        _predictions(gradient, images, masks, batch_size),
        prediction_baseline,
        np.full(len(images), np.nan),
    )


def measured_noise(
    mask: np.ndarray, channels: int, sigma: float, source: tuple[int, Hashable, int]
) -> np.ndarray:
    """Return an image (S, S, C) float32 of N(0, sigma²) on the pixels of `mask`, zero elsewhere.

    `source` is (seed, cell id, draw); the same source gives the same noise anywhere.
    """
    seed, cell_id, draw = source
    digest = hashlib.sha256(str(cell_id).encode()).digest()
    stream = np.random.default_rng([seed, int.from_bytes(digest[:8], "little"), draw])
    noise = np.zeros((*mask.shape, channels), np.float32)
    noise[mask] = stream.standard_normal((int(mask.sum()), channels), np.float32) * np.float32(
        sigma
    )
    return noise


class RunningSpread:
    """Standard deviation of arrays that come one at a time (Welford, Technometrics 1962)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = 0
        self.mean = np.zeros(shape)
        self._squares = np.zeros(shape)

    def add(self, values: np.ndarray) -> None:
        """Take one more array of the shape."""
        self.count += 1
        before = values - self.mean
        self.mean += before / self.count
        self._squares += before * (values - self.mean)

    def population_sd(self) -> np.ndarray:
        """Return the standard deviation (ddof 0) of what came so far, float64."""
        return np.sqrt(self._squares / self.count)


def _predictions(
    gradient: GradientFunction, images: np.ndarray, masks: np.ndarray, batch_size: int
) -> np.ndarray:
    batches = [slice(first, first + batch_size) for first in range(0, len(images), batch_size)]
    outputs = [gradient(images[batch], masks[batch])[0] for batch in batches]
    return np.concatenate([*outputs, np.empty(0)])
