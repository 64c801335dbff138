"""What a task is: how one kind of answer is learnt, measured and explained."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from nascent.by_name import file_of, known_names, load
from nascent.errors import ConfigError
from nascent.metrics import Metrics

if TYPE_CHECKING:
    from pathlib import Path

    from nascent.train.options import Fitting

PACKAGE = "nascent.tasks"

REGRESSION = "regression"
"""The task of a study that names none."""


class Task(Metrics):
    """One kind of answer; a file of `nascent.tasks` has its own as `TASK`.

    How its answers are measured is told by `nascent.metrics.Metrics`.

    Attributes
    ----------
    name
        As in the config.
    learning
        The metric that is followed from epoch to epoch beside the loss, lower is better; candidates
        of a search are chosen by it.
    losses
        Names of losses, the usual one first.
    has_errors
        Whether y − ŷ is a number, whose mean over a group says how far off the group is.
    has_classes
        Whether the answers are among classes with names.
    loss_words
        Loss → what it is in words, for a methods section; `{huber_delta}` and the like are options
        of a model, marks such as `[@huber1964]` name references (`nascent.report.methods`).
    sources
        Metric → key of what it is cited by.
    question
        What a report asks first, with `{target}` and the words of the kind
        (`nascent.words.worded`).
    """

    name: ClassVar[str]
    learning: ClassVar[str]
    losses: ClassVar[tuple[str, ...]]
    has_errors: ClassVar[bool] = False
    has_classes: ClassVar[bool] = False
    loss_words: ClassVar[Mapping[str, str]] = {}
    sources: ClassVar[Mapping[str, str]] = {}
    question: ClassVar[str] = "Can {target} be predicted?"

    def spread(self, y_hat: np.ndarray, sds: Sequence[float]) -> float:
        """Return how much predictions differ from example to example; near 0 is a collapse.

        Parameters
        ----------
        y_hat
            (n, …), what a network puts out.
        sds
            Of its outputs' unit, one an output.
        """
        if len(y_hat) < 2:
            return float("nan")
        return float((np.std(y_hat, axis=0, ddof=1) / np.asarray(sds)).min())

    def loss_in_words(self, options: Mapping[str, Any]) -> str:
        """Return the loss of a model for a methods section.

        Parameters
        ----------
        options
            Of the model, as the config has them; the loss may be None, the task's usual one.
        """
        name = options["loss"] or self.losses[0]
        return self.loss_words.get(name, f"loss {name.replace('_', ' ')}").format(**options)

    # Tables.

    def known(self, answers: pd.Series | np.ndarray) -> np.ndarray:
        """Return where an answer is there, and not missing: bool, the shape of the answers."""
        return ~np.asarray(pd.isna(answers), bool)

    @abstractmethod
    def encode(self, answers: pd.Series | np.ndarray, levels: Sequence[str] = ()) -> np.ndarray:
        """Return answers as the task has them, (n, …).

        Parameters
        ----------
        answers
            A column of the table of examples, its index is `id`; or (n, …), where they are no
            column.
        levels
            Names of the classes, in the order of their numbers.

        Raises
        ------
        TrainError
            Where an answer is missing, or is none of the levels; the example is named.
        """

    @abstractmethod
    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return the number of outputs of a network for so many targets."""

    @abstractmethod
    def of_targets(self, network_outputs: np.ndarray, loss: str = "") -> list[np.ndarray]:
        """Return the predictions of each target, (n, …), from what a network puts out, (n, …).

        Parameters
        ----------
        network_outputs
            As the network gives them.
        loss
            Among `losses`, by which it learnt; empty for the usual one.
        """

    @abstractmethod
    def columns(self, levels: Sequence[str] = ()) -> tuple[str, ...] | None:
        """Return the columns that hold answer and prediction in tables; None: they do not fit."""

    @abstractmethod
    def table(
        self, ids: Sequence[Any], y: np.ndarray, y_hat: np.ndarray, levels: Sequence[str] = ()
    ) -> pd.DataFrame | None:
        """Return a table of `id` and `columns`, or None where they do not fit into one.

        Parameters
        ----------
        ids
            (n,), of the examples.
        y
            (n, …).
        y_hat
            (n, …), of one run.
        levels
            Names of the classes, in the order of their numbers.
        """

    @abstractmethod
    def read(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return y and ŷ of a table that `table` made."""

    # Networks. A framework is loaded where one of these is called, and not before.

    def head(self, features: Any, means: Sequence[float], units: Sequence[float]) -> Any:
        """Return what a network puts out, from its features; see `nascent.head.head`.

        Parameters
        ----------
        features
            (n, f), symbolic; of answers with places (n, places …, f).
        means, units
            See `start`.
        """
        from nascent.head import head

        return head(features, means, units)

    @abstractmethod
    def start(self, y: np.ndarray, levels: Sequence[str] = ()) -> tuple[list[float], list[float]]:
        """Return where the outputs of an untrained network lie, and their unit, one each.

        Parameters
        ----------
        y
            (n, T) of the training examples, T targets; or (n, …). Missing answers are NaN.
        levels
            Names of the classes.
        """

    @abstractmethod
    def read_outs(self, names: Sequence[str]) -> dict[str, Callable[[Any], Any]]:
        """Return what a map can explain: name → outputs of a network → (n,).

        Parameters
        ----------
        names
            Of the targets, or of the classes.
        """

    def usual_read_out(self, names: Sequence[str]) -> str:
        """Return the read-out that is explained where none is named: the first."""
        return next(iter(self.read_outs(names)))

    def loss_options(
        self, fitting: "Fitting", y: np.ndarray, sds: Sequence[float]
    ) -> dict[str, Any]:
        """Return the options of `loss` that a model's options and its training examples give."""
        return {}

    @abstractmethod
    def loss(self, name: str, sds: Sequence[float], **options: Any) -> Callable[..., Any]:
        """Return a loss: (y, outputs, weight or None) → (n,), in tensors of the backend.

        Of weight 0 the loss is 0, and so is its gradient, whatever y is there. A weight is one an
        example or one a value of y.

        Parameters
        ----------
        name
            Among `losses`.
        sds
            Of the outputs' units.
        **options
            Of the loss.
        """

    @abstractmethod
    def learning_metric(self, sds: Sequence[float], loss: str = "") -> Callable[..., Any]:
        """Return `learning` as a function of the same kind as a loss, of a network of that loss."""


def known_tasks() -> tuple[str, ...]:
    """Return the names of the tasks."""
    return known_names(PACKAGE)


def task_of(name: str) -> Task:
    """Return the task called `name`.

    Raises
    ------
    ConfigError
        Where there is no such task; the nearest is named.
    """
    return load(PACKAGE, name, ConfigError, "target.task").TASK


def task_file(name: str) -> "Path":
    """Return the file of a task, of which the code of the jobs that use it is a part."""
    return file_of(PACKAGE, name, ConfigError, "target.task")
