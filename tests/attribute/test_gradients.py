"""Gradients of Keras models against formulas differentiated by hand, and published attributions."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from nascent.attribute.gradients import output_and_gradients
from nascent.attribute.integrated_gradients import AttributionPath, integrate_paths
from nascent.errors import AttributionError


class Formula(keras.Model):
    """A model that computes `formula(x)`, x the values (n, C) of a one-pixel image."""

    def __init__(self, formula):
        super().__init__()
        self.formula = formula

    def call(self, inputs, training=False):
        return self.formula(inputs["image"][:, 0, 0, :])


def inputs():
    return keras.Input((4, 4, 2), name="image"), keras.Input((4, 4), name="mask", dtype="bool")


def dense_model():
    image, mask = inputs()
    weight = ops.expand_dims(ops.cast(mask, "float32"), -1)
    features = keras.layers.Flatten()(keras.layers.Multiply()([image, weight]))
    return keras.Model({"image": image, "mask": mask}, keras.layers.Dense(1)(features))


def batch(count, seed=0):
    stream = np.random.default_rng(seed)
    masks = stream.random((count, 4, 4)) < 0.7
    return stream.normal(size=(count, 4, 4, 2)).astype(np.float32), masks


def test_a_dense_layer_gives_its_weights_on_measured_pixels():
    model = dense_model()
    images, masks = batch(3)
    outputs, gradients = output_and_gradients(model)(images, masks)
    weights, bias = (np.asarray(value) for value in model.layers[-1].get_weights())
    expected = weights.reshape(4, 4, 2) * masks[..., None]
    np.testing.assert_allclose(gradients, expected, rtol=1e-6)
    np.testing.assert_allclose(
        outputs, (images * expected).sum(axis=(1, 2, 3)) + bias, rtol=1e-4, atol=1e-5
    )
    assert outputs.shape == (3,)
    assert gradients.dtype == outputs.dtype == np.float32


def test_batches_of_any_size_give_each_cell_its_own_gradient():
    gradient = output_and_gradients(Formula(lambda x: ops.sum(x**3, axis=1, keepdims=True)))
    images = np.random.default_rng(1).normal(size=(7, 1, 1, 3)).astype(np.float32)
    masks = np.ones((7, 1, 1), bool)
    for part in (slice(0, 4), slice(4, 7), slice(0, 1), slice(0, 7)):
        _, gradients = gradient(images[part], masks[part])
        np.testing.assert_allclose(gradients, 3 * images[part] ** 2, rtol=1e-5)


def test_batch_normalisation_and_dropout_are_fixed():
    image, mask = inputs()
    features = keras.layers.Dropout(0.9)(keras.layers.BatchNormalization()(image))
    outputs = keras.layers.Dense(1)(keras.layers.Flatten()(features))
    gradient = output_and_gradients(keras.Model({"image": image, "mask": mask}, outputs))
    images, masks = batch(4)
    together = gradient(images, masks)[1]
    np.testing.assert_allclose(gradient(images[:1], masks[:1])[1][0], together[0], rtol=1e-6)
    np.testing.assert_array_equal(gradient(images, masks)[1], together)


def test_an_image_the_model_does_not_look_at_has_a_gradient_of_zero():
    image, mask = inputs()
    area = keras.layers.Dense(1)(keras.layers.Flatten()(ops.cast(mask, "float32")))
    gradient = output_and_gradients(keras.Model({"image": image, "mask": mask}, area))
    images, masks = batch(2)
    assert (gradient(images, masks)[1] == 0).all()


def test_of_two_targets_the_first_is_explained():
    both = Formula(lambda x: ops.stack([x[:, 0] ** 2, 100 * x[:, 1]], axis=1))
    images = np.random.default_rng(3).normal(size=(5, 1, 1, 2)).astype(np.float32)
    outputs, gradients = output_and_gradients(both)(images, np.ones((5, 1, 1), bool))
    np.testing.assert_allclose(outputs, images[:, 0, 0, 0] ** 2, rtol=1e-6)
    np.testing.assert_allclose(gradients[:, 0, 0, 0], 2 * images[:, 0, 0, 0], rtol=1e-6)
    assert (gradients[..., 1] == 0).all()


def test_an_output_that_is_no_row_a_cell_is_refused():
    gradient = output_and_gradients(Formula(lambda x: x[:, :, None]))
    with pytest.raises(AttributionError, match="not a row of values a cell"):
        gradient(np.ones((5, 1, 1, 3), np.float32), np.ones((5, 1, 1), bool))


def test_a_backend_without_gradients_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(AttributionError, match="'numpy' cannot differentiate"):
        output_and_gradients(Formula(lambda x: x))


RELU = ops.relu
PAPER_F = "IG paper example f=relu(relu(x1)-1-relu(x2))"
PAPER_G = "IG paper example g=relu(relu(x1-1)-relu(x2)) (implementation invariance)"
FORMULAS = {
    PAPER_F: lambda x: RELU(RELU(x[:, 0]) - 1 - RELU(x[:, 1])),
    PAPER_G: lambda x: RELU(RELU(x[:, 0] - 1) - RELU(x[:, 1])),
    "[5x, y^2, sin z] summed": lambda x: 5 * x[:, 0] + x[:, 1] ** 2 + ops.sin(x[:, 2]),
    "2x1^2+x2^2": lambda x: 2 * x[:, 0] ** 2 + x[:, 1] ** 2,
    "2x1+x2": lambda x: 2 * x[:, 0] + x[:, 1],
}


def attribution(formula, image, baseline, steps=70):
    gradient = output_and_gradients(Formula(formula))
    path = AttributionPath(
        np.reshape(image, (1, 1, -1)), np.reshape(baseline, (1, 1, -1)), np.ones((1, 1), bool)
    )
    (integral,) = integrate_paths(gradient, [path], steps=steps, batch_size=32)
    return integral


def test_integrated_gradients_of_5x_y2_sin_z_is_known():
    integral = attribution(FORMULAS["[5x, y^2, sin z] summed"], [1.0, 2, 3], [0.5, 1, 1])
    # The path of each summand is its own: f_i(x_i) − f_i(x'_i).
    expected = [5 * 0.5, 4 - 1, np.sin(3) - np.sin(1)]
    np.testing.assert_allclose(integral.attribution.ravel(), expected, atol=1e-4)
    assert integral.completeness_gap == pytest.approx(0, abs=2e-4)


def test_two_networks_of_one_function_get_one_attribution():
    found = [attribution(FORMULAS[name], [3.0, 1], [0.0, 0]) for name in (PAPER_F, PAPER_G)]
    np.testing.assert_allclose(found[0].attribution, found[1].attribution, rtol=1e-6)
    # Past the kink, half of the path, both rise by 2 per unit of α: 3 from x1 and −1 from x2.
    np.testing.assert_allclose(found[0].attribution.ravel(), [1.5, -0.5], atol=3 / 70)


def test_published_values_are_met(real_data):
    oracles = json.loads((real_data / "oracles.json").read_text())
    fitting = [entry for entry in oracles if entry["model"] in FORMULAS]
    assert len(fitting) == len(FORMULAS)
    for entry in fitting:
        integral = attribution(
            FORMULAS[entry["model"]],
            np.asarray(entry["input"], float),
            np.asarray(entry["baseline"], float),
        )
        np.testing.assert_allclose(
            integral.attribution.ravel(),
            entry["expected"],
            atol=max(entry["tolerance_in_source"], 1e-5),
            err_msg=entry["name"],
        )
