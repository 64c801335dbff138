import inspect

import keras
import numpy as np
import pytest

from nascent.architecture_names import BACKBONES, minimum_size
from nascent.errors import TrainError
from nascent.examples import image_input
from nascent.train.architectures.backbones import backbone
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers
from nascent.train.weights import start_from


def images(size, channels, cells=3):
    rng = np.random.default_rng(0)
    return rng.normal(size=(cells, size, size, channels)).astype(np.float32)


def bare(name, size, channels):
    """The backbone alone, as Keras makes it."""
    make = getattr(keras.applications, name)
    plain = {"include_preprocessing": False}
    options = plain if "include_preprocessing" in inspect.signature(make).parameters else {}
    return make(weights=None, include_top=False, input_shape=(size, size, channels), **options)


def adapted(name, size, channels):
    image = keras.Input((size, size, channels))
    return keras.Model(image, backbone(image, name))


def test_the_table_lists_the_backbones_of_keras():
    found = vars(keras.applications).items()
    assert set(BACKBONES) == {name for name, item in found if inspect.isfunction(item)}


@pytest.mark.parametrize("name", BACKBONES)
def test_keras_refuses_a_crop_below_the_minimum(name):
    with pytest.raises(ValueError, match="at least"):
        bare(name, BACKBONES[name] - 1, 3)


@pytest.mark.nightly
@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_can_be_built_at_its_minimum(name, parameters):
    total, trainable = parameters(name, size=BACKBONES[name], channels=5)
    assert total >= trainable > 100_000


def test_shipped_backbones_have_the_minimum_of_keras():
    assert minimum_size("resnet50v2") == BACKBONES["ResNet50V2"]
    assert minimum_size("xception") == BACKBONES["Xception"]


@pytest.mark.parametrize("name", ["resnet50v2", "MobileNetV3Small", "InceptionV3"])
def test_a_crop_below_the_minimum_is_refused_with_the_minimum(name):
    least = minimum_size(name)
    with pytest.raises(TrainError, match=f"{name} takes no less than {least} x {least}"):
        build(name, [image_input(least - 1, 3)])


@pytest.mark.filterwarnings("ignore:This model usually expects")
@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("MobileNetV3Small", 1),
        pytest.param("EfficientNetV2B0", 1, marks=pytest.mark.nightly),
        pytest.param("ConvNeXtTiny", 1, marks=pytest.mark.nightly),
        # This one divides by 255 itself, which the adapter leaves out.
        pytest.param("EfficientNetB0", 255, marks=pytest.mark.nightly),
        # Layers without names of their own.
        pytest.param("Xception", 1, marks=pytest.mark.slow),
        pytest.param("InceptionV3", 1, marks=pytest.mark.nightly),
        pytest.param("InceptionResNetV2", 1, marks=pytest.mark.nightly),
    ],
)
def test_with_equal_weights_the_feature_map_is_that_of_keras(name, scale, tmp_path):
    size, channels = BACKBONES[name], 5
    theirs = bare(name, size, channels)
    generator = keras.random.SeedGenerator(1)
    between = {"beta": (0.0, 0.2), "moving_mean": (-0.1, 0.1), "moving_variance": (0.5, 1.5)}
    for weight in theirs.weights:
        if limits := between.get(weight.name):
            weight.assign(keras.random.uniform(weight.shape, *limits, seed=generator))
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    ours = adapted(name, size, channels)
    start_from(ours, tmp_path / "theirs.weights.h5")
    cells = images(size, channels)
    expected = theirs.predict(cells * scale, verbose=0)
    assert expected.std() > 0
    np.testing.assert_allclose(
        ours.predict(cells, verbose=0), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max()
    )


def test_nothing_is_done_to_pixels_before_the_first_convolution():
    model = build("EfficientNetB0", [image_input(32, 4)])
    before = keras.Model(model.inputs[0], model.get_layer("stem_conv").input)
    cells = images(32, 4)
    np.testing.assert_array_equal(
        before.predict(cells, verbose=0), np.pad(cells, ((0, 0), (0, 1), (0, 1), (0, 0)))
    )


def test_names_of_layers_do_not_depend_on_what_was_built_before():
    first = [layer.name for layer in adapted("MobileNetV3Small", 32, 3).layers[1:]]
    second = [layer.name for layer in adapted("MobileNetV3Small", 32, 3).layers[1:]]
    assert first == second
    assert "activation" in first


@pytest.mark.parametrize(
    "name",
    [
        "MobileNetV3Small",
        pytest.param("EfficientNetV2B0", marks=pytest.mark.nightly),
        pytest.param("ConvNeXtTiny", marks=pytest.mark.nightly),
        pytest.param("InceptionResNetV2", marks=pytest.mark.nightly),
    ],
)
def test_a_backbone_is_trained_saved_and_loaded(name, tmp_path):
    size = BACKBONES[name]
    model = build(name, [image_input(size, 5)], layers=Layers(pooling="masked_average"))
    model.compile(optimizer="sgd", loss="mse")
    cells = {"image": images(size, 5), "mask": np.ones((3, size, size), bool)}
    model.train_on_batch(cells, np.arange(3.0)[:, None])
    predicted = model.predict_on_batch(cells)
    # No longer the training mean.
    assert (predicted != 0).all()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(again.predict_on_batch(cells), predicted, rtol=1e-5, atol=1e-6)
