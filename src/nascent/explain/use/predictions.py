"""What is asked of a trained model when use is measured: its number, or a class's probability."""

from collections.abc import Callable

import numpy as np

from nascent.attribute.explained import ExplainedModel
from nascent.frameworks import keras
from nascent.task import REGRESSION, task_of

Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Images (n, places …, C) and masks (n, places …) → (n,)."""


def predictions_of(model: keras.Model, *, task: str = REGRESSION, output: int = 0) -> Predict:
    """Return the function whose squared error is measured.

    Of a class it is the probability against 1 or 0: its skill is then that of the Brier
    score of the class.

    Parameters
    ----------
    model
        The trained one.
    task
        Name of what it predicts.
    output
        Number of the target, or of the class.
    """
    if not task_of(task).has_classes:
        return ExplainedModel(model, output).outputs

    def probability(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        logits = model.predict_on_batch({"image": images, "mask": masks})
        return task_of(task).of_targets(logits)[0][:, output]

    return probability
