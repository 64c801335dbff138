"""A model's values and gradients against formulas."""

import keras
import numpy as np
import pytest
from keras import ops
from networks import network

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.read_outs import output
from nascent.errors import AttributionError

IMAGES = np.random.default_rng(0).normal(size=(3, 4, 4, 2)).astype(np.float32)
MASKS = np.ones((3, 4, 4), bool)


def test_values_and_gradients_are_those_of_the_formula(explained):
    cube = explained(lambda x: ops.sum(x**3, axis=(1, 2, 3)), (4, 4, 2))
    outputs, gradients = cube.gradients(IMAGES, MASKS)
    np.testing.assert_allclose(outputs, (IMAGES**3).sum(axis=(1, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(gradients, 3 * IMAGES**2, rtol=1e-5)
    np.testing.assert_allclose(cube.outputs(IMAGES, MASKS), outputs, rtol=1e-6)


def test_each_target_has_its_own_gradient(explained):
    def both(x):
        total = ops.sum(x, axis=(1, 2, 3))
        return ops.stack([2 * total, -5 * total], axis=1)

    for target, slope in ((0, 2), (1, -5)):
        _, gradients = explained(both, (4, 4, 2), output(target)).gradients(IMAGES, MASKS)
        np.testing.assert_allclose(gradients, slope)
    with pytest.raises(AttributionError, match=r"outputs are \(2,\), of which 'third' is not one"):
        explained(both, (4, 4, 2), output(2, "third"))


def test_a_gradient_of_a_real_network_is_the_slope_of_its_output():
    model = ExplainedModel(network("simple_cnn", 32, {}))
    image = np.random.default_rng(1).normal(size=(32, 32, 3)).astype(np.float32)
    direction = np.random.default_rng(2).normal(size=image.shape).astype(np.float32)
    step = 1e-3
    ends = np.stack([image - step * direction, image + step * direction])
    low, high = model.outputs(ends, np.ones((2, 32, 32), bool))
    _, (gradient,) = model.gradients(image[None], np.ones((1, 32, 32), bool))
    np.testing.assert_allclose(np.vdot(gradient, direction), (high - low) / (2 * step), rtol=0.03)


def test_a_model_that_does_not_see_the_image_has_no_gradient():
    image = keras.Input((4, 4, 2), name="image")
    mask = keras.Input((4, 4), name="mask", dtype="float32")
    total = keras.layers.Dense(1)(keras.layers.Flatten()(mask))
    model = ExplainedModel(keras.Model({"image": image, "mask": mask}, total))
    assert (model.gradients(IMAGES, MASKS)[1] == 0).all()


def test_a_model_of_maps_is_refused():
    image = keras.Input((4, 4, 2), name="image")
    mask = keras.Input((4, 4), name="mask", dtype="bool")
    with pytest.raises(AttributionError, match="the first output is not one number a cell"):
        ExplainedModel(keras.Model({"image": image, "mask": mask}, keras.layers.ReLU()(image)))


def test_a_model_cut_at_a_layer_is_the_model():
    model = network("simple_cnn", 32, {"pooling": "masked_average", "widths": (4, 4)})
    explained = ExplainedModel(model)
    images = np.random.default_rng(1).normal(size=(2, 32, 32, 3)).astype(np.float32)
    masks = np.random.default_rng(2).random((2, 32, 32)) < 0.5
    layer = explained.at_layer("conv_2_norm")
    features = layer.features(images, masks)
    assert features.shape == (2, 16, 16, 4)
    outputs, gradients = layer.gradients(features, masks)
    np.testing.assert_allclose(outputs, explained.outputs(images, masks), rtol=1e-5)
    assert gradients.shape == features.shape


def test_a_missing_layer_is_told_with_the_nearest():
    with pytest.raises(AttributionError, match=r"no layer 'conv2'.*conv_2"):
        ExplainedModel(network("simple_cnn", 32, {})).at_layer("conv2")


def test_a_layer_that_something_goes_around_is_refused():
    model = network("resnet50v2", 64, {})
    inner = next(layer.name for layer in model.layers if layer.name.endswith("block2_1_conv"))
    with pytest.raises(AttributionError, match="through the layer"):
        ExplainedModel(model).at_layer(inner)


def test_batch_normalisation_and_dropout_are_fixed_and_cells_do_not_touch_each_other():
    image = keras.Input((4, 4, 2), name="image")
    mask = keras.Input((4, 4), name="mask", dtype="bool")
    features = keras.layers.Dropout(0.9)(keras.layers.BatchNormalization()(image))
    total = keras.layers.Dense(1)(keras.layers.Flatten()(features))
    model = ExplainedModel(keras.Model({"image": image, "mask": mask}, total))
    together = model.gradients(IMAGES, MASKS)[1]
    np.testing.assert_allclose(model.gradients(IMAGES[:1], MASKS[:1])[1][0], together[0], rtol=1e-6)
    np.testing.assert_array_equal(model.gradients(IMAGES, MASKS)[1], together)


def test_a_backend_without_gradients_is_refused(monkeypatch):
    model = network("linear", 16, {})
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(AttributionError, match="'numpy' cannot differentiate"):
        ExplainedModel(model)
