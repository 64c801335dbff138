"""The state of a training run on disk, from which a killed job goes on as if nothing had been.

A state folder holds `checkpoint.npz`: weights, the state of random layers, the optimiser, and the
history so far, of the last finished epoch; and `best-<epoch>.npz`: the weights of the best epoch.
Each is written beside its name and renamed, the best before the checkpoint that names it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nascent.errors import TrainError
from nascent.files import written

CHECKPOINT = "checkpoint.npz"


@dataclass(frozen=True)
class Epoch:
    """One epoch's row of the history: losses and mean absolute errors in raw counts."""

    epoch: int
    loss: float
    mae: float
    val_loss: float
    val_mae: float


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    history
        One row a finished epoch, from epoch 1.
    best
        The epoch with the least validation loss, the first of equals; 0 before any.
    """

    history: tuple[Epoch, ...] = field(default=())
    best: int = 0

    def after(self, epoch: Epoch) -> "Progress":
        """Return the progress with one more epoch."""
        better = not self.best or epoch.val_loss < self.history[self.best - 1].val_loss
        return Progress((*self.history, epoch), epoch.epoch if better else self.best)

    def exhausted(self, patience: int) -> bool:
        """Tell whether the last `patience` epochs, or more, were no better than the best."""
        return len(self.history) - self.best >= patience


def save(folder: Path, model: keras.Model, progress: Progress) -> None:
    """Keep the state after an epoch, and the weights where it is the best so far."""
    if progress.best == len(progress.history):
        _write(best_weights(folder, progress.best), _values(model.variables))
    _write(
        folder / CHECKPOINT,
        {
            **_values(model.variables, "model"),
            **_values(model.optimizer.variables, "optimizer"),
            "progress": np.array(json.dumps(asdict(progress))),
        },
    )
    for stale in folder.glob("best-*.npz"):
        if stale != best_weights(folder, progress.best):
            stale.unlink()


def restore(folder: Path, model: keras.Model) -> Progress:
    """Bring a compiled, freshly built model to the state kept in `folder`.

    Returns
    -------
    Progress
        Of the run so far; empty where nothing is kept.

    Raises
    ------
    TrainError
        Where the state does not fit the model.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return Progress()
    model.optimizer.build(model.trainable_variables)
    with np.load(path) as state:
        _assign(model.variables, state, path, "model")
        _assign(model.optimizer.variables, state, path, "optimizer")
        kept = json.loads(state["progress"].item())
    return Progress(tuple(Epoch(**row) for row in kept["history"]), kept["best"])


def restore_best(folder: Path, model: keras.Model, progress: Progress) -> None:
    """Give `model` the weights of the best epoch."""
    path = best_weights(folder, progress.best)
    with np.load(path) as state:
        _assign(model.variables, state, path)


def best_weights(folder: Path, epoch: int) -> Path:
    """Return where the weights of the best epoch are kept."""
    return folder / f"best-{epoch:05d}.npz"


def _values(variables: Sequence[Any], prefix: str = "model") -> dict[str, np.ndarray]:
    return {
        f"{prefix}/{number:05d}": keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable))
        for number, variable in enumerate(variables)
    }


def _assign(variables: Sequence[Any], state: Any, path: Path, prefix: str = "model") -> None:
    kept = [name for name in state.files if name.startswith(f"{prefix}/")]
    if len(kept) != len(variables):
        raise TrainError(
            f"{len(kept)} {prefix} weights are kept, the model has {len(variables)}",
            where=path,
            mend="Delete the folder to train from the start.",
        )
    for name, variable in zip(sorted(kept), variables, strict=True):
        value = state[name]
        if value.shape != tuple(variable.shape):
            raise TrainError(
                f"{variable.path} has shape {tuple(variable.shape)}, the kept one {value.shape}",
                where=path,
                mend="Delete the folder to train from the start.",
            )
        variable.assign(value)


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with written(path) as beside:
        np.savez(beside, **arrays)
