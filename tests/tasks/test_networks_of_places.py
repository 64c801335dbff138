"""Networks that answer at every place, learnt by the parts of their task."""

import keras
import numpy as np
import pytest

from nascent.task import task_of
from nascent.train.layers import MaskedAverage

LEVELS = ("background", "cytoplasm", "nucleus")


def fitted(task, inputs, y, weight, *, levels=(), steps=60, loss=None):
    """Fit a small network, and return its outputs before and after, and its loss at each step."""
    means, units = task.start(np.where(weight > 0, y, np.nan), levels)
    given = keras.Input(inputs.shape[1:])
    x = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(given)
    model = keras.Model(given, task.head(x, means, units))
    measured = task.loss(loss or task.losses[0], units)
    optimizer = keras.optimizers.Adam(0.02)
    before = model.predict_on_batch(inputs)

    class Learning(keras.Model):
        def __init__(self):
            super().__init__()
            self.network = model

        def call(self, inputs, training=None):
            return self.network(inputs, training=training)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return keras.ops.mean(measured(y, y_pred, sample_weight))

    learning = Learning()
    learning.compile(optimizer=optimizer)
    losses = [
        float(learning.train_on_batch(inputs, y, sample_weight=weight, return_dict=True)["loss"])
        for _ in range(steps)
    ]
    return before, model.predict_on_batch(inputs), losses


@pytest.fixture
def images():
    """Images of two channels, and the labels that their first channel shows."""
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, (16, 8, 8))
    first = labels + rng.normal(0, 0.1, labels.shape)
    images = np.stack([first, rng.normal(0, 1, labels.shape)], axis=-1).astype(np.float32)
    measured = rng.random(labels.shape) < 0.7
    return images, labels.astype(np.float32), measured


def test_an_image_of_labels_is_learnt_place_by_place(images):
    task = task_of("distribution")
    inputs, labels, measured = images
    weight = measured.astype(np.float32)
    before, after, losses = fitted(task, inputs, labels, weight, levels=LEVELS, steps=80)
    y = np.where(measured, labels, -1)
    (p0,), (p1,) = task.of_targets(before), task.of_targets(after)
    np.testing.assert_allclose(p1.sum(axis=-1), 1)
    first, last = (task.values(y, p[:, None], weight) for p in (p0, p1))
    # It starts at the shares of the labels: the entropy is the loss, and nothing is explained.
    shares = np.bincount(labels[measured].astype(int)) / measured.sum()
    assert first["log_loss"][0] == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-2)
    assert losses[0] == pytest.approx(first["log_loss"][0], rel=0.05)
    assert first["r2"][0] == pytest.approx(0, abs=0.01)
    assert last["log_loss"][0] < 0.4 * first["log_loss"][0] and last["r2"][0] > 0.7
    curve = task.calibration(
        np.where(measured, labels, np.nan), p1[:, None], seeds=[4], levels=LEVELS, confidence=0.95
    )
    assert curve["n"].sum() == 3 * measured.sum() and set(curve["level"]) == set(LEVELS)
    found = task.read_outs(LEVELS)["mean"](after)
    np.testing.assert_allclose(found, (p1 @ np.arange(3)).mean(axis=(1, 2)), rtol=1e-5)


def test_what_lies_at_places_that_were_not_measured_is_not_learnt(images):
    task = task_of("distribution")
    inputs, labels, measured = images
    weight = measured.astype(np.float32)
    keras.utils.set_random_seed(3)
    _, clean, _ = fitted(task, inputs, labels, weight, levels=LEVELS, steps=5)
    keras.utils.set_random_seed(3)
    spoilt = np.where(measured, labels, np.nan).astype(np.float32)
    _, other, _ = fitted(task, inputs, spoilt, weight, levels=LEVELS, steps=5)
    np.testing.assert_array_equal(clean, other)


def test_the_input_comes_back_within_the_measured_mask(images):
    task = task_of("reconstruction")
    inputs, _, measured = images
    seen = np.where(measured[..., None], inputs, 0).astype(np.float32)
    weight = measured.astype(np.float32)
    before, after, losses = fitted(task, seen, seen, weight[..., None] * np.ones(2, np.float32))
    first, last = (
        task.values(inputs, outputs[:, None].astype(float), measured) for outputs in (before, after)
    )
    assert first["r2"][0] == pytest.approx(0, abs=0.6) and last["r2"][0] > 0.8
    # Worked by hand: the mean over measured values of each example, then over all values.
    error = np.square(inputs.astype(float) - after)[measured]
    assert last["mse"][0] == pytest.approx(error.mean())
    assert losses[-1] < 0.3 * losses[0]
    assert task.values(inputs, inputs[:, None].astype(float), measured)["r2"][0] == 1


def test_two_seeds_of_a_reconstruction_say_how_far_they_differ():
    task = task_of("reconstruction")
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 1, (40, 5, 5, 2))
    # What the seeds draw from, the truth is drawn from too: the spread is the error.
    seeds = np.stack([rng.normal(0, 1, truth.shape) for _ in range(3)], axis=1)
    truth[:, 2, 2] = np.nan
    row = task.calibration(truth, seeds, seeds=[1, 2, 3], levels=(), confidence=0.95).iloc[0]
    assert row["n"] == 40 * 24 * 2
    assert row["ratio"] == pytest.approx(1, abs=0.06)


def test_pooled_features_of_a_mask_have_a_head_of_one_place():
    task = task_of("regression")
    image, mask = keras.Input((8, 8, 2)), keras.Input((8, 8), dtype="bool")
    model = keras.Model([image, mask], task.head(MaskedAverage()([image, mask]), [7.0], [2.0]))
    given = [np.ones((3, 8, 8, 2), np.float32), np.ones((3, 8, 8), bool)]
    np.testing.assert_array_equal(model.predict_on_batch(given), np.full((3, 1), 7.0))
