"""The state of a training run on disk, from which a killed job goes on as if nothing had been.

A state folder holds `run.json`, what shapes the run's result; `checkpoint.npz`: weights, the state
of random layers, the optimiser, and the history so far, of the last finished epoch; and
`weights-<epoch>.npz`: those of the best epoch and of the few whose smoothed monitor is still to
come, so that none are held in memory. Each is written beside its name and renamed, the weights
before the checkpoint that counts on them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nascent.errors import TrainError
from nascent.files import read_json, write_json, written
from nascent.frameworks import keras

CHECKPOINT = "checkpoint.npz"
RUN = "run.json"


@dataclass(frozen=True)
class Epoch:
    """One epoch's row of the history.

    Attributes
    ----------
    epoch
        From 1.
    loss, metric
        Over the training examples as they were learnt from, without the penalties on the weights:
        the loss, and the metric that the task follows beside it.
    val_loss, val_metric
        The same over the validation examples, after the epoch.
    val_spread
        How far the validation predictions differ, see `nascent.task.Task.spread`; NaN for a single
        example.
    learning_rate
        Of the epoch's last step.
    name
        Of the metric.
    """

    epoch: int
    loss: float
    metric: float
    val_loss: float
    val_metric: float
    val_spread: float
    learning_rate: float
    name: str

    def row(self) -> dict[str, float]:
        """Return the columns of the history, the metric under its own name."""
        return {
            "epoch": self.epoch,
            "loss": self.loss,
            self.name: self.metric,
            "val_loss": self.val_loss,
            f"val_{self.name}": self.val_metric,
            "val_spread": self.val_spread,
            "learning_rate": self.learning_rate,
        }


@dataclass(frozen=True)
class Progress:
    """How far a run is: one row a finished epoch, from epoch 1."""

    history: tuple[Epoch, ...] = field(default=())

    def after(self, epoch: Epoch) -> "Progress":
        """Return the progress with one more epoch."""
        return Progress((*self.history, epoch))

    def monitored(self, monitor: str) -> list[float]:
        """Return a column of the history."""
        return [epoch.row()[monitor] for epoch in self.history]


def save(folder: Path, model: keras.Model, progress: Progress, wanted: Collection[int]) -> None:
    """Keep the state after an epoch.

    Parameters
    ----------
    folder
        Of the state.
    model
        As trained, compiled; has the network whose weights are kept as `network`.
    progress
        With the epoch just finished.
    wanted
        Epochs whose weights may yet be asked for; those of all others are removed.
    """
    if len(progress.history) in wanted:
        path = weights_file(folder, len(progress.history))
        _write(path, _values(model.network.variables))
    _write(
        folder / CHECKPOINT,
        {
            **_values(model.variables, "model"),
            **_values(model.optimizer.variables, "optimizer"),
            "progress": np.array(json.dumps(asdict(progress))),
        },
    )
    keep = {weights_file(folder, epoch) for epoch in wanted}
    for stale in set(folder.glob("weights-*.npz")) - keep:
        stale.unlink()


def restore(folder: Path, model: keras.Model, run: Mapping[str, Any]) -> Progress:
    """Bring a compiled, freshly built model to the state kept in `folder`, or start one there.

    Parameters
    ----------
    folder
        Of the state; may be missing.
    model
        Built and compiled as `run` says.
    run
        All that shapes the result, as JSON can hold it.

    Returns
    -------
    Progress
        Of the run so far; empty where nothing is kept.

    Raises
    ------
    TrainError
        Where the state is that of another run, whose differences are named, or does not fit the
        model.
    """
    run = json.loads(json.dumps(run))
    if (folder / RUN).is_file():
        refuse_other(folder, run)
    else:
        write_json(run, folder / RUN)
    path = folder / CHECKPOINT
    if not path.is_file():
        return Progress()
    model.optimizer.build(model.trainable_variables)
    with np.load(path) as state:
        _assign(model.variables, state, path, "model")
        _assign(model.optimizer.variables, state, path, "optimizer")
        kept = json.loads(state["progress"].item())
    return Progress(tuple(Epoch(**row) for row in kept["history"]))


def restore_weights(folder: Path, network: keras.Model, epoch: int) -> None:
    """Give `network` the weights it had after an epoch."""
    path = weights_file(folder, epoch)
    with np.load(path) as state:
        _assign(network.variables, state, path)


def weights_file(folder: Path, epoch: int) -> Path:
    """Return where the weights after an epoch are kept."""
    return folder / f"weights-{epoch:05d}.npz"


def refuse_other(folder: Path, run: Mapping[str, Any]) -> None:
    """Raise TrainError, with the differences, where `folder` holds the state of another run."""
    found = differences(read_json(folder / RUN), run)
    if found:
        raise TrainError(
            f"this is the state of another run ({'; '.join(found)})",
            where=folder,
            mend="Train as it was, or delete the folder to train from the start.",
        )


def differences(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Return what differs between two runs, as `learning_rate: 0.0005 kept, 0.001 asked`.

    A key of a nested record is said by its own name, with the names around it only where two keys
    of one name differ in another way.
    """
    pairs = {}
    theirs, ours = dict(_flat(kept)), dict(_flat(asked))
    for key in sorted({*theirs, *ours}):
        pair = tuple(repr(side[key]) if key in side else "nothing" for side in (theirs, ours))
        if pair[0] != pair[1]:
            pairs[key] = pair
    ways: dict[str, set] = {}
    for key, pair in pairs.items():
        ways.setdefault(_name(key), set()).add(pair)
    said = {_name(key) if len(ways[_name(key)]) == 1 else key: pair for key, pair in pairs.items()}
    return [f"{name}: {theirs} kept, {ours} asked" for name, (theirs, ours) in said.items()]


def _name(key: str) -> str:
    return key.rpartition(".")[2]


def _flat(record: Mapping[str, Any], prefix: str = "") -> Any:
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


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
