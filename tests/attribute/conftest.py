"""Models whose gradients are known, and nuclei to explain."""

import keras
import numpy as np
import pytest
from keras import ops

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.attribute.read_outs import FIRST


class Formula(keras.layers.Layer):
    """A layer that computes any formula (n, S, S, C) → (n,) or (n, …)."""

    def __init__(self, formula):
        super().__init__()
        self.formula = formula

    def call(self, image):
        found = self.formula(image)
        return found[:, None] if len(found.shape) == 1 else found


@pytest.fixture(scope="session")
def explained():
    """Return a function (formula, (S, S, C), read-out) → the explained model of a formula."""

    def explained(formula, shape, read_out=FIRST):
        image = keras.Input(shape, name="image")
        mask = keras.Input(shape[:2], name="mask", dtype="bool")
        model = keras.Model({"image": image, "mask": mask}, Formula(formula)(image))
        return ExplainedModel(model, read_out)

    return explained


WEIGHTS = np.random.default_rng(3).normal(size=(6, 6, 2)).astype(np.float32)


@pytest.fixture(scope="session")
def weights():
    """The weights of the linear and the quadratic model, (6, 6, 2)."""
    return WEIGHTS


@pytest.fixture(scope="session")
def linear(explained):
    """f = Σ w x + 7 on images (6, 6, 2)."""
    return explained(lambda x: ops.sum(x * WEIGHTS, axis=(1, 2, 3)) + 7, WEIGHTS.shape)


@pytest.fixture(scope="session")
def quadratic(explained):
    """f = Σ w x² on images (6, 6, 2)."""
    return explained(lambda x: ops.sum(x * x * WEIGHTS, axis=(1, 2, 3)), WEIGHTS.shape)


@pytest.fixture(scope="session")
def nuclei():
    """Return a function (count) → cells with ids 10, 11, … of different outlines."""

    def nuclei(count, seed=1):
        stream = np.random.default_rng(seed)
        masks = np.zeros((count, 6, 6), bool)
        masks[:, 1:5, 1:5] = stream.random((count, 4, 4)) < 0.8
        masks[:, 2, 2] = True
        images = stream.normal(size=(count, 6, 6, 2)).astype(np.float32)
        return CellBatch(images * masks[..., None], masks, list(range(10, 10 + count)))

    return nuclei
