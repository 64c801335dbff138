"""Fitting a model epoch by epoch, so that a killed job can go on."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nascent.frameworks import keras
from nascent.shards.batches import Batches
from nascent.train import checkpoint, objective, validation
from nascent.train.backend import replicas
from nascent.train.checkpoint import Epoch, Progress
from nascent.train.collapse import refuse_no_number
from nascent.train.data import Example, Targets, examples
from nascent.train.monitor import exhausted, wanted
from nascent.train.options import Fitting
from nascent.train.prefetch import prefetched
from nascent.train.progress import minutely, say_epoch
from nascent.train.schedule import learning_rate
from nascent.train.tensorboard import Board

logger = logging.getLogger(__name__)


def fit(
    model: keras.Model,
    train: Batches,
    val: Batches,
    *,
    targets: Targets,
    fitting: Fitting,
    folder: Path,
    run: Mapping[str, Any],
    board: Board | None = None,
) -> Progress:
    """Fit a model until it is done, from where the state in `folder` left it.

    Parameters
    ----------
    model
        `nascent.train.augment.augmented.Augmented`, freshly built and compiled, see
        `nascent.train.objective.compile_model`.
    train, val
        Examples to learn from, and to choose the best epoch by.
    targets
        Columns, task and unit.
    fitting
        The options.
    folder
        Of the state; holds the weights of the best epoch afterwards.
    run
        All that shapes the result, see `nascent.train.checkpoint.restore`.
    board
        Where the history is shown as well.

    Raises
    ------
    TrainError
        Where the state in `folder` is that of another run.
    NotANumber
        Where the loss is no longer finite; the epoch is named.
    """
    progress = checkpoint.restore(folder, model, run)
    if progress.history:
        logger.info("going on after epoch %d, from %s", len(progress.history), folder)
    if board is not None:
        board.start(progress)
    variants = {"plain": validation.plain, "eight_fold": validation.eight_fold}
    predict = variants[fitting.validation](model.network)
    task = targets.task
    loss = objective.loss_of(fitting, targets)
    metric = task.learning_metric(targets.sds, fitting.loss)
    spread = partial(task.spread, sds=targets.sds)
    read = partial(examples, columns=targets.columns, task=task.name, levels=targets.levels)
    steps = len(train)
    while not _done(progress, fitting):
        began = time.monotonic()
        number = len(progress.history) + 1
        monitored = progress.monitored(fitting.monitor)

        def rate(step: int, taken: int = (number - 1) * steps, monitored=monitored) -> float:
            return learning_rate(fitting, step=taken + step, steps=steps, monitored=monitored)

        # An epoch's order follows from its number: a resumed run sees the examples as they were
        # due.
        with prefetched(read(train, epoch=number)) as batches:
            learnt = learn(
                model, minutely(batches, epoch=number, total=steps), rate, metric=task.learning
            )
        with prefetched(read(val)) as batches:
            judged = validation.judge(predict, batches, loss=loss, metric=metric, spread=spread)
        epoch = Epoch(
            epoch=number,
            loss=learnt["data_loss"],
            metric=learnt[task.learning],
            val_loss=judged.loss,
            val_metric=judged.metric,
            val_spread=judged.spread,
            learning_rate=rate(steps - 1),
            name=task.learning,
        )
        refuse_no_number(epoch, model.network.name)
        progress = progress.after(epoch)
        keep = wanted(progress.monitored(fitting.monitor), fitting.smooth)
        checkpoint.save(folder, model, progress, keep)
        say_epoch(progress, fitting, seconds=time.monotonic() - began)
        if board is not None:
            board.add(epoch)
    return progress


def _done(progress: Progress, fitting: Fitting) -> bool:
    monitored = progress.monitored(fitting.monitor)
    return len(monitored) >= fitting.epochs or exhausted(
        monitored, fitting.smooth, fitting.patience
    )


def learn(
    model: keras.Model,
    batches: Iterable[Example],
    rate: Callable[[int], float],
    *,
    metric: str,
) -> dict[str, float]:
    """Take a step with each batch and return `data_loss` and a metric as means over the examples.

    Keras' own loop builds a pipeline at every call whose memory does not come back: tens of MB an
    epoch, hundreds of epochs long.

    Parameters
    ----------
    model
        Compiled, see `nascent.train.objective.compile_model`.
    batches
        Of one epoch.
    rate
        Step of the epoch, from 0 → its learning rate.
    metric
        Name of one that the model was compiled with.
    """
    names = ("data_loss", metric)
    cells, totals, shared = 0, dict.fromkeys(names, 0.0), replicas()
    for step, (inputs, target) in enumerate(batches):
        # Devices take equal parts: of the last batch, up to an example a device waits for an epoch
        # whose order is kinder.
        fit_in = len(target) // shared * shared
        if fit_in < len(target):
            inputs = {name: values[:fit_in] for name, values in inputs.items()}
            target = target[:fit_in]
        if not fit_in:
            continue
        model.optimizer.learning_rate = rate(step)
        found = model.train_on_batch(inputs, target, return_dict=True)
        # As many as examples, where no label is missing.
        labels = fit_in * float(1 - np.isnan(target).mean())
        cells += labels
        for name in totals:
            totals[name] += labels * float(found[name])
        if not np.isfinite(found["loss"]):
            # Nothing good comes after; a penalty on the weights may be what overflowed.
            return dict.fromkeys(names, float(found["loss"]))
    return {name: total / cells for name, total in totals.items()}
