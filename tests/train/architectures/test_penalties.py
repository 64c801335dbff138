import keras
import numpy as np
import pytest

from nascent.examples import image_input
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

LAYERS = Layers(
    embedding=4,
    body_l1=1e-3,
    body_l2=2e-3,
    head_l1=3e-3,
    head_l2=4e-3,
    bias_l1=7e-3,
    bias_l2=8e-3,
)


def penalty(weight, l1, l2):
    values = keras.ops.convert_to_numpy(weight).astype(np.float64)
    return l1 * np.abs(values).sum() + l2 * (values**2).sum()


def closed_form(model, output=(3e-3, 4e-3)):
    """The sum over all weights, told apart by their paths."""
    expected = 0.0
    for weight in model.trainable_weights:
        top, kind = weight.path.split("/")[0], weight.path.split("/")[-1]
        if kind == "bias":
            expected += penalty(weight, 7e-3, 8e-3)
        elif kind.endswith("kernel") and top == "output":
            expected += penalty(weight, *output)
        elif kind.endswith("kernel") and (top.startswith("head_") or top == "embedding"):
            expected += penalty(weight, 3e-3, 4e-3)
        elif kind.endswith("kernel"):
            expected += penalty(weight, 1e-3, 2e-3)
    return expected


def with_random_weights(name, layers=LAYERS, size=32):
    model = build(name, [image_input(size, 3)], layers=layers)
    generator = keras.random.SeedGenerator(0)
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.1, seed=generator))
    return model


def total(model):
    return float(sum(model.losses))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("linear", 8),
        ("simple_cnn", 8),
        # Depthwise convolutions; dense layers and convolutions inside of a Sequential; separable
        # convolutions.
        ("MobileNetV3Small", 32),
        pytest.param("ConvNeXtTiny", 32, marks=pytest.mark.nightly),
        pytest.param("xception", 71, marks=pytest.mark.nightly),
    ],
)
def test_penalties_are_those_of_every_kernel_and_bias_also_when_loaded(name, size, tmp_path):
    model = with_random_weights(name, size=size)
    assert total(model) == pytest.approx(closed_form(model), rel=1e-4)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    assert total(again) == pytest.approx(total(model), rel=1e-6)


def test_the_output_can_have_penalties_of_its_own():
    layers = Layers(**vars(LAYERS) | {"output_l1": 5e-2, "output_l2": 0.0})
    model = with_random_weights("simple_cnn", layers)
    assert total(model) == pytest.approx(closed_form(model, output=(5e-2, 0.0)), rel=1e-4)


def test_without_penalties_the_loss_is_that_of_the_predictions_alone():
    assert with_random_weights("simple_cnn", Layers()).losses == []


def test_penalties_pull_weights_to_zero_in_training():
    layers = Layers(body_l2=0.5)
    model = with_random_weights("simple_cnn", layers, size=8)
    for weight in model.get_layer("output").weights:
        weight.assign(keras.ops.zeros(weight.shape))
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    before = keras.ops.convert_to_numpy(model.get_layer("conv_1").kernel)
    cells = {"image": np.zeros((2, 8, 8, 3)), "mask": np.ones((2, 8, 8), bool)}
    model.train_on_batch(cells, np.zeros((2, 1)))
    # The images are zero: the gradient is that of l2 · w² alone.
    np.testing.assert_allclose(
        model.get_layer("conv_1").kernel, before * (1 - 0.1 * 2 * 0.5), rtol=1e-5
    )
