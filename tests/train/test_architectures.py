import subprocess
import sys

import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.train.architectures import ARCHITECTURES, build
from nascent.train.card import trainable_parameters


def inputs(cells=5, size=16, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    mask = rng.random((cells, size, size)) < 0.5
    image = rng.normal(size=(cells, size, size, channels)).astype(np.float32) * mask[..., None]
    return {"image": image, "mask": mask}


@pytest.mark.parametrize(
    ("name", "total", "trainable"), [("linear", 34, 34), ("simple_cnn", 161_281, 160_129)]
)
def test_published_numbers_of_weights_at_33_channels(name, total, trainable):
    model = build(name, size=224, channels=33)
    assert model.count_params() == total
    assert trainable_parameters(model) == trainable


def test_layers_of_the_simple_cnn_have_the_published_weights():
    model = build("simple_cnn", size=224, channels=33)
    weights = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert weights == [19_072, 256, 73_856, 512, 33_024, 1_024, 32_896, 512, 129]


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_an_untrained_model_predicts_the_training_mean(name):
    model = build(name, size=16, channels=3, target_mean=377.0, target_sd=60.0)
    assert (model.get_layer("output").bias.numpy() == 0).all()
    np.testing.assert_allclose(model.predict(inputs(), verbose=0), np.full((5, 1), 377.0))


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_one_unit_of_the_last_layer_is_one_sd_of_the_target(name):
    model = build(name, size=16, channels=3, target_mean=377.0, target_sd=60.0)
    model.get_layer("output").bias.assign([1.0])
    np.testing.assert_allclose(model.predict(inputs(), verbose=0), np.full((5, 1), 437.0))


def test_linear_is_a_line_in_the_means_of_measured_pixels():
    model = build("linear", size=16, channels=3, target_mean=10.0, target_sd=2.0)
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
        build("simplecnn", size=16, channels=3)


def test_a_crop_too_small_for_two_poolings_is_refused():
    with pytest.raises(TrainError, match="cannot be built for crops of 2 x 2 x 3"):
        build("simple_cnn", size=2, channels=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_a_saved_model_loads_in_a_fresh_process(name, tmp_path):
    model = build(name, size=16, channels=3, target_mean=377.0, target_sd=60.0)
    model.get_layer("output").kernel.assign(
        keras.random.normal(model.get_layer("output").kernel.shape, seed=1)
    )
    cells = inputs()
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "cells.npz", **cells)
    code = (
        "import sys, numpy, keras, nascent.train;"
        "model = keras.saving.load_model(sys.argv[1]);"
        "cells = dict(numpy.load(sys.argv[2]));"
        "numpy.save(sys.argv[3], model.predict(cells, verbose=0))"
    )
    files = [str(tmp_path / file) for file in ("model.keras", "cells.npz", "y.npy")]
    subprocess.run([sys.executable, "-c", code, *files], check=True)
    np.testing.assert_allclose(
        np.load(tmp_path / "y.npy"), model.predict(cells, verbose=0), rtol=1e-5
    )
