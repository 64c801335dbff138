"""What a model and its training are asked to be, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, Self

from nascent.augmentation import Augmentation
from nascent.errors import TrainError, did_you_mean
from nascent.task import REGRESSION, task_of
from nascent.train.architectures.options import Layers

DELTA_UNITS = ("sd", "raw")
CLASS_WEIGHTS = ("none", "balanced")
OPTIMIZERS = ("adam", "adamw", "sgd")
SCHEDULES = ("constant", "cosine", "plateau")
VALIDATIONS = ("plain", "eight_fold")
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
DEVICES = ("one", "all")


@dataclass(frozen=True)
class Network:
    """What is built, see `nascent.train.architectures.build`.

    Attributes
    ----------
    architecture
        Name.
    layers
        Head, pooling, dropout and penalties.
    weights
        File to start from; None starts from random weights.
    freeze
        Leave the weights that come from the file as they are.
    """

    architecture: str
    layers: Layers
    weights: str | None = None
    freeze: bool = False


@dataclass(frozen=True)
class Fitting:
    """How a network is fitted.

    Attributes
    ----------
    epochs
        At most so many.
    batch_size
        Examples a step.
    learning_rate
        The highest that the schedule reaches.
    loss
        Of the task's losses; None: its usual one.
    huber_delta
        Where the Huber loss turns from quadratic to linear.
    huber_delta_unit
        `sd`, SDs of the target over the training examples; or `raw`, raw counts of the first
        target.
    label_smoothing
        Share of the target that cross-entropy spreads over all classes.
    class_weights
        `none`; or `balanced`, all classes count alike in the loss.
    optimizer
        `adam`, `adamw` or `sgd`.
    weight_decay
        Of AdamW.
    momentum
        Of SGD.
    schedule
        Of the learning rate: `constant`, `cosine` (to 0 after the last epoch) or `plateau`.
    warmup
        Epochs over which the learning rate rises from 0; may be a part of one.
    plateau_factor, plateau_patience
        The plateau schedule multiplies the rate by the factor after so many epochs without a
        better monitor.
    patience
        Training stops after so many epochs without a better smoothed monitor.
    monitor
        What the epoch is chosen by: `val_loss`, or the task's metric, such as `val_mae`; or `loss`,
        over the training examples, where validation examples have nothing to tell.
    smooth
        Odd width of the centred moving average of the monitor, in epochs; 0 for none.
    validation
        `plain`, or `eight_fold`: over the eight flips and quarter turns of each example.
    precision
        `float32`, or what the layers between input and output compute in.
    devices
        `one`, or `all` that the backend sees, each with a part of every batch.
    retries
        How often a collapsed training starts again with a new seed.
    task
        Name of what is predicted.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    loss: str | None = None
    huber_delta: float = 1.0
    huber_delta_unit: str = "sd"
    label_smoothing: float = 0.0
    class_weights: str = "none"
    optimizer: str = "adam"
    weight_decay: float = 0.004
    momentum: float = 0.9
    schedule: str = "constant"
    warmup: float = 0.0
    plateau_factor: float = 0.5
    plateau_patience: int = 10
    patience: int = 20
    monitor: str = "val_loss"
    smooth: int = 0
    validation: str = "plain"
    precision: str = "float32"
    devices: str = "one"
    retries: int = 0
    task: str = REGRESSION

    def __post_init__(self) -> None:
        task = task_of(self.task)
        object.__setattr__(self, "loss", self.loss or task.losses[0])
        for key, known in (
            ("loss", task.losses),
            ("huber_delta_unit", DELTA_UNITS),
            ("class_weights", CLASS_WEIGHTS),
            ("optimizer", OPTIMIZERS),
            ("schedule", SCHEDULES),
            ("monitor", ("val_loss", f"val_{task.learning}", "loss")),
            ("validation", VALIDATIONS),
            ("precision", PRECISIONS),
            ("devices", DEVICES),
        ):
            _refuse_unknown(getattr(self, key), known, key)
        for key, valid, what in (
            ("epochs", self.epochs >= 1, "at least 1"),
            ("batch_size", self.batch_size >= 1, "at least 1"),
            ("learning_rate", self.learning_rate > 0, "above 0"),
            ("huber_delta", self.huber_delta > 0, "above 0"),
            ("label_smoothing", 0 <= self.label_smoothing < 1, "in [0, 1)"),
            ("weight_decay", self.weight_decay >= 0, "at least 0"),
            ("momentum", 0 <= self.momentum < 1, "in [0, 1)"),
            ("warmup", 0 <= self.warmup < self.epochs, "at least 0 and fewer than the epochs"),
            ("plateau_factor", 0 < self.plateau_factor < 1, "between 0 and 1"),
            ("plateau_patience", self.plateau_patience >= 1, "at least 1"),
            ("patience", self.patience >= 1, "at least 1"),
            ("smooth", self.smooth == 0 or (self.smooth > 0 and self.smooth % 2), "odd, or 0"),
            ("retries", self.retries >= 0, "at least 0"),
        ):
            if not valid:
                raise TrainError(f"{key} is {getattr(self, key)}", mend=f"Give one {what}.")


@dataclass(frozen=True)
class Options:
    """All options of a model.

    Attributes
    ----------
    network, fitting, augmentation
        What is built, how it is fitted, and what is done to the training examples.
    tensorboard
        Whether the history is kept for TensorBoard as well.
    """

    network: Network
    fitting: Fitting
    augmentation: Augmentation
    tensorboard: bool = False

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Self:
        """Return the options that a flat section of a config names.

        Parameters
        ----------
        section
            Keys of `Network`, `Fitting` and `Options`; `layers` and `augment` are sections of
            their own. Keys left out keep their defaults.

        Raises
        ------
        TrainError
            Where a key or a choice is unknown (the nearest is named), a number is out of range, or
            a key without a default is missing.
        """
        for key in section:
            _refuse_unknown(key, section_keys(), "option")
        network, fitting = (
            {key: section[key] for key in _keys(kind) if key in section}
            for kind in (Network, Fitting)
        )
        layers = _made(Layers, section.get("layers", {}), "layers")
        return cls(
            network=_made(Network, network | {"layers": layers}, "train"),
            fitting=_made(Fitting, fitting, "train"),
            augmentation=_made(Augmentation, section.get("augment", {}), "augment"),
            tensorboard=section.get("tensorboard", False),
        )


def section_keys() -> tuple[str, ...]:
    """Return the keys of the flat section that `Options.of` takes."""
    return (*_keys(Network), *_keys(Fitting), "augment", "tensorboard")


def _made(kind: type, values: Mapping[str, Any], where: str) -> Any:
    """Return the dataclass `kind` of `values`, in whose keys lists stand for tuples."""
    for key in values:
        _refuse_unknown(key, _keys(kind), "option", where)
    for field in fields(kind):
        required = field.default is MISSING and field.default_factory is MISSING
        if required and field.name not in values:
            raise TrainError(f"the option {field.name!r} is missing", where=where)
    return kind(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    )


def _keys(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _refuse_unknown(word: str, known: Sequence[str], what: str, where: str = "train") -> None:
    if word not in known:
        mend = did_you_mean(str(word), known)
        raise TrainError(f"there is no {what} {word!r}", where=where, mend=mend)
