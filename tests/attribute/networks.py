"""Networks with weights that no two of which are alike, and nuclei anywhere in the frame."""

import numpy as np

from nascent.attribute.integrated_gradients import AttributionPath
from nascent.attribute.quadrature import points_and_weights
from nascent.examples import image_input
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

# Architecture, edge of the crop, options of its layers.
SMALL = [
    ("linear", 16, {}),
    ("simple_cnn", 32, {}),
    ("simple_cnn", 48, {"pooling": "masked_average", "widths": (4, 6, 8)}),
    ("simple_cnn", 32, {"pooling": "flatten", "widths": (4, 4)}),
    ("simple_cnn", 30, {"widths": (4, 4)}),  # not a multiple of the stride
    ("simple_cnn", 128, {"widths": (4, 4)}),  # a frame whose windows are no squares
]
ONE = [("simple_cnn", 32, {"widths": (4, 4)})]
LARGE = [("resnet50v2", 64, {}), ("xception", 71, {}), ("EfficientNetV2B0", 64, {})]
CHANNELS = 3


def network(name, size, layers, seed=0):
    """Build a model and draw all its weights, so that nothing is zero, one, or symmetric."""
    model = build(
        name,
        [image_input(size, CHANNELS)],
        target_mean=300.0,
        target_sd=60.0,
        layers=Layers(**layers),
    )
    stream = np.random.default_rng(seed)
    for variable in model.variables:
        drawn = stream.normal(size=variable.shape).astype(np.float32)
        name = variable.path.split("/")[-1]
        if name in ("gamma", "moving_variance"):
            variable.assign(0.5 + 0.5 * np.abs(drawn))
        elif name == "kernel":
            variable.assign(drawn / np.sqrt(np.prod(variable.shape[:-1])))
        elif "seed" not in variable.path:
            variable.assign(0.3 * drawn)
    return model


def paths(size, seed=0):
    """Paths from black and from noise, for nuclei in the middle, in a corner and at an edge."""
    stream = np.random.default_rng(seed)
    row, column = np.mgrid[:size, :size]
    found = []
    for y, x, radius in (
        (size // 2, size // 2, size // 6),
        (3, size - 4, size // 5),
        (size // 2, 4, size // 3),
    ):
        mask = (row - y) ** 2 + (column - x) ** 2 < radius**2
        inside = mask[..., None]
        image = stream.normal(size=(size, size, CHANNELS)) * inside
        noise = stream.normal(size=image.shape) * inside
        found += [
            AttributionPath(image, np.zeros_like(image), mask),
            AttributionPath(image, noise, mask),
        ]
    return found


def plain_loop(explained, path, rule, steps):
    """Integrate by the definition: every point through the whole model, summed in float64."""
    alphas, weights = points_and_weights(rule, steps)
    difference = path.image - path.baseline
    points = path.baseline + alphas[:, None, None, None] * difference
    masks = np.repeat(path.mask[None], len(alphas), axis=0)
    _, gradients = explained.gradients(points, masks)
    return np.tensordot(weights, gradients.astype(np.float64), 1) * difference
