import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.train.options import Fitting
from nascent.train.schedule import learning_rate, plateaus


def fitting(**changes):
    return Fitting(**{"epochs": 10, "batch_size": 8, "learning_rate": 0.02, **changes})


def rates(options, steps=4, **history):
    return [
        learning_rate(options, step=step, steps=steps, **history)
        for step in range(options.epochs * steps)
    ]


def test_constant_is_constant():
    assert rates(fitting()) == [0.02] * 40


def test_the_warmup_rises_by_equal_parts_to_the_full_rate():
    found = rates(fitting(warmup=2.0))
    np.testing.assert_allclose(found[:8], 0.02 * np.arange(1, 9) / 8)
    assert found[8:] == [0.02] * 32


@pytest.mark.parametrize("warmup", [0.0, 1.0, 2.5])
def test_the_cosine_is_that_of_keras(warmup):
    found = rates(fitting(schedule="cosine", warmup=warmup))
    warm = round(4 * warmup)
    decay = keras.optimizers.schedules.CosineDecay(0.02, decay_steps=40 - warm)
    expected = [float(decay(step)) for step in range(40 - warm)]
    np.testing.assert_allclose(found[warm:], expected, rtol=1e-5, atol=1e-8)
    assert max(found) == pytest.approx(0.02)


@given(st.lists(st.integers(0, 6).map(float), max_size=40), st.integers(1, 5))
def test_the_plateau_is_that_of_keras(history, patience):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", factor=0.5, patience=patience, min_delta=0, mode="min"
    )
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(history):
        callback.on_epoch_end(epoch, {"loss": value})
    assert float(model.optimizer.learning_rate) == 0.5 ** plateaus(history, patience)


def test_a_plateau_multiplies_the_rate():
    options = fitting(schedule="plateau", plateau_factor=0.1, plateau_patience=2)
    rate = learning_rate(options, step=30, steps=4, monitored=[3.0, 3.0, 4.0, 2.0, 2.0, 2.0, 2.0])
    assert rate == pytest.approx(0.02 * 0.1**2)
