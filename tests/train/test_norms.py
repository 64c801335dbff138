import keras
import numpy as np
import pytest

from nascent.examples import image_input
from nascent.train.architectures.build import build
from nascent.train.norms import OLDER, fitting_momentum, set_momentum


@pytest.mark.parametrize("steps", [1, 5, 17, 60, 178])
def test_what_is_older_than_an_epoch_weighs_one_sixth(steps):
    older = 1.0
    for _ in range(steps):
        older *= fitting_momentum(steps)
    assert older == pytest.approx(OLDER)


def test_a_long_epoch_has_the_momentum_of_keras():
    assert fitting_momentum(17) == pytest.approx(0.9, abs=1e-3)
    assert fitting_momentum(5000) == keras.layers.BatchNormalization().momentum


@pytest.mark.parametrize("name", ["simple_cnn", "resnet50v2", "MobileNetV2"])
def test_every_batch_normalisation_of_a_model_remembers_as_long(name):
    model = build(name, [image_input(32, 2)])
    set_momentum(model, 0.5)
    norms = [each for each in model.layers if isinstance(each, keras.layers.BatchNormalization)]
    assert norms
    before = [keras.ops.convert_to_numpy(each.moving_mean) for each in norms]
    image = np.random.default_rng(1).normal(3, 1, (4, 32, 32, 2)).astype("float32")
    model({"image": image, "mask": np.ones((4, 32, 32), bool)}, training=True)
    moved = [
        keras.ops.convert_to_numpy(each.moving_mean) - old
        for each, old in zip(norms, before, strict=True)
    ]
    # The first sees the image through a convolution; half of its mean is in after one step.
    batch = norms[0].input
    seen = keras.Model(model.inputs, batch)([image, np.ones((4, 32, 32), bool)])
    np.testing.assert_allclose(moved[0], np.mean(seen, (0, 1, 2)) / 2, rtol=1e-3, atol=1e-5)


def test_a_momentum_that_is_given_is_the_models(study):
    from nascent.train.stage import train_model

    train_model(**study.cnn(epochs=1, layers={**study.cnn()["layers"], "norm_momentum": 0.7}))
    model = keras.saving.load_model(study.folder / "out/model.keras")
    norms = [each for each in model.layers if isinstance(each, keras.layers.BatchNormalization)]
    assert {each.momentum for each in norms} == {0.7}
