"""The card of a trained model: what it is, what it learnt from, and what made it."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import keras
import numpy as np

from nascent.shards.normalise import Normaliser
from nascent.train import backend
from nascent.train.checkpoint import Progress
from nascent.train.data import Target


def card(
    *,
    model: keras.Model,
    config: Mapping[str, Any],
    normaliser: Normaliser,
    data_fingerprint: str,
    target: Target,
    val_cells: int,
    progress: Progress,
    record: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the card of a trained model as a record that JSON can hold.

    Parameters
    ----------
    model
        With the weights of the best epoch.
    config
        What it was trained with: architecture, seed, and the options of the training.
    normaliser
        Its channels, in the order of the image's last axis, and the steps applied to them.
    data_fingerprint
        Digest of the pixels and targets it was trained and chosen on.
    target
        Mean, SD and number of the training cells' target.
    val_cells
        Number of validation cells.
    progress
        Of the finished training.
    record
        The job's provenance, with the versions.
    """
    best = progress.history[progress.best - 1]
    return {
        "architecture": config["architecture"],
        "seed": config["seed"],
        "config": dict(config),
        "parameters": {"total": model.count_params(), "trainable": trainable_parameters(model)},
        "epochs": len(progress.history),
        "best": asdict(best),
        "channels": list(normaliser.inputs),
        "normalisation": plain(normaliser),
        "data": {
            "fingerprint": data_fingerprint,
            "train_cells": target.cells,
            "val_cells": val_cells,
            "size": model.input["image"].shape[1],
        },
        "target": {"mean": target.mean, "sd": target.sd},
        "backend": keras.backend.backend(),
        "device": backend.device(),
        "provenance": dict(record),
    }


def trainable_parameters(model: keras.Model) -> int:
    """Return the number of single weights that training changes."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


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
