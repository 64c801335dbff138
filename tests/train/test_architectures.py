import subprocess
import sys

import keras
import numpy as np
import pytest

from nascent.architecture_names import FOLDER, own_names
from nascent.code import modules
from nascent.errors import TrainError
from nascent.examples import image_input
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

SMALL = ["linear", "simple_cnn"]


def inputs(cells=5, size=16, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    mask = rng.random((cells, size, size)) < 0.5
    image = rng.normal(size=(cells, size, size, channels)).astype(np.float32) * mask[..., None]
    return {"image": image, "mask": mask}


def test_layers_of_the_simple_cnn_have_the_published_weights():
    model = build("simple_cnn", [image_input(224, 33)])
    weights = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert weights == [19_072, 256, 73_856, 512, 33_024, 1_024, 32_896, 512, 129]


@pytest.mark.parametrize("name", SMALL)
def test_an_untrained_model_predicts_the_training_mean(name):
    model = build(name, [image_input(16, 3)], target_mean=377.0, target_sd=60.0)
    assert (model.get_layer("output").bias.numpy() == 0).all()
    np.testing.assert_allclose(model.predict(inputs(), verbose=0), np.full((5, 1), 377.0))


@pytest.mark.parametrize("name", SMALL)
def test_one_unit_of_the_last_layer_is_one_sd_of_the_target(name):
    model = build(name, [image_input(16, 3)], target_mean=377.0, target_sd=60.0)
    model.get_layer("output").bias.assign([1.0])
    np.testing.assert_allclose(model.predict(inputs(), verbose=0), np.full((5, 1), 437.0))


def test_linear_is_a_line_in_the_means_of_measured_pixels():
    model = build("linear", [image_input(16, 3)], target_mean=10.0, target_sd=2.0)
    weights = np.array([0.5, -1.0, 3.0])
    model.get_layer("output").kernel.assign(weights[:, None])
    cells = inputs()
    # Whatever lies outside the mask does not count.
    cells["image"][~cells["mask"]] = 99.0
    means = np.array(
        [
            image[mask].mean(axis=0)
            for image, mask in zip(cells["image"], cells["mask"], strict=True)
        ]
    )
    np.testing.assert_allclose(
        model.predict(cells, verbose=0)[:, 0], 10 + 2 * means @ weights, rtol=1e-5
    )


def test_an_unknown_architecture_names_the_nearest():
    with pytest.raises(TrainError, match=r"'simplecnn'.*Did you mean 'simple_cnn'"):
        build("simplecnn", [image_input(16, 3)])


def test_a_crop_too_small_for_two_poolings_is_refused():
    with pytest.raises(TrainError, match="simple_cnn takes no less than 4 x 4"):
        build("simple_cnn", [image_input(3, 3)])
    build("simple_cnn", [image_input(4, 3)])


def test_more_blocks_than_the_crop_can_be_halved_are_refused():
    with pytest.raises(TrainError, match="cannot be built for the input 'image' of 4 x 4 x 3"):
        build("simple_cnn", [image_input(4, 3)], layers=Layers(widths=(2, 2, 2)))


def test_widths_are_refused_where_there_are_none():
    with pytest.raises(TrainError, match=r"layers\.widths: linear takes no widths"):
        build("linear", [image_input(4, 3)], layers=Layers(widths=(8,)))


def names(model):
    return [layer.name for layer in model.layers]


def test_the_head_stands_between_pooling_and_output_in_order():
    layers = Layers(pooling="flatten", head=(6, 5), embedding=4, dropout=0.2)
    model = build("linear", [image_input(4, 3)], layers=layers)
    assert [name for name in names(model) if name not in ("image", "mask")] == [
        "flatten",
        *("head_1", "head_1_norm", "head_1_relu", "head_1_dropout"),
        *("head_2", "head_2_norm", "head_2_relu", "head_2_dropout"),
        *("embedding", "output", "counts"),
    ]
    assert model.get_layer("embedding").activation is keras.activations.linear
    assert model.get_layer("head_1_dropout").rate == 0.2


def test_an_empty_head_is_none():
    model = build("simple_cnn", [image_input(4, 3)], layers=Layers(head=()))
    assert not [name for name in names(model) if name.startswith("head")]


def test_several_targets_each_start_at_their_mean_and_count_in_their_sd(tmp_path):
    model = build(
        "simple_cnn", [image_input(4, 3)], target_mean=[377.0, -2.0], target_sd=(60.0, 0.5)
    )
    cells = inputs(size=4)
    np.testing.assert_allclose(model.predict(cells, verbose=0), np.tile([377.0, -2.0], (5, 1)))
    model.get_layer("output").bias.assign([1.0, 2.0])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(cells, verbose=0), np.tile([437.0, -1.0], (5, 1)))


def test_half_precision_ends_before_the_output():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build("simple_cnn", [image_input(8, 3)], target_mean=70_000.25)
    finally:
        keras.config.set_dtype_policy(policy)
    assert model.get_layer("conv_1").compute_dtype == "float16"
    predicted = model.predict(inputs(size=8), verbose=0)
    assert predicted.dtype == np.float32
    # More than float16 can hold.
    np.testing.assert_array_equal(predicted, np.float32(70_000.25))


def test_the_code_of_one_architecture_is_no_business_of_another():
    shared = set(modules(FOLDER / "build.py"))
    assert "nascent.train.architectures.pooling" in shared
    assert not shared & {f"nascent.train.architectures.{name}" for name in own_names()}
    assert "nascent.train.architectures.backbones" not in shared
    assert "nascent.train.architectures.backbones" in modules(FOLDER / "xception.py")


@pytest.mark.slow
def test_saved_models_load_in_a_fresh_process(tmp_path):
    models = {
        name: build(name, [image_input(16, 3)], target_mean=377.0, target_sd=60.0) for name in SMALL
    }
    cells = inputs()
    np.savez(tmp_path / "cells.npz", **cells)
    for name, model in models.items():
        kernel = model.get_layer("output").kernel
        kernel.assign(keras.random.normal(kernel.shape, seed=1))
        model.save(tmp_path / f"{name}.keras")
    code = (
        "import sys, numpy; from nascent.train.models import load_model\n"
        "cells = dict(numpy.load('cells.npz'))\n"
        "for name in sys.argv[1:]:\n"
        "    numpy.save(name, load_model(f'{name}.keras').predict(cells, verbose=0))"
    )
    subprocess.run([sys.executable, "-c", code, *SMALL], check=True, cwd=tmp_path)
    for name, model in models.items():
        np.testing.assert_allclose(
            np.load(tmp_path / f"{name}.npy"), model.predict(cells, verbose=0), rtol=1e-5
        )
