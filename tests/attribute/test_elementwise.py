"""The steps of a chain against Keras' own layers and against derivatives by TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from nascent.attribute.elementwise import entrance, rectified_maximum, weighted_average
from nascent.attribute.gradients import backend


def by_tape(function, point, cotangent):
    point = tf.constant(point)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = function(point)
    return value.numpy(), tape.gradient(value, point, output_gradients=cotangent).numpy()


def with_ties(shape, seed=0):
    """Whole numbers from −2 to 2: every pool has equal values, many of them the largest."""
    return np.random.default_rng(seed).integers(-2, 3, shape).astype(np.float32)


@pytest.mark.parametrize("pool", [1, 2, 3])
@pytest.mark.parametrize("order", ["rectified first", "pooled first"])
def test_a_rectified_maximum_is_keras_pooling_and_relu_in_either_order_ties_included(pool, order):
    values = with_ties((3, 4 * pool, 2 * pool, 5))
    cotangent = np.random.default_rng(1).normal(size=(3, 4, 2, 5)).astype(np.float32)
    steps = [layers.ReLU(), layers.MaxPooling2D(pool)]
    keras_way = keras.Sequential(steps if order == "rectified first" else steps[::-1])
    step = rectified_maximum(pool, floor=0.0)
    value, gradient = by_tape(keras_way, values, cotangent)
    np.testing.assert_array_equal(step.value(values), value)
    np.testing.assert_array_equal(step.pull(cotangent, values), gradient)


def test_without_a_floor_it_is_the_pooling_alone():
    values = with_ties((2, 4, 4, 3))
    cotangent = np.ones((2, 2, 2, 3), np.float32)
    step = rectified_maximum(2, floor=-np.inf)
    value, gradient = by_tape(layers.MaxPooling2D(2), values, cotangent)
    np.testing.assert_array_equal(step.value(values), value)
    np.testing.assert_array_equal(step.pull(cotangent, values), gradient)


def test_the_entrance_is_the_block_at_each_point_and_its_derivative_the_weighted_sum():
    start, difference = with_ties((2, 4, 6, 3)), with_ties((2, 4, 6, 3), 1)
    alphas = np.array([0, 0.25, 0.5, 1], np.float32)
    weights = np.array([0.5, 0.1, -0.3, 2], np.float32)
    block = rectified_maximum(2, floor=0.0)
    points = start[:, None] + alphas[None, :, None, None, None] * difference[:, None]
    flat = points.reshape(8, 4, 6, 3)
    step = entrance(2, floor=0.0)
    given = (np.zeros_like(start), start, difference, alphas, weights)
    np.testing.assert_allclose(step.value(*given), block.value(flat), atol=1e-6)
    cotangent = np.random.default_rng(2).normal(size=(8, 2, 3, 3)).astype(np.float32)
    each = np.asarray(block.pull(cotangent, flat)).reshape(points.shape)
    np.testing.assert_allclose(
        step.pull(cotangent, *given), np.einsum("a,pahwf->phwf", weights, each), atol=1e-5
    )


def test_the_weighted_average_weighs_each_path_by_its_own():
    stream = np.random.default_rng(0)
    features = stream.normal(size=(6, 3, 2, 4)).astype(np.float32)
    weights = stream.random((2, 3, 2)).astype(np.float32)
    step = weighted_average()
    expected = np.einsum("pahwf,phw->paf", features.reshape(2, 3, 3, 2, 4), weights)
    np.testing.assert_allclose(step.value(features, weights), expected, rtol=1e-5)
    cotangent = stream.normal(size=(2, 3, 4)).astype(np.float32)
    _, gradient = by_tape(lambda x: step.value(x, weights), features, cotangent)
    np.testing.assert_allclose(step.pull(cotangent, features, weights), gradient, rtol=1e-5)


def test_a_fused_step_has_the_derivative_that_is_written_out():
    engine = backend()
    fused = engine.fused(rectified_maximum(2, floor=0.0))
    values = with_ties((2, 4, 4, 3))
    cotangent = np.random.default_rng(1).normal(size=(2, 2, 2, 3)).astype(np.float32)
    _, gradient = by_tape(lambda x: fused(x), values, cotangent)
    expected = rectified_maximum(2, floor=0.0).pull(cotangent, values)
    np.testing.assert_array_equal(gradient, expected)
