"""What is asked of a trained model when use is measured: its number, or a class's probability."""

from collections.abc import Mapping, Sequence

import numpy as np

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.read_outs import output as output_of
from nascent.examples import InputSpec, mask_inputs
from nascent.explain.use.exchanges import Predict
from nascent.frameworks import keras
from nascent.task import REGRESSION, task_of


def predictions_of(
    model: keras.Model,
    inputs: Sequence[InputSpec],
    *,
    task: str = REGRESSION,
    output: int = 0,
    loss: str = "",
) -> Predict:
    """Return the function whose squared error is measured.

    Of a class it is the probability against 1 or 0: its skill is then that of the Brier
    score of the class.

    Parameters
    ----------
    model
        The trained one.
    inputs
        What it takes.
    task
        Name of what it predicts.
    output
        Number of the target, or of the class.
    loss
        By which the model learnt, see `nascent.task.Task.of_targets`.
    """
    measured = task_of(task)
    if not measured.has_classes and len(inputs) == 1:
        name, mask = inputs[0].name, mask_inputs(inputs).get(inputs[0].name)
        explained = ExplainedModel(model, output_of(output), name=name, mask=mask)

        def compiled(given: Mapping[str, np.ndarray]) -> np.ndarray:
            images = given[name]
            masks = given[mask] if mask else np.ones(images.shape[:-1], bool)
            return explained.outputs(images, masks)

        return compiled

    def predict(given: Mapping[str, np.ndarray]) -> np.ndarray:
        answers = measured.of_targets(model.predict_on_batch(dict(given)), loss)
        return answers[0][:, output] if measured.has_classes else answers[output]

    return predict
