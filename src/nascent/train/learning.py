"""One training with one seed, from where a killed job left it to its chosen epoch."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nascent.augmentation import SizeRatios
from nascent.frameworks import keras
from nascent.reader import Reader
from nascent.shards.batches import Batches
from nascent.train import backend
from nascent.train.architectures.build import build
from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.checkpoint import Progress
from nascent.train.data import Targets
from nascent.train.fit import fit
from nascent.train.monitor import chosen_epoch, width_that_fits
from nascent.train.norms import fitting_momentum, set_momentum
from nascent.train.objective import compile_model
from nascent.train.options import Options
from nascent.train.runs import state_folder
from nascent.train.tensorboard import Board
from nascent.train.weights import start_from

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What the trainings of all seeds have in common.

    Attributes
    ----------
    asked
        The options, with every default.
    targets
        Over the training examples.
    ratios
        Of the training examples' sizes, where the augmentation zooms.
    reader
        Of the model's inputs.
    val
        The validation examples.
    state_dir
        Keeps the state of unfinished runs.
    shaping
        All that shapes the result but the seed, as JSON can hold it.
    board
        Where the history is shown as well.
    """

    asked: Options
    targets: Targets
    ratios: SizeRatios | None
    reader: Reader
    val: Batches
    state_dir: Path
    shaping: Mapping[str, Any]
    board: Board | None

    def run(self, seed: int) -> dict[str, Any]:
        """Return all that shapes the result of a seed."""
        return {"seed": seed, **self.shaping}


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
        Numbers of the network's weights, see `parameters`.
    """

    progress: Progress
    epoch: int
    width: int
    folder: Path
    parameters: Mapping[str, int]


def train_seed(plan: Plan, train: Batches, seed: int) -> Learnt:
    """Train with a seed, from where a killed job left it."""
    fitting, network_options = plan.asked.fitting, plan.asked.network
    backend.make_deterministic(seed, exact=plan.shaping["deterministic"])
    with backend.precision(fitting.precision):
        network = built(plan, steps=len(train))
    if network_options.weights:
        start_from(network, network_options.weights, freeze=network_options.freeze)
    layers = augmentation_layers(plan.asked.augmentation, plan.ratios, seed=seed)
    model = Augmented(network, layers)
    compile_model(model, fitting, plan.targets)
    run = plan.run(seed)
    folder = state_folder(plan.state_dir, run)
    with backend.inexact_told():
        progress = fit(
            *(model, train, plan.val),
            targets=plan.targets,
            fitting=fitting,
            folder=folder,
            run=run,
            board=plan.board,
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


def built(plan: Plan, *, steps: int) -> keras.Model:
    """Return the untrained network; an epoch has so many steps."""
    options = plan.asked.network
    network = build(
        options.architecture,
        plan.reader.specs,
        target_mean=plan.targets.means,
        target_sd=plan.targets.sds,
        layers=options.layers,
        outputs=plan.targets.task.head,
    )
    momentum = options.layers.norm_momentum
    set_momentum(network, fitting_momentum(steps) if momentum is None else momentum)
    return network


def parameters(network: keras.Model) -> dict[str, int]:
    """Return the number of single weights, of all and of those that training changes."""
    return {"total": network.count_params(), "trainable": _count(network.trainable_weights)}


def _count(weights: Sequence[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)
