"""The gradient at the image itself, and its product with the image.

Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, 2013 (the gradient); Shrikumar,
Greenside, Shcherbina, Kundaje: Not just a black box, 2016 (input × gradient).
"""

import numpy as np

from nascent.attribute.evaluation import gradients_at, points_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.attribute.results import Attributions, without_path


def gradient(explained: ExplainedModel, cells: CellBatch, *, batch_size: int) -> Attributions:
    """Return ∇f at each image: prediction units a unit of the normalised channel, with its sign."""
    maps = np.empty(cells.images.shape, np.float32)
    outputs = np.empty(len(cells))
    for cell, (output, found) in enumerate(gradients_at(explained, points_of(cells), batch_size)):
        outputs[cell], maps[cell] = output, found
    return without_path(maps, outputs)


def input_x_gradient(
    explained: ExplainedModel, cells: CellBatch, *, batch_size: int
) -> Attributions:
    """Return x · ∇f at each image, in units of the prediction: a first-order step from x to 0."""
    found = gradient(explained, cells, batch_size=batch_size)
    found.maps[...] *= cells.images
    return found
