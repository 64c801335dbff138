"""How good the model is on the validation examples after an epoch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nascent.frameworks import keras
from nascent.train.augment.eight_fold import variants
from nascent.train.backend import replicas
from nascent.train.data import Example
from nascent.train.objective import PerCell

Predict = Callable[[dict[str, Any]], list[np.ndarray]]
"""The inputs of n examples → V arrays (n, T): one, or one a variant of the examples."""


@dataclass(frozen=True)
class Judged:
    """Loss, metric and spread of validation predictions, see `nascent.train.checkpoint.Epoch`."""

    loss: float
    metric: float
    spread: float


def judge(
    predict: Predict,
    batches: Iterable[Example],
    *,
    loss: PerCell,
    metric: PerCell,
    spread: Callable[[np.ndarray], float],
) -> Judged:
    """Return what the predictions of all examples are worth.

    Loss and metric are means over the labels that are there and over the predictions, of which
    there may be several an example; the spread is that of each example's mean prediction.

    Parameters
    ----------
    predict
        See `plain` and `eight_fold`.
    batches
        One pass over the examples.
    loss, metric
        See `nascent.train.objective`.
    spread
        Predictions (n, …) float64 → how far they differ.
    """
    losses, errors, weights, means = [], [], [], []
    for inputs, y in batches:
        y_hats = [y_hat[: len(y)] for y_hat in predict(_filled(inputs))]
        known = ~np.isnan(y)
        labels = () if known.all() else (known.astype(np.float32),)
        y = y if known.all() else np.where(known, y, np.float32(0))
        for y_hat in y_hats:
            losses.append(_numbers(loss(y, y_hat, *labels)))
            errors.append(_numbers(metric(y, y_hat, *labels)))
            weights.append(known)
        means.append(np.mean(y_hats, axis=0, dtype=np.float64))
    # Of labels that are all there it is 1.
    share = np.concatenate(weights).mean()
    return Judged(
        float(np.concatenate(losses).mean() / share),
        float(np.concatenate(errors).mean() / share),
        spread(np.concatenate(means)),
    )


def plain(network: keras.Model) -> Predict:
    """Return the function that predicts examples as they are."""
    return lambda inputs: [np.asarray(network.predict_on_batch(inputs))]


def eight_fold(network: keras.Model) -> Predict:
    """Return the function that predicts each example in its eight flips and quarter turns."""
    return lambda inputs: [
        np.asarray(network.predict_on_batch(variant)) for variant in variants(inputs)
    ]


def _filled(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the inputs with the last example repeated until the devices can share them evenly."""
    missing = -len(next(iter(inputs.values()))) % replicas()
    if not missing:
        return inputs
    return {
        name: np.concatenate([values, np.repeat(values[-1:], missing, axis=0)])
        for name, values in inputs.items()
    }


def _numbers(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor).astype(np.float64)
