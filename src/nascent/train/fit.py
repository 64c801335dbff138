"""Training one model with one seed, epoch by epoch, so that a killed job can go on."""

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.files import write_json, write_table
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.train import backend, checkpoint
from nascent.train.architectures import build
from nascent.train.card import card, plain
from nascent.train.checkpoint import Epoch, Progress
from nascent.train.data import examples, fingerprint, shards_of, targets, training_target
from nascent.train.models import write_model

logger = logging.getLogger(__name__)


def train_model(
    *,
    manifest: str | Path,
    normaliser: Normaliser,
    target_column: str,
    architecture: str,
    seed: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    huber_delta: float,
    patience: int,
    threads: int,
    state_dir: str | Path,
    model_path: str | Path,
    history_path: str | Path,
    card_path: str | Path,
    record: Mapping[str, Any],
) -> None:
    """Train a model and write it as it was after its best epoch, with its history and card.

    Huber loss in raw counts, Adam, and the epoch with the least validation loss. On a CPU the
    same arguments give the same weights and history, killed and resumed or not.

    Parameters
    ----------
    manifest
        The table that lists the shards, which lie beside it.
    normaliser
        Applied to the pixels as they are read; its inputs are the model's channels.
    target_column
        Of the cell table; in raw counts.
    architecture
        Name, see `nascent.train.architectures`.
    seed
        Of the initial weights and of the order of the cells.
    epochs
        At most so many.
    batch_size
        Cells a step.
    learning_rate
        Of Adam.
    huber_delta
        Where the loss turns from quadratic to linear, in raw counts.
    patience
        Training stops after so many epochs without a smaller validation loss.
    threads
        To compute with.
    state_dir
        Keeps the state of unfinished runs, each in a folder named by its config, data and
        `record`; that of this run is removed when its results are written.
    model_path, history_path, card_path
        What is written: a `.keras` file (without the optimiser), a table (epoch, loss, mae,
        val_loss, val_mae) and a JSON record.
    record
        Provenance of the job; a run is gone on with only where it is the same.

    Raises
    ------
    TrainError
        Where the architecture is unknown, there are no validation cells, a batch is larger than
        the training set, a target is missing (the cell is named) or always the same, or the loss
        is no longer finite (the epoch is named).
    """
    backend.use_threads(threads)
    config = {
        "architecture": architecture,
        "seed": seed,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "huber_delta": huber_delta,
        "patience": patience,
    }
    train, val = (
        Batches(
            shards_of(manifest, split),
            normaliser,
            batch_size=batch_size,
            seed=order,
            target=target_column,
        )
        for split, order in (("train", seed), ("val", None))
    )
    target = training_target(train, target_column)
    if not len(targets(val, target_column)):
        raise TrainError(
            "there are no validation cells to choose the best epoch by",
            where="splits",
            mend="Give val a share in splits.fractions, or add wells.",
        )
    data_fingerprint = fingerprint(manifest, (train, val), target_column)
    backend.make_deterministic(seed)
    blank = partial(
        build,
        architecture,
        size=target.size,
        channels=len(normaliser.inputs),
        target_mean=target.mean,
        target_sd=target.sd,
    )
    model = blank()
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.Huber(huber_delta),
        metrics=[keras.metrics.MeanAbsoluteError(name="mae")],
    )
    folder = state_folder(Path(state_dir), config, normaliser, data_fingerprint, record)
    progress = fit(model, train, val, epochs=epochs, patience=patience, folder=folder)

    # A fresh build holds the weights alone: neither the optimiser nor its half-way state.
    best = blank()
    checkpoint.restore_best(folder, best, progress)
    write_model(best, model_path)
    write_table(pd.DataFrame([asdict(epoch) for epoch in progress.history]), history_path)
    write_json(
        card(
            model=best,
            config=config,
            normaliser=normaliser,
            data_fingerprint=data_fingerprint,
            target=target,
            val_cells=len(val.cells),
            progress=progress,
            record=record,
        ),
        card_path,
    )
    shutil.rmtree(folder)


def fit(
    model: keras.Model, train: Batches, val: Batches, *, epochs: int, patience: int, folder: Path
) -> Progress:
    """Train a compiled model until it is done, from where the state in `folder` left it.

    Parameters
    ----------
    model
        Freshly built and compiled, with a metric called `mae`.
    train, val
        Cells to learn from, and to choose the best epoch by.
    epochs, patience
        As in `train_model`.
    folder
        Of the state; holds the weights of the best epoch afterwards.

    Raises
    ------
    TrainError
        Where the loss is no longer finite; the epoch is named.
    """
    progress = checkpoint.restore(folder, model)
    if progress.history:
        logger.info("going on after epoch %d, from %s", len(progress.history), folder)
    while len(progress.history) < epochs and not progress.exhausted(patience):
        began = time.monotonic()
        number = len(progress.history) + 1
        # An epoch's order follows from its number: a resumed run sees the cells as they were due.
        learnt = _run(model.train_on_batch, examples(train, epoch=number))
        judged = _run(model.test_on_batch, examples(val))
        epoch = Epoch(number, learnt["loss"], learnt["mae"], judged["loss"], judged["mae"])
        _check_finite(epoch, model.name)
        progress = progress.after(epoch)
        checkpoint.save(folder, model, progress)
        logger.info(
            "epoch %d/%d: loss %.4g, mae %.4g, val loss %.4g, val mae %.4g, %.1f s, best epoch %d",
            *(number, epochs, epoch.loss, epoch.mae, epoch.val_loss, epoch.val_mae),
            *(time.monotonic() - began, progress.best),
        )
    return progress


def _run(step: Callable[..., dict[str, float]], batches: Iterable[tuple]) -> dict[str, float]:
    """Take a step with each batch and return loss and MAE as means over the cells.

    Keras' own loop builds a pipeline at every call whose memory does not come back: tens of MB an
    epoch, hundreds of epochs long.
    """
    cells, totals = 0, dict.fromkeys(("loss", "mae"), 0.0)
    for inputs, target in batches:
        found = step(inputs, target, return_dict=True)
        cells += len(target)
        for name in totals:
            totals[name] += len(target) * float(found[name])
    return {name: total / cells for name, total in totals.items()}


def state_folder(
    state_dir: Path,
    config: Mapping[str, Any],
    normaliser: Normaliser,
    data_fingerprint: str,
    record: Mapping[str, Any],
) -> Path:
    """Return the folder of a run's state, named by a digest of all that shapes its result."""
    shaping = {
        "config": dict(config),
        "normaliser": plain(normaliser),
        "data": data_fingerprint,
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "record": dict(record),
    }
    digest = hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()[:16]
    folder = state_dir / digest
    others = [path.name for path in state_dir.glob("*") if path != folder]
    if others and not folder.exists():
        logger.info(
            "the unfinished runs in %s (%s) had another config, code or data: starting anew",
            state_dir,
            ", ".join(sorted(others)),
        )
    return folder


def _check_finite(epoch: Epoch, architecture: str) -> None:
    if not np.isfinite([epoch.loss, epoch.val_loss]).all():
        raise TrainError(
            f"the loss is no longer a number in epoch {epoch.epoch}"
            f" (training {epoch.loss}, validation {epoch.val_loss})",
            where=architecture,
            mend="Lower the model's learning_rate, or look for extreme pixels in channels.tsv.",
        )
