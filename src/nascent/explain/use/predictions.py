"""What is asked of a trained model when use is measured: its number, or a class's probability."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nascent.attribute.explained import ExplainedModel
from nascent.examples import InputSpec, mask_inputs
from nascent.frameworks import keras
from nascent.task import REGRESSION, task_of

Predict = Callable[..., np.ndarray]
"""Images (n, places …, C), masks (n, places …), and further inputs by name → (n,)."""


def predictions_of(
    model: keras.Model,
    inputs: Sequence[InputSpec],
    *,
    task: str = REGRESSION,
    output: int = 0,
) -> Predict:
    """Return the function whose squared error is measured.

    Of a class it is the probability against 1 or 0: its skill is then that of the Brier
    score of the class.

    Parameters
    ----------
    model
        The trained one.
    inputs
        What it takes; the first is what is exchanged, the image.
    task
        Name of what it predicts.
    output
        Number of the target, or of the class.
    """
    name, masks_of = inputs[0].name, mask_inputs(inputs)
    measured, own = task_of(task), masks_of.get(name)
    if not measured.has_classes and len(inputs) == 1:
        return ExplainedModel(model, output, name=name, mask=own).outputs

    def predict(
        images: np.ndarray, masks: np.ndarray, others: Mapping[str, np.ndarray] | None = None
    ) -> np.ndarray:
        given = {name: images} | ({own: masks} if own else {}) | dict(others or {})
        answers = measured.of_targets(model.predict_on_batch(given))
        return answers[0][:, output] if measured.has_classes else answers[output]

    return predict
