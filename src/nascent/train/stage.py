"""The training stage: one model with one seed, from shards to its file, history and card."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.augmentation import Augmentation, SizeRatios
from nascent.errors import TrainError
from nascent.examples import TargetSpec
from nascent.files import read_table, write_json, write_table
from nascent.frameworks import keras
from nascent.provenance import file_digest
from nascent.reader import Reader, fitted_reader, write_reader
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import shards_of
from nascent.task import REGRESSION, task_of
from nascent.train import backend, checkpoint
from nascent.train.architectures.build import build
from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.card import card, parameters, plain
from nascent.train.checkpoint import Progress
from nascent.train.collapse import attempt_seeds, attempts_until_sound, collapse_of
from nascent.train.data import (
    Targets,
    fingerprint,
    refuse_unanswered,
    size_ratios,
    target_values,
    training_targets,
)
from nascent.train.fit import fit
from nascent.train.models import write_model
from nascent.train.monitor import chosen_epoch, smoothed, width_that_fits
from nascent.train.norms import fitting_momentum, set_momentum
from nascent.train.objective import compile_model
from nascent.train.options import Fitting, Options
from nascent.train.runs import say_others, state_folder
from nascent.train.tensorboard import Board
from nascent.train.weights import start_from

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Learnt:
    """The outcome of a training.

    Attributes
    ----------
    progress
        Its history.
    epoch, width
        The chosen epoch, and the width of the moving average it was chosen by.
    folder
        Holds the weights of the chosen epoch.
    parameters
        Numbers of the network's weights, see `nascent.train.card.parameters`.
    """

    progress: Progress
    epoch: int
    width: int
    folder: Path
    parameters: Mapping[str, int]


def train_model(
    *,
    manifest: str | Path,
    normaliser: Normaliser | None,
    targets: Sequence[TargetSpec],
    seed: int,
    threads: int,
    state_dir: str | Path,
    model_path: str | Path,
    reader_path: str | Path,
    history_path: str | Path,
    card_path: str | Path,
    record: Mapping[str, Any],
    tensorboard_dir: str | Path | None = None,
    removal: str | Path | None = None,
    target_table: str | Path | None = None,
    deterministic: bool = True,
    **options: Any,
) -> None:
    """Train a model and write it as it was after its chosen epoch, with its history and card.

    On a CPU the same arguments give the same weights and history, killed and resumed or not.

    Parameters
    ----------
    manifest
        The table that lists the shards, which lie beside it.
    normaliser
        Of images: applied to the pixels as they are read; its inputs are the model's channels.
        None where no input is an image.
    targets
        What is predicted: columns of the table of examples, all of one task; numbers in raw counts,
        the loss in the unit of the first.
    seed
        Of the initial weights, the order of the examples and the augmentation.
    threads
        To compute with.
    state_dir
        Keeps the state of unfinished runs, each in a folder named by its options, data and
        `record`; those of this run are removed when its results are written.
    model_path, reader_path, history_path, card_path
        What is written: a `.keras` file (float32, without the optimiser), how its input is made
        (`nascent.reader`), a table (columns `history_columns`) and a JSON record.
    record
        Provenance of the job; a run is gone on with only where it is the same.
    tensorboard_dir
        Where the history goes too, if `tensorboard` is among the options.
    removal
        File of the entries that are taken out of the crops of all examples, see
        `nascent.shards.removal_file`.
    target_table
        Table with `id` and the targets, which stand in the place of those of the shards.
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
    predicted = Reader((), tuple(targets))
    task, levels, columns = predicted.task, predicted.levels, predicted.columns
    asked = Options.of({**options, "task": task})
    fitting = asked.fitting
    backend.use_threads(threads)
    board = _board(asked, tensorboard_dir)
    instead = None if target_table is None else _targets_of(target_table, columns)
    answers = {"task": task, "levels": levels}
    reader = fitted_reader(shards_of(manifest, "train"), normaliser)
    read = partial(
        _cells,
        *(manifest, reader, fitting.batch_size),
        removal=removal,
        instead=instead,
        answers=columns,
    )
    train, val = read("train", seed), read("val", None)
    known = training_targets(train, columns, **answers)
    _refuse_no_cells(val)
    refuse_unanswered(target_values(val, columns, **answers), val, "validation")
    _refuse_no_image(asked, reader)
    ratios = size_ratios(train) if asked.augmentation.zoom != "none" else None
    shaping = {
        "options": dict(options),
        "weights": file_digest(asked.network.weights) if asked.network.weights else None,
        "readers": {
            one.spec.name: {"reader": one.name} | plain(one.to_plain()) for one in reader.inputs
        },
        "data": fingerprint(manifest, (train, val), columns, **answers),
        "targets": columns,
        "deterministic": deterministic,
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "record": dict(record),
    }
    say_others(Path(state_dir), {"seed": seed, **shaping})
    learnt: dict[int, Learnt] = {}

    def attempt(number: int) -> str | None:
        """Train with a seed; return why that is a collapse, or None."""
        learnt[number] = _learn(
            asked,
            read("train", number),
            val,
            known=known,
            ratios=ratios,
            reader=reader,
            run={"seed": number, **shaping},
            state_dir=Path(state_dir),
            board=board,
            deterministic=deterministic,
        )
        return collapse_of(learnt[number].progress.history[learnt[number].epoch - 1])

    with backend.devices(fitting.devices):
        _refuse_uneven(fitting.batch_size)
        attempts = attempts_until_sound(attempt_seeds(seed, fitting.retries), attempt)
        result = learnt[attempts[-1].seed]
        # A fresh build holds the weights alone, neither the optimiser nor its half-way state, and
        # computes in float32 wherever it is loaded.
        network = _network(asked, known, reader, steps=len(train))
        checkpoint.restore_weights(result.folder, network, result.epoch)
    write_model(network, model_path)
    write_reader(reader.inputs, reader_path, targets=targets)
    write_table(history_table(result.progress, fitting, result.width), history_path)
    write_json(
        card(
            parameters=result.parameters,
            options=options,
            asked=asked,
            reader=reader,
            data_fingerprint=shaping["data"],
            targets=known,
            unanswered={"train": train.unanswered, "val": val.unanswered},
            val_cells=len(val.cells),
            ratios=ratios,
            attempts=attempts,
            progress=result.progress,
            epoch=result.epoch,
            width=result.width,
            record=record,
        ),
        card_path,
    )
    for attempted in attempts:
        shutil.rmtree(state_folder(Path(state_dir), {"seed": attempted.seed, **shaping}))


def history_table(progress: Progress, fitting: Fitting, width: int) -> pd.DataFrame:
    """Return the history, its monitor smoothed over `width` epochs: `history_columns`."""
    table = pd.DataFrame([epoch.row() for epoch in progress.history])
    table["smoothed"] = smoothed(progress.monitored(fitting.monitor), width)
    return table[list(history_columns(fitting.task))]


def history_columns(task: str = REGRESSION) -> tuple[str, ...]:
    """Return the columns of `history.tsv`."""
    metric = task_of(task).learning
    measured = ("loss", metric, "val_loss", f"val_{metric}")
    return ("epoch", *measured, "smoothed", "val_spread", "learning_rate")


def _learn(
    asked: Options,
    train: Batches,
    val: Batches,
    *,
    known: Targets,
    ratios: SizeRatios | None,
    reader: Reader,
    run: Mapping[str, Any],
    state_dir: Path,
    board: Board | None,
    deterministic: bool,
) -> Learnt:
    """Train with the seed of `run`, from where a killed job left it."""
    fitting, seed = asked.fitting, run["seed"]
    backend.make_deterministic(seed, exact=deterministic)
    with backend.precision(fitting.precision):
        network = _network(asked, known, reader, steps=len(train))
    if asked.network.weights:
        start_from(network, asked.network.weights, freeze=asked.network.freeze)
    model = Augmented(network, augmentation_layers(asked.augmentation, ratios, seed=seed))
    compile_model(model, fitting, known)
    folder = state_folder(state_dir, run)
    with backend.inexact_told():
        progress = fit(
            model, train, val, targets=known, fitting=fitting, folder=folder, run=run, board=board
        )
    monitored = progress.monitored(fitting.monitor)
    width = width_that_fits(fitting.smooth, len(monitored))
    if width != fitting.smooth:
        logger.warning(
            "%d epochs are fewer than the window of %d: smoothed over %d instead",
            *(len(monitored), fitting.smooth, width),
        )
    epoch = chosen_epoch(monitored, width)
    return Learnt(progress, epoch, width, folder, parameters(network))


def _network(asked: Options, known: Targets, reader: Reader, *, steps: int) -> keras.Model:
    network = build(
        asked.network.architecture,
        reader.specs,
        target_mean=known.means,
        target_sd=known.sds,
        layers=asked.network.layers,
    )
    momentum = asked.network.layers.norm_momentum
    set_momentum(network, fitting_momentum(steps) if momentum is None else momentum)
    return network


def _cells(
    manifest: str | Path,
    reader: Reader,
    batch_size: int,
    split: str,
    order: int | None,
    *,
    removal: str | Path | None,
    instead: pd.DataFrame | None,
    answers: Sequence[str],
) -> Batches:
    return Batches(
        shards_of(manifest, split),
        reader,
        batch_size=batch_size,
        seed=order,
        target=None,
        removal=removal,
        instead=instead,
        answers=answers,
    )


def _targets_of(table: str | Path, columns: Sequence[str]) -> pd.DataFrame:
    given = read_table(table, required=["id", *columns])
    return given.set_index("id")[list(columns)]


def _board(asked: Options, folder: str | Path | None) -> Board | None:
    if not asked.tensorboard:
        return None
    if folder is None:
        raise TrainError(
            "there is no folder for TensorBoard", where="tensorboard", mend="Give one."
        )
    return Board(folder)


def _refuse_no_cells(val: Batches) -> None:
    if val.cells.empty and not val.unanswered:
        raise TrainError(
            "there are no validation cells to choose the best epoch by",
            where="splits",
            mend="Give val a share in splits.fractions, or add wells.",
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
            f"a batch of {batch_size} cells cannot be shared evenly by {shared} devices",
            where="batch_size",
            mend=f"Give a multiple of {shared}, or set the model's devices to one.",
        )
