"""The card of a trained model: what it is, what it learnt from, and what made it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from nascent.augmentation import SizeRatios
from nascent.frameworks import keras
from nascent.reader import Reader
from nascent.train import backend
from nascent.train.checkpoint import Progress
from nascent.train.collapse import Attempt
from nascent.train.data import Targets
from nascent.train.monitor import smoothed
from nascent.train.objective import loss_options
from nascent.train.options import Options


def card(
    *,
    parameters: Mapping[str, int],
    options: Mapping[str, Any],
    asked: Options,
    reader: Reader,
    data_fingerprint: str,
    targets: Targets,
    unanswered: Mapping[str, int],
    val_cells: int,
    ratios: SizeRatios | None,
    attempts: Sequence[Attempt],
    progress: Progress,
    epoch: int,
    width: int,
    record: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the card of a trained model as a record that JSON can hold.

    Parameters
    ----------
    parameters
        Numbers of weights, all and trainable.
    options
        As they were given.
    asked
        The same with every default.
    reader
        Of its inputs, with what is done to them.
    data_fingerprint
        Digest of the pixels and targets it was trained and chosen on.
    targets
        Columns, means, SDs and number of the training examples' targets.
    unanswered
        Split → number of its examples that were left out, since they have no target.
    val_cells
        Number of validation examples.
    ratios
        Of the training examples' sizes, where the augmentation zooms.
    attempts
        Seeds tried, the last of which is the model's.
    progress
        Of the finished training.
    epoch, width
        The chosen epoch, and the width of the moving average it was chosen by; 0 for none.
    record
        The job's provenance, with the versions.
    """
    fitting = asked.fitting
    monitored = progress.monitored(fitting.monitor)
    each = _targets(targets)
    return plain(
        {
            "architecture": asked.network.architecture,
            "seed": attempts[0].seed,
            "config": dict(options),
            "layers": asked.network.layers,
            "parameters": dict(parameters),
            "optimizer": {
                key: getattr(fitting, key)
                for key in ("optimizer", "learning_rate", "schedule", "warmup")
            },
            "task": fitting.task,
            "loss": {"name": fitting.loss} | loss_options(fitting, targets),
            "precision": fitting.precision,
            "augmentation": {"options": asked.augmentation, "size_ratios": ratios},
            "attempts": attempts,
            "collapsed": attempts[-1].reason is not None,
            "epochs": len(progress.history),
            "best": progress.history[epoch - 1].row(),
            "chosen_by": {
                "monitor": fitting.monitor,
                "smooth": width,
                "value": smoothed(monitored, width)[epoch - 1],
                "validation": fitting.validation,
            },
            "inputs": {one.name: list(one.shape) for one in reader.specs},
            "channels": reader.specs[0].features,
            "normalisation": reader.inputs[0],
            "data": {
                "fingerprint": data_fingerprint,
                "train_cells": targets.cells,
                "val_cells": val_cells,
                "without_target": dict(unanswered),
            },
            "target": each[0],
            "targets": each,
            "backend": keras.backend.backend(),
            "device": backend.device(),
            "devices": {
                "asked": fitting.devices,
                "used": backend.count_devices() if fitting.devices == "all" else 1,
            },
            "provenance": dict(record),
        }
    )


def _targets(targets: Targets) -> list[dict[str, Any]]:
    """Return each target with what is known of its training examples."""
    if targets.levels:
        numbers = np.bincount(targets.values.ravel().astype(int), minlength=len(targets.levels))
        classes = {"classes": targets.levels, "cells": numbers.tolist()}
        return [{"column": column} | classes for column in targets.columns]
    return [
        {"column": column, "mean": mean, "sd": sd, "cells": int(cells)}
        for column, mean, sd, cells in zip(
            *(targets.columns, targets.means, targets.sds, targets.known), strict=True
        )
    ]


def parameters(network: keras.Model) -> dict[str, int]:
    """Return the number of single weights, of all and of those that training changes."""
    return {"total": network.count_params(), "trainable": _count(network.trainable_weights)}


def _count(weights: Sequence[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def plain(value: Any) -> Any:
    """Return a record of dataclasses and arrays as what JSON can hold; an infinity as its name."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value
