"""What training minimises, and the metric it follows: both are those of the task."""

from collections.abc import Callable
from typing import Any

from nascent.frameworks import keras
from nascent.train.data import Targets
from nascent.train.options import Fitting

PerCell = Callable[..., Any]
"""(targets (n, …), outputs of the network (n, …)) → (n,)."""


def loss_of(fitting: Fitting, targets: Targets) -> PerCell:
    """Return the loss of `fitting` for these training targets."""
    return targets.task.loss(fitting.loss, targets.sds, **loss_options(fitting, targets))


def over_labels(loss: PerCell) -> PerCell:
    """Return a loss whose mean over a batch is that over the labels that are there.

    What a missing label (NaN) would cost is 0, and so is its gradient; the others count as much as
    those of a batch where none is missing.
    """

    def of_examples(y: Any, outputs: Any) -> Any:
        ops = keras.ops
        y = ops.convert_to_tensor(y)
        known = ops.logical_not(ops.isnan(y))
        weight = ops.cast(known, outputs.dtype)
        share = ops.maximum(ops.mean(weight), keras.config.epsilon())
        return loss(ops.where(known, y, ops.zeros_like(y)), outputs, weight) / share

    return of_examples


def loss_options(fitting: Fitting, targets: Targets) -> dict[str, Any]:
    """Return what the loss needs to know besides the unit of the outputs."""
    return targets.task.loss_options(fitting, targets.values, targets.sds)


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


def compile_model(model: keras.Model, fitting: Fitting, targets: Targets) -> None:
    """Make `model` ready for training steps that report `loss`, `data_loss` and the task's metric.

    `loss` is what is minimised; `data_loss` is the same without the penalties on the weights. A
    model in `mixed_float16` gets an optimiser that scales the loss, since small gradients would be
    zero in it.
    """
    loss = loss_of(fitting, targets)
    metric = targets.task.learning_metric(targets.sds, fitting.loss)
    if targets.some_missing:
        loss, metric = over_labels(loss), over_labels(metric)
    model.compile(
        optimizer=optimizer_of(fitting),
        loss=loss,
        metrics=[
            keras.metrics.MeanMetricWrapper(loss, name="data_loss"),
            keras.metrics.MeanMetricWrapper(metric, name=targets.task.learning),
        ],
    )
