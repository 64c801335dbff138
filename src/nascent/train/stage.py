"""The training stage: one model with one seed, from shards to its file, history and card."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nascent.augmentation import Augmentation
from nascent.errors import TrainError
from nascent.files import write_json, write_table
from nascent.frameworks import keras
from nascent.provenance import file_digest
from nascent.reader import Reader, write_reader
from nascent.shards.batches import Batches
from nascent.train import backend, checkpoint
from nascent.train.card import card, plain
from nascent.train.collapse import attempt_seeds, attempts_until_sound, collapse_of
from nascent.train.data import (
    fingerprint,
    refuse_unanswered,
    size_ratios,
    target_values,
    training_targets,
)
from nascent.train.history import history_table
from nascent.train.job import TrainingData, TrainingFiles
from nascent.train.learning import Learnt, Plan, built, train_seed
from nascent.train.models import write_model
from nascent.train.options import Options
from nascent.train.runs import say_others, state_folder
from nascent.train.tensorboard import Board
from nascent.words import spoken


def train_model(
    *,
    data: TrainingData,
    files: TrainingFiles,
    seed: int,
    threads: int,
    state_dir: str | Path,
    record: Mapping[str, Any],
    tensorboard_dir: str | Path | None = None,
    deterministic: bool = True,
    **options: Any,
) -> None:
    """Train a model and write it as it was after its chosen epoch, with its history and card.

    On a CPU the same arguments give the same weights and history, killed and resumed or not.

    Parameters
    ----------
    data
        What is learnt from.
    files
        What is written.
    seed
        Of the initial weights, the order of the examples and the augmentation.
    threads
        To compute with.
    state_dir
        Keeps the state of unfinished runs, each in a folder named by its options, data and
        `record`; those of this run are removed when its results are written.
    record
        Provenance of the job; a run is gone on with only where it is the same.
    tensorboard_dir
        Where the history goes too, if `tensorboard` is among the options.
    deterministic
        Whether to compute so that the same seed gives the same weights, see
        `nascent.train.backend.make_deterministic`.
    **options
        Of the model, see `nascent.train.options.Options.of`.

    Raises
    ------
    TrainError
        Where an option is unknown or out of range, the architecture cannot be built for these
        crops, weights do not fit, there are no validation examples, a batch is larger than the
        training set or cannot be shared by the devices, a target is missing everywhere in a split
        or always the same, or the loss is no longer finite (the epoch is named) with the last seed.
    """
    predicted = data.predicted
    task, levels, columns = predicted.task, predicted.levels, predicted.columns
    asked = Options.of({**options, "task": task})
    fitting = asked.fitting
    backend.use_threads(threads)
    board = _board(asked, tensorboard_dir)
    answers = {"task": task, "levels": levels}
    train = data.batches("train", seed, fitting.batch_size)
    val = data.batches("val", None, fitting.batch_size)
    known = training_targets(train, columns, **answers)
    _refuse_no_cells(val)
    refuse_unanswered(target_values(val, columns, **answers), val, "validation")
    _refuse_no_image(asked, data.reader)
    plan = Plan(
        asked=asked,
        targets=known,
        ratios=size_ratios(train) if asked.augmentation.zoom != "none" else None,
        reader=data.reader,
        val=val,
        state_dir=Path(state_dir),
        board=board,
        shaping={
            "options": dict(options),
            "weights": file_digest(asked.network.weights) if asked.network.weights else None,
            "readers": {
                one.spec.name: {"reader": one.name} | plain(one.to_plain())
                for one in data.reader.inputs
            },
            "data": fingerprint(data.manifest, (train, val), columns, **answers),
            "targets": columns,
            "deterministic": deterministic,
            "backend": keras.backend.backend(),
            "keras": keras.__version__,
            "record": dict(record),
        },
    )
    say_others(plan.state_dir, plan.run(seed))
    learnt: dict[int, Learnt] = {}

    def attempt(number: int) -> str | None:
        """Train with a seed; return why that is a collapse, or None."""
        batches = data.batches("train", number, fitting.batch_size)
        learnt[number] = train_seed(plan, batches, number)
        return collapse_of(learnt[number].progress.history[learnt[number].epoch - 1])

    with backend.devices(fitting.devices):
        _refuse_uneven(fitting.batch_size)
        attempts = attempts_until_sound(attempt_seeds(seed, fitting.retries), attempt)
        result = learnt[attempts[-1].seed]
        # A fresh build holds the weights alone, neither the optimiser nor its half-way state, and
        # computes in float32 wherever it is loaded.
        network = built(plan, steps=len(train))
        checkpoint.restore_weights(result.folder, network, result.epoch)
    write_model(network, files.model)
    write_reader(data.reader.inputs, files.reader, targets=data.targets, loss=fitting.loss)
    write_table(history_table(result.progress, fitting, result.width), files.history)
    unanswered = {"train": train.unanswered, "val": val.unanswered}
    write_json(card(plan, result, attempts, unanswered=unanswered), files.card)
    for attempted in attempts:
        shutil.rmtree(state_folder(plan.state_dir, plan.run(attempted.seed)))


def _board(asked: Options, folder: str | Path | None) -> Board | None:
    if not asked.tensorboard:
        return None
    if folder is None:
        raise TrainError(
            "there is no folder for TensorBoard", where="tensorboard", mend="Give one."
        )
    return Board(folder)


def _refuse_no_cells(val: Batches) -> None:
    if val.examples.empty and not val.unanswered:
        raise TrainError(
            f"there are no validation {spoken().examples} to choose the best epoch by",
            where="splits",
            mend=f"Give val a share in splits.fractions, or add {spoken().groups}.",
        )


def _refuse_no_image(asked: Options, reader: Reader) -> None:
    image = any(one.name == "image" and one.masks and one.axes == "yxc" for one in reader.specs)
    if asked.augmentation != Augmentation() and not image:
        raise TrainError(
            "images are augmented, and no input of the examples is an image with a mask",
            where="augment",
            mend="Set augment to none.",
        )


def _refuse_uneven(batch_size: int) -> None:
    shared = backend.replicas()
    if batch_size % shared:
        raise TrainError(
            f"a batch of {batch_size} {spoken().examples} cannot be shared evenly by {shared}"
            " devices",
            where="batch_size",
            mend=f"Give a multiple of {shared}, or set the model's devices to one.",
        )
