import keras
import numpy as np
import pytest

from nascent.task import task_of
from nascent.train.data import Targets
from nascent.train.objective import compile_model, loss_of, optimizer_of
from nascent.train.options import Fitting

Y = np.array([[300.0, 10.0], [420.0, 7.0], [377.0, 9.0]], np.float32)
Y_HAT = np.array([[300.5, 10.0], [400.0, 8.0], [377.0, 8.9]], np.float32)


def fitting(**changes):
    return Fitting(**{"epochs": 1, "batch_size": 8, "learning_rate": 0.01, **changes})


def targets(*sds):
    return Targets(("target",) * len(sds), (0.0,) * len(sds), sds, 8)


def numbers(function, y, y_hat):
    return keras.ops.convert_to_numpy(function(y, y_hat))


def huber(error, delta):
    error = np.abs(error)
    return np.where(error <= delta, error**2 / 2, delta * (error - delta / 2))


@pytest.mark.parametrize(
    ("options", "formula"),
    [
        ({"loss": "huber", "huber_delta_unit": "raw"}, lambda error: huber(error, 1.0)),
        ({"loss": "huber"}, lambda error: huber(error, 60.0)),
        ({"loss": "huber", "huber_delta": 0.1}, lambda error: huber(error, 6.0)),
        ({"loss": "mse"}, np.square),
        ({"loss": "mae"}, np.abs),
    ],
)
def test_residuals_are_in_the_units_of_the_first_target(options, formula):
    sds = (60.0, 2.0)
    # An error of 1 in a target of SD 2 weighs as one of 30 in a target of SD 60.
    errors = (Y - Y_HAT) * np.array([1.0, 30.0])
    expected = formula(errors).mean(axis=1)
    np.testing.assert_allclose(
        numbers(loss_of(fitting(**options), targets(*sds)), Y, Y_HAT), expected, 1e-4
    )


def test_the_absolute_error_is_in_the_units_of_the_first_target():
    expected = np.abs((Y - Y_HAT) * np.array([1.0, 30.0])).mean(axis=1)
    np.testing.assert_allclose(
        numbers(task_of("regression").learning_metric((60.0, 2.0)), Y, Y_HAT), expected, 1e-4
    )


def test_one_target_has_the_loss_of_keras_to_the_bit():
    y, y_hat = Y[:, :1], Y_HAT[:, :1]
    raw = fitting(huber_delta=2.0, huber_delta_unit="raw")
    loss = numbers(loss_of(raw, targets(61.7)), y, y_hat)
    np.testing.assert_array_equal(loss, keras.losses.huber(y, y_hat, delta=2.0))


def test_the_loss_of_a_target_does_not_depend_on_its_unit():
    y, y_hat = Y[:, :1], Y_HAT[:, :1]
    counts = numbers(loss_of(fitting(), targets(30.0)), y, y_hat)
    shares = numbers(loss_of(fitting(), targets(0.03)), y / 1000, y_hat / 1000)
    np.testing.assert_allclose(shares * 1000**2, counts, rtol=1e-3, atol=1e-2)
    # An error of 20 counts is within the SD of 30: the loss is quadratic there.
    assert counts[1] == pytest.approx(20**2 / 2)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adam", keras.optimizers.Adam),
        ("adamw", keras.optimizers.AdamW),
        ("sgd", keras.optimizers.SGD),
    ],
)
def test_optimisers_are_those_of_keras_with_their_options(name, kind):
    optimizer = optimizer_of(fitting(optimizer=name, weight_decay=0.3, momentum=0.7))
    assert type(optimizer) is kind
    assert float(optimizer.learning_rate) == pytest.approx(0.01)
    if name == "adamw":
        assert optimizer.weight_decay == 0.3
    if name == "sgd":
        assert optimizer.momentum == 0.7


def test_the_data_loss_leaves_out_the_penalties():
    image = keras.Input((2,))
    dense = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.5))
    model = keras.Model(image, dense(image))
    dense.set_weights([np.array([[1.0], [2.0]]), np.array([0.0])])
    compile_model(model, fitting(loss="mse"), targets(1.0))
    found = model.test_on_batch(np.ones((4, 2)), np.full((4, 1), 5.0), return_dict=True)
    assert found["data_loss"] == pytest.approx(4.0)
    assert found["mae"] == pytest.approx(2.0)
    assert found["loss"] == pytest.approx(4.0 + 0.5 * 5)


def test_float16_has_its_loss_scaled():
    image = keras.Input((2,))
    made = keras.layers.Dense(1, dtype="float32")(image)
    model = keras.Model(image, made)
    model.dtype_policy = keras.DTypePolicy("mixed_float16")
    compile_model(model, fitting(precision="mixed_float16"), targets(1.0))
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    model.optimizer.learning_rate = 0.5
    assert float(model.optimizer.inner_optimizer.learning_rate) == 0.5
