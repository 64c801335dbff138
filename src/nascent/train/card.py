"""The card of a trained model: what it is, what it learnt from, and what made it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from nascent.frameworks import keras
from nascent.train import backend
from nascent.train.collapse import Attempt
from nascent.train.data import Targets
from nascent.train.learning import Learnt, Plan
from nascent.train.monitor import smoothed
from nascent.train.objective import loss_options


def card(
    plan: Plan, learnt: Learnt, attempts: Sequence[Attempt], *, unanswered: Mapping[str, int]
) -> dict[str, Any]:
    """Return the card of a trained model as a record that JSON can hold.

    Parameters
    ----------
    plan
        Its options, data and reader.
    learnt
        The finished training.
    attempts
        Seeds tried, the last of which is the model's.
    unanswered
        Split → number of its examples that were left out, since they have no target.
    """
    asked, targets, reader, progress = plan.asked, plan.targets, plan.reader, learnt.progress
    fitting = asked.fitting
    monitored = progress.monitored(fitting.monitor)
    each = _targets(targets)
    return plain(
        {
            "architecture": asked.network.architecture,
            "seed": attempts[0].seed,
            "config": dict(plan.shaping["options"]),
            "layers": asked.network.layers,
            "parameters": dict(learnt.parameters),
            "optimizer": {
                key: getattr(fitting, key)
                for key in ("optimizer", "learning_rate", "schedule", "warmup")
            },
            "task": fitting.task,
            "loss": {"name": fitting.loss} | loss_options(fitting, targets),
            "precision": fitting.precision,
            "augmentation": {"options": asked.augmentation, "size_ratios": plan.ratios},
            "attempts": attempts,
            "collapsed": attempts[-1].reason is not None,
            "epochs": len(progress.history),
            "best": progress.history[learnt.epoch - 1].row(),
            "chosen_by": {
                "monitor": fitting.monitor,
                "smooth": learnt.width,
                "value": smoothed(monitored, learnt.width)[learnt.epoch - 1],
                "validation": fitting.validation,
            },
            "inputs": {one.name: list(one.shape) for one in reader.specs},
            "channels": reader.specs[0].features,
            "normalisation": reader.inputs[0],
            "data": {
                "fingerprint": plan.shaping["data"],
                "train_cells": targets.cells,
                "val_cells": len(plan.val.examples),
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
            "provenance": dict(plan.shaping["record"]),
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
