"""A number an example: how far predictions lie from what was measured."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.task import Task
from nascent.tasks._number_metrics import NumberMetrics
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.train.options import Fitting


class Regression(NumberMetrics, Task):
    """One number an example, in the unit it was measured in; several are several targets."""

    name = "regression"
    learning = "mae"
    losses = ("huber", "mse", "mae")
    has_errors = True
    loss_words: ClassVar[Mapping[str, str]] = {
        "huber": "Huber loss [@huber1964], quadratic up to an error of {huber_delta:g} {unit}",
        "mse": "squared error",
        "mae": "absolute error",
    }

    def loss_in_words(self, options: Mapping[str, Any]) -> str:
        """See `nascent.task.Task.loss_in_words`."""
        units = {"sd": "SD of the target", "raw": "in the unit of the target"}
        return super().loss_in_words({**options, "unit": units[options["huber_delta_unit"]]})

    def encode(self, answers: pd.Series | np.ndarray, levels: Sequence[str] = ()) -> np.ndarray:
        """Return the numbers of a column, (n,) float64; see `nascent.task.Task.encode`."""
        try:
            values = answers.to_numpy(np.float64)
        except (TypeError, ValueError) as error:
            raise TrainError(
                f"the column {answers.name!r} is predicted as a number and holds others ({error})",
                mend="Name columns of numbers, or set target.task to classes.",
            ) from error
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            raise TrainError(
                f"the target of {spoken().example} {answers.index[wrong[0]]} is {values[wrong[0]]}"
                f" (column {answers.name!r}, {len(wrong)} of {len(values)} {spoken().examples})",
                mend=f"Remove the {spoken().example} by a quality rule or by crops.exclude.",
            )
        return values

    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return an output a target."""
        return targets

    def of_targets(self, network_outputs: np.ndarray, loss: str = "") -> list[np.ndarray]:
        """Return the output of each target, (n,) float64."""
        return list(np.asarray(network_outputs, np.float64).T)

    def columns(self, levels: Sequence[str] = ()) -> tuple[str, ...]:
        """Return `y` and `y_hat`."""
        return ("y", "y_hat")

    def table(
        self, ids: Sequence[Any], y: np.ndarray, y_hat: np.ndarray, levels: Sequence[str] = ()
    ) -> pd.DataFrame:
        """See `nascent.task.Task.table`; y and ŷ (n,)."""
        return pd.DataFrame({"id": ids, "y": y, "y_hat": y_hat})

    def read(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return y and ŷ, (n,) float64 each."""
        return table["y"].to_numpy(np.float64), table["y_hat"].to_numpy(np.float64)

    def start(self, y: np.ndarray, levels: Sequence[str] = ()) -> tuple[list[float], list[float]]:
        """Return the mean and the SD (ddof 1) of each target."""
        # A target lies in one piece, whatever others there are: sums to the last bit.
        values = pd.DataFrame(np.ascontiguousarray(np.asarray(y, np.float64).T).T)
        return [float(mean) for mean in values.mean()], [float(sd) for sd in values.std(ddof=1)]

    def loss_options(
        self, fitting: "Fitting", y: np.ndarray, sds: Sequence[float]
    ) -> dict[str, Any]:
        """Return δ of the Huber loss, in the unit of the first target."""
        if fitting.loss != "huber":
            return {}
        unit = sds[0] if fitting.huber_delta_unit == "sd" else 1.0
        return {"delta": fitting.huber_delta * unit}

    def read_outs(self, names: Sequence[str]) -> dict[str, Callable[[Any], Any]]:
        """Return each target's own output."""
        return {name: partial(_output, place=place) for place, name in enumerate(names)}

    def loss(self, name: str, sds: Sequence[float], **options: Any) -> Callable[..., Any]:
        """Return `huber`, `mse` or `mae` in units of the first target, a mean over the targets.

        The residual of each target is brought to the unit of the first by the ratio of their
        training SDs, sd_0 / sd_t, so that none outweighs the others by its scale.

        Parameters
        ----------
        name
            Of the loss.
        sds
            Of the training targets.
        **options
            `delta` of the Huber loss, in the unit of the first target.
        """
        from nascent.frameworks import keras

        functions = {
            "huber": partial(keras.losses.huber, delta=options.get("delta", 1.0)),
            "mse": keras.losses.mean_squared_error,
            "mae": keras.losses.mean_absolute_error,
        }
        # One target is multiplied by exactly 1.
        scale = (sds[0] / np.asarray(sds, np.float64)).astype(np.float32)

        def of_examples(y: Any, y_hat: Any, weight: Any = None) -> Any:
            if weight is None:
                return functions[name](y * scale, y_hat * scale)
            ops = keras.ops
            # One an example, or one a target.
            weight = ops.reshape(weight, (ops.shape(y_hat)[0], -1))
            y = ops.where(weight > 0, y, y_hat)
            each = functions[name](
                ops.expand_dims(y * scale, -1), ops.expand_dims(y_hat * scale, -1)
            )
            return ops.mean(weight * each, axis=-1)

        return of_examples

    def learning_metric(self, sds: Sequence[float], loss: str = "") -> Callable[..., Any]:
        """Return the absolute error in the unit of the first target."""
        return self.loss("mae", sds)


TASK = Regression()


def _output(outputs: Any, place: int) -> Any:
    return outputs[:, place]
