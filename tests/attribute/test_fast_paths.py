"""The fast way along paths gives the numbers of the plain loop, on every network and backend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from equality import differences
from keras import layers
from networks import SMALL, network

from nascent.attribute.chain import chain_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.graph import affine_prefix, apply
from nascent.attribute.integrated_gradients import AttributionPath, PathIntegrator


def compared(backend, models, floats):
    script = Path(__file__).with_name("equality.py")
    ran = subprocess.run(
        [sys.executable, script, models, floats],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["backend"] == backend
    return told["found"]


def assert_equal(differences, bound):
    for name, found in differences.items():
        assert max(found["map"]) < bound, name
        assert max(found["ends"]) < 1e-5, name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "models", "floats", "bound"),
    [
        ("jax", "one", "float32", 1e-5),
        pytest.param("jax", "small", "float32", 1e-5, marks=pytest.mark.nightly),
        pytest.param("tensorflow", "small", "float64", 1e-6, marks=pytest.mark.nightly),
        pytest.param("tensorflow", "large", "float64", 1e-6, marks=pytest.mark.nightly),
    ],
)
def test_the_fast_way_equals_the_plain_loop(backend, models, floats, bound):
    assert_equal(compared(backend, models, floats), bound)


@pytest.mark.slow
def test_the_fast_way_equals_the_plain_loop_here():
    assert_equal(differences(SMALL), 1e-5)


def test_what_of_a_network_is_affine_and_what_is_a_chain():
    cnn = network("simple_cnn", 32, {})
    assert [layer.name for layer in affine_prefix(cnn, cnn.input["image"])] == [
        "conv_1",
        "conv_1_norm",
    ]
    chain = chain_of(cnn)
    assert [block.pool for block in chain.blocks] == [2, 2]
    assert (chain.reach.stride, chain.reach.margin, chain.masked) == (4, 3, False)
    assert chain_of(network("simple_cnn", 32, {"pooling": "masked_average"})).masked
    # Every place has its own weight, the crop is no multiple of the stride, branches.
    assert chain_of(network("simple_cnn", 32, {"pooling": "flatten"})) is None
    assert chain_of(network("simple_cnn", 30, {})) is None
    assert chain_of(network("linear", 16, {})) is None


def test_a_block_folds_its_normalisation_into_kernel_and_bias():
    block = chain_of(network("simple_cnn", 32, {})).blocks[0]
    images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype(np.float32)
    kernel, bias = block.kernel_and_bias()
    folded = keras.ops.conv(images, kernel, padding="same") + bias
    np.testing.assert_allclose(folded, apply([block.convolution, block.norm], images), atol=1e-5)


def uneven_norm(axis):
    """Return a batch normalisation whose statistics and weights differ along its axis."""
    return layers.BatchNormalization(
        axis=axis,
        gamma_initializer=keras.initializers.RandomUniform(0.5, 2, seed=1),
        beta_initializer=keras.initializers.RandomNormal(seed=2),
        moving_mean_initializer=keras.initializers.RandomNormal(seed=3),
        moving_variance_initializer=keras.initializers.RandomUniform(0.5, 2, seed=4),
    )


@pytest.mark.parametrize("axis", [-1, 3])
def test_a_normalisation_of_the_channels_is_part_of_a_chain(axis):
    image = keras.Input((24, 24, 2), name="image")
    mask = keras.Input((24, 24), name="mask", dtype="bool")
    normed = uneven_norm(axis)(layers.Conv2D(4, 3, padding="same")(image))
    output = layers.Dense(1)(layers.GlobalAveragePooling2D()(normed))
    assert chain_of(keras.Model({"image": image, "mask": mask}, output)).blocks[0].norm is not None


@pytest.mark.parametrize(
    "odd",
    [
        lambda x: layers.Conv2D(4, 3, padding="same", strides=2)(x),
        lambda x: layers.Conv2D(4, 3, padding="valid")(x),
        lambda x: layers.Conv2D(4, 3, padding="same", activation="relu")(x),
        lambda x: layers.MaxPooling2D(3, strides=2)(layers.Conv2D(4, 3, padding="same")(x)),
        lambda x: layers.LeakyReLU()(layers.Conv2D(4, 3, padding="same")(x)),
        lambda x: layers.Conv2D(4, 3, padding="same", dilation_rate=2)(x),
        # As many rows, or columns, as channels: folded into the kernel it would fit, and be wrong.
        lambda x: uneven_norm(1)(layers.Conv2D(24, 3, padding="same")(x)),
        lambda x: uneven_norm(2)(layers.Conv2D(24, 3, padding="same")(x)),
        lambda x: layers.MaxPooling2D(2, data_format="channels_first")(
            layers.Conv2D(4, 3, padding="same")(x)
        ),
    ],
)
def test_other_networks_go_the_general_way_with_the_numbers_of_the_plain_loop(odd):
    keras.utils.set_random_seed(0)
    image = keras.Input((24, 24, 2), name="image")
    mask = keras.Input((24, 24), name="mask", dtype="bool")
    pooled = layers.GlobalAveragePooling2D()(odd(image))
    model = keras.Model({"image": image, "mask": mask}, layers.Dense(1)(pooled))
    assert chain_of(model) is None
    explained = ExplainedModel(model)
    frame = np.zeros((24, 24, 2), np.float32)
    frame[6:15, 4:12] = np.random.default_rng(1).normal(size=(9, 8, 2))
    path = AttributionPath(frame, np.zeros_like(frame), (frame != 0).any(-1))
    (found,) = PathIntegrator(explained).integrate([path], steps=3, rule="midpoint")
    points = np.array([1, 3, 5], np.float32)[:, None, None, None] / 6 * frame
    _, gradients = explained.gradients(points, np.repeat(path.mask[None], 3, 0))
    np.testing.assert_allclose(found.attribution, gradients.mean(0) * frame, atol=1e-6)


def test_a_head_that_sees_the_mask_is_no_chain():
    image = keras.Input((24, 24, 2), name="image")
    mask = keras.Input((24, 24), name="mask", dtype="float32")
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, padding="same")(image))
    both = layers.Concatenate()([pooled, layers.Flatten()(mask)])
    assert chain_of(keras.Model({"image": image, "mask": mask}, layers.Dense(1)(both))) is None


def test_weights_are_read_anew_for_each_call():
    model = network("simple_cnn", 32, {})
    explained = ExplainedModel(model)
    integrator = PathIntegrator(explained)
    frame = np.zeros((32, 32, 3), np.float32)
    frame[8:20, 8:20] = 1
    path = AttributionPath(frame, np.zeros_like(frame), frame[..., 0] > 0)
    for seed in (1, 2):
        for variable, other in zip(
            model.variables, network("simple_cnn", 32, {}, seed).variables, strict=True
        ):
            variable.assign(other)
        (found,) = integrator.integrate([path], steps=4)
        np.testing.assert_allclose(
            [found.prediction, found.prediction_baseline],
            explained.outputs(np.stack([frame, 0 * frame]), np.stack([path.mask] * 2)),
            rtol=1e-5,
        )


def test_a_chain_gives_nothing_to_pixels_outside_the_nucleus():
    explained = ExplainedModel(network("simple_cnn", 32, {}))
    frame = np.zeros((32, 32, 3), np.float32)
    frame[10:20, 5:12] = 1
    path = AttributionPath(frame, np.zeros_like(frame), frame[..., 0] > 0)
    (found,) = PathIntegrator(explained).integrate([path], steps=4)
    assert (found.attribution[~path.mask] == 0).all()
    assert (found.attribution[path.mask] != 0).any()
