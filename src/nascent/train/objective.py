"""What training minimises and measures, in raw counts of the first target.

Several targets have units of their own. The residual of each is brought to the units of the first
by the ratio of their training SDs, sd_0 / sd_t, so that none outweighs the others by its scale; for
one target nothing changes.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from nascent.frameworks import keras
from nascent.train.options import Fitting

PerCell = Callable[[Any, Any], Any]
"""(targets (n, T), predictions (n, T)), raw → (n,), a mean over the targets."""


def loss_of(fitting: Fitting, sds: Sequence[float]) -> PerCell:
    """Return the loss of `fitting` for targets with these training SDs."""
    functions = {
        "huber": partial(keras.losses.huber, delta=raw_delta(fitting, sds)),
        "mse": keras.losses.mean_squared_error,
        "mae": keras.losses.mean_absolute_error,
    }
    return _scaled(functions[fitting.loss], sds)


def raw_delta(fitting: Fitting, sds: Sequence[float]) -> float:
    """Return the δ of the Huber loss in raw counts of the first target.

    Parameters
    ----------
    fitting
        Gives δ, and whether it is in SDs of the target or in its unit.
    sds
        Of the training targets, in raw counts, one a target.
    """
    return fitting.huber_delta * (sds[0] if fitting.huber_delta_unit == "sd" else 1.0)


def absolute_error(sds: Sequence[float]) -> PerCell:
    """Return the absolute error for targets with these training SDs."""
    return _scaled(keras.losses.mean_absolute_error, sds)


def _scaled(function: PerCell, sds: Sequence[float]) -> PerCell:
    # One target is multiplied by exactly 1.
    scale = (sds[0] / np.asarray(sds, np.float64)).astype(np.float32)

    def per_cell(y: Any, y_hat: Any) -> Any:
        return function(y * scale, y_hat * scale)

    return per_cell


def optimizer_of(fitting: Fitting) -> keras.optimizers.Optimizer:
    """Return the optimiser, its learning rate at the highest."""
    rate = fitting.learning_rate
    match fitting.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=fitting.weight_decay)
        case _:
            return keras.optimizers.SGD(rate, momentum=fitting.momentum)


def compile_model(model: keras.Model, fitting: Fitting, sds: Sequence[float]) -> None:
    """Make `model` ready for training steps that report `loss`, `data_loss` and `mae`.

    `loss` is what is minimised; `data_loss` is the same without the penalties on the weights. A
    model in `mixed_float16` gets an optimiser that scales the loss, since small gradients would be
    zero in it.
    """
    loss = loss_of(fitting, sds)
    model.compile(
        optimizer=optimizer_of(fitting),
        loss=loss,
        metrics=[
            keras.metrics.MeanMetricWrapper(loss, name="data_loss"),
            keras.metrics.MeanMetricWrapper(absolute_error(sds), name="mae"),
        ],
    )
