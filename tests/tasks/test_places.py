"""Known answers of the tasks whose answer has a value at every place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error, r2_score

from nascent.task import task_of


def first(task, *arguments):
    return {name: value[0] for name, value in task.values(*arguments).items()}


def test_a_distribution_worked_by_hand():
    # Two pixels of three levels: level 2 with q = (0, ½, ½), level 0 with q = (¼, ½, ¼).
    q = np.array([[0, 0.5, 0.5], [0.25, 0.5, 0.25]])[None, None]
    got = first(task_of("distribution"), np.array([[2, 0]]), q)
    assert got["log_loss"] == pytest.approx((np.log(2) + np.log(4)) / 2)
    # Means 1.5 and 1: errors 0.5 and −1.
    assert got["mae"] == pytest.approx(0.75)
    assert got["r2"] == pytest.approx(1 - 1.25 / 2)


@given(st.integers(0, 10**6))
def test_a_distribution_over_all_pixels_agrees_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 4, (5, 3, 2))
    y.flat[:4] = range(4)
    q = rng.dirichlet(np.ones(4), (5, 1, 3, 2))
    got = first(task_of("distribution"), y, q)
    means = (q[:, 0] @ np.arange(4)).ravel()
    assert got["log_loss"] == pytest.approx(log_loss(y.ravel(), q.reshape(-1, 4)))
    assert got["mae"] == pytest.approx(mean_absolute_error(y.ravel(), means))
    assert got["r2"] == pytest.approx(r2_score(y.ravel(), means))


@given(st.integers(0, 10**6))
def test_a_reconstruction_agrees_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    y, y_hat = rng.normal(300, 50, (2, 6, 4, 4, 2))
    got = first(task_of("reconstruction"), y, y_hat[:, None])
    assert got["mse"] == pytest.approx(mean_squared_error(y.ravel(), y_hat.ravel()))
    assert got["mae"] == pytest.approx(mean_absolute_error(y.ravel(), y_hat.ravel()))
    assert got["r2"] == pytest.approx(r2_score(y.ravel(), y_hat.ravel()))


@pytest.mark.parametrize("name", ["distribution", "reconstruction"])
def test_a_pixel_of_weight_0_counts_nowhere(name):
    task = task_of(name)
    y = np.array([[1, 2, 0], [0, 1, 2]])
    y_hat = np.eye(3)[(y + 1) % 3][:, None] if name == "distribution" else y[:, None] + 1.0
    weight = np.array([[1, 1, 0], [1, 0, 0]])
    kept = weight > 0
    flat = y_hat[:, 0][kept][None, None]
    plain = first(task, y[kept][None], flat)
    found = first(task, y, y_hat, weight)
    for metric in task.metrics:
        assert found[metric] == pytest.approx(plain[metric]), metric


def test_losses_are_means_over_the_pixels_that_count():
    import keras

    y = np.array([[0.0, 1.0], [2.0, 2.0]], np.float32)
    logits = np.log(np.array([[[0.5, 0.25, 0.25]] * 2, [[0.1, 0.1, 0.8]] * 2], np.float32))
    loss = task_of("distribution").loss("cross_entropy", (1, 1, 1))
    found = keras.ops.convert_to_numpy(loss(y, logits))
    np.testing.assert_allclose(found, [(np.log(2) + np.log(4)) / 2, -np.log(0.8)], rtol=1e-5)
    weight = np.array([[1.0, 0.0], [0.0, 0.0]], np.float32)
    found = keras.ops.convert_to_numpy(loss(y, logits, weight))
    np.testing.assert_allclose(found, [np.log(2), 0], rtol=1e-5)
    squared = task_of("reconstruction").loss("mse", (1,))
    np.testing.assert_allclose(np.asarray(squared(y, y + 2, weight)), [4, 0])
    np.testing.assert_allclose(np.asarray(squared(y, y + 2)), [4, 4])


def test_what_a_map_can_explain_of_an_image():
    logits = np.log(np.array([[[0.25, 0.25, 0.5]] * 4]))
    found = task_of("distribution").read_outs(["a", "b", "c"])
    assert float(found["mean"](logits)[0]) == pytest.approx(1.25)
    assert float(found["c"](logits)[0]) == pytest.approx(np.log(0.5))
    image = np.arange(8.0).reshape(1, 2, 2, 2)
    assert float(task_of("reconstruction").read_outs(["a", "b"])["b"](image)[0]) == 4
    assert task_of("distribution").table([1], image, image) is None
