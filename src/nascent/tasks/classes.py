"""One class an example: a network gives each class a logit, and their softmax is the prediction.

Where each class is learnt against the rest, by `binary_cross_entropy`, the prediction is the
sigmoid of each logit, as a share of their sum over the classes.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.task import Task
from nascent.tasks._class_metrics import PREDICTED, PROBABILITY, TRUE, ClassMetrics
from nascent.tasks._class_numbers import class_numbers

if TYPE_CHECKING:
    from nascent.train.options import Fitting


SIGMOID = "binary_cross_entropy"
"""The loss of each class against the rest."""


class Classes(ClassMetrics, Task):
    """One class an example, among those that the study names."""

    name = "classes"
    learning = "log_loss"
    losses = ("cross_entropy", SIGMOID)
    has_classes = True
    loss_words: ClassVar[Mapping[str, str]] = {
        "cross_entropy": "cross-entropy",
        SIGMOID: "binary cross-entropy of each class against the rest",
    }
    sources: ClassVar[Mapping[str, str]] = {
        "auroc": "hanley1982",
        "brier": "brier1950",
        "brier_skill": "brier1950",
    }
    question = "Can the {target} of {a_example} be predicted?"

    def spread(self, y_hat: np.ndarray, sds: Sequence[float]) -> float:
        """Return the largest SD over the examples of a logit's distance from their mean."""
        if len(y_hat) < 2:
            return float("nan")
        logits = np.asarray(y_hat, np.float64)
        return float((logits - logits.mean(axis=1, keepdims=True)).std(axis=0, ddof=1).max())

    def encode(self, answers: pd.Series | np.ndarray, levels: Sequence[str] = ()) -> np.ndarray:
        """Return the number of each class, (n,) int64; see `nascent.task.Task.encode`."""
        return class_numbers(answers, levels)

    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return an output a class."""
        return len(levels)

    def of_targets(self, network_outputs: np.ndarray, loss: str = "") -> list[np.ndarray]:
        """Return the probabilities, (n, k) float64 of sum 1, of the one target."""
        logits = np.asarray(network_outputs, np.float64)
        # The share of a sigmoid is the softmax of its logarithm, −ln(1 + exp(−l)).
        return [softmax(-np.logaddexp(0, -logits) if loss == SIGMOID else logits)]

    def columns(self, levels: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the true class, the predicted one, and a probability a class."""
        return (TRUE, PREDICTED, *(f"{PROBABILITY}{level}" for level in levels))

    def table(
        self, ids: Sequence[Any], y: np.ndarray, y_hat: np.ndarray, levels: Sequence[str] = ()
    ) -> pd.DataFrame:
        """See `nascent.task.Task.table`; y (n,) numbers of classes, ŷ (n, k) probabilities."""
        names = np.asarray(levels, object)
        table = pd.DataFrame(
            {"id": ids, TRUE: names[y], PREDICTED: names[np.argmax(y_hat, axis=1)]}
        )
        probabilities = pd.DataFrame(y_hat, columns=[f"{PROBABILITY}{level}" for level in levels])
        return pd.concat([table, probabilities], axis=1)

    def read(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return y, (n,) int, and ŷ, (n, k) float64.

        Raises
        ------
        TrainError
            Where a true class has no column of probabilities.
        """
        columns = [name for name in table.columns if str(name).startswith(PROBABILITY)]
        place = {name.removeprefix(PROBABILITY): number for number, name in enumerate(columns)}
        y = table[TRUE].astype(str).map(place)
        if y.isna().any():
            name = table[TRUE][y.isna()].iloc[0]
            raise TrainError(f"there is no probability of the class {name!r}")
        return y.to_numpy(np.int64), table[columns].to_numpy(np.float64)

    def start(self, y: np.ndarray, levels: Sequence[str] = ()) -> tuple[list[float], list[float]]:
        """Return the logarithm of each class's share, which half an example more keeps finite."""
        numbers = np.asarray(y)[self.known(y)].astype(np.int64)
        counts = np.bincount(numbers, minlength=len(levels)) + 0.5
        return np.log(counts / counts.sum()).tolist(), [1.0] * len(levels)

    def loss_options(
        self, fitting: "Fitting", y: np.ndarray, sds: Sequence[float]
    ) -> dict[str, Any]:
        """Return the smoothing of labels, and the weights of classes."""
        weights = class_weights(np.asarray(y)[self.known(y)], len(sds), fitting.class_weights)
        return {
            "label_smoothing": fitting.label_smoothing,
            "class_weights": None if weights is None else weights.tolist(),
        }

    def read_outs(self, names: Sequence[str]) -> dict[str, Callable[[Any], Any]]:
        """Return each class's logit: probabilities saturate, and with them every gradient."""
        return {name: partial(_logit, place=place) for place, name in enumerate(names)}

    def usual_read_out(self, names: Sequence[str]) -> str:
        """Return the last class: of two, that which is no control."""
        return names[-1]

    def loss(self, name: str, sds: Sequence[float], **options: Any) -> Callable[..., Any]:
        """Return a cross-entropy of logits, in nats.

        Parameters
        ----------
        name
            `cross_entropy`, of one class among all; or `binary_cross_entropy`, of each class
            against the rest (sigmoid), summed.
        sds
            One a class; only their number counts.
        **options
            `label_smoothing` ε: the target is (1 − ε) + ε / k for the true class and ε / k for
            others (Szegedy et al. 2016, CVPR, 2818). `class_weights`, (k,): what each example's
            loss is multiplied by, by its class.
        """
        from nascent.frameworks import keras

        k = len(sds)
        smoothing = options.get("label_smoothing", 0.0)
        weights = options.get("class_weights")
        weights = None if weights is None else np.asarray(weights, np.float32)

        def of_examples(y: Any, logits: Any, weight: Any = None) -> Any:
            ops = keras.ops
            true = ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), k, dtype="float32")
            logits = ops.cast(logits, "float32")
            wanted = true * (1 - smoothing) + smoothing / k
            if name == "cross_entropy":
                found = -ops.sum(wanted * ops.log_softmax(logits, axis=-1), axis=-1)
            else:
                # ln(1 + exp(l)) − w l, the cross-entropy of a sigmoid.
                found = ops.sum(ops.softplus(logits) - wanted * logits, axis=-1)
            if weights is not None:
                found = found * ops.sum(true * weights, axis=-1)
            return found if weight is None else found * ops.reshape(weight, (-1,))

        return of_examples

    def learning_metric(self, sds: Sequence[float], loss: str = "") -> Callable[..., Any]:
        """Return the log loss of the probabilities, neither smoothed nor weighted."""
        log_loss = self.loss("cross_entropy", sds)
        if loss != SIGMOID:
            return log_loss

        def of_sigmoids(y: Any, logits: Any, weight: Any = None) -> Any:
            from nascent.frameworks import keras

            sigmoids = keras.ops.log_sigmoid(keras.ops.cast(logits, "float32"))
            return log_loss(y, sigmoids, weight)

        return of_sigmoids


TASK = Classes()


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis, float64."""
    logits = np.asarray(logits, np.float64)
    sizes = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return sizes / sizes.sum(axis=-1, keepdims=True)


def class_weights(y: np.ndarray, k: int, kind: str) -> np.ndarray | None:
    """Return the weight of each class in the loss: None, or n / (k n_c) where `balanced`.

    All classes then count alike, and the mean weight of an example is 1.
    """
    if kind == "none":
        return None
    return len(y) / (k * np.bincount(np.asarray(y, np.int64), minlength=k))


def _logit(outputs: Any, place: int) -> Any:
    return outputs[:, place]
