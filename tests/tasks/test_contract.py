"""What every task promises, whatever its answers are; found by name, as studies find them."""

import inspect

import numpy as np
import pandas as pd
import pytest

from nascent.errors import TrainError
from nascent.evaluate.tables import (
    calibration_columns,
    comparison_columns,
    levels_columns,
    metrics_columns,
)
from nascent.metric import Metric
from nascent.metrics import Metrics
from nascent.task import Task, known_tasks, task_of
from nascent.train.options import Fitting

LEVELS = ("a", "b", "c")
SHAPE = (4, 5)


def raw(name, rng, n=24):
    """Return answers as they are on disk: a column, or an array beside the inputs."""
    match name:
        case "regression":
            return pd.Series(rng.normal(5, 2, n), name="target")
        case "classes":
            return pd.Series(rng.choice(LEVELS, n), name="target", dtype=object)
        case "distribution":
            return rng.integers(0, len(LEVELS), (n, *SHAPE)).astype(float)
        case "reconstruction":
            return rng.normal(5, 2, (n, *SHAPE, 2))
    raise AssertionError(f"say here what answers of {name} look like")


def levels_of(name):
    return LEVELS if name in ("classes", "distribution") else ()


def outputs(name, rng, n=24):
    """Return what a network puts out."""
    shapes = {
        "regression": (1,),
        "classes": (3,),
        "distribution": (*SHAPE, 3),
        "reconstruction": (*SHAPE, 2),
    }
    return rng.normal(0, 1, (n, *shapes[name]))


@pytest.fixture(params=known_tasks())
def task(request):
    return task_of(request.param)


def test_every_word_of_the_contract_is_there(task):
    assert isinstance(task, Task) and not inspect.isabstract(type(task))
    for text in ("name", "primary", "learning", "skill_metric", "skill"):
        assert getattr(task, text) and isinstance(getattr(task, text), str)
    for names in ("metrics", "compared", "by_level", "losses", "calibrated"):
        assert isinstance(getattr(task, names), tuple) and getattr(task, names)
    assert all(isinstance(metric, Metric) and metric.meaning for metric in task.measures)
    assert len(task.compared) >= 2 and task.compared[0] == task.primary
    assert task.lower_is_better is not task.metric(task.primary).higher
    with pytest.raises(KeyError, match=f"Did you mean '{task.primary}'"):
        task.metric(f"{task.primary}x")


def test_a_task_that_lacks_a_part_cannot_be_made():
    for kind in (Task, Metrics):
        with pytest.raises(TypeError, match="abstract"):
            kind()

    class Lacking(type(task_of("regression"))):
        loss = Task.loss

    with pytest.raises(TypeError, match="loss"):
        Lacking()


def test_no_metric_leaves_its_range(task):
    rng = np.random.default_rng(5)
    answers = task.encode(raw(task.name, rng), levels_of(task.name))
    for scale in (0.01, 1.0, 50.0):
        # One target of several runs: of the best guess, of noise, and of what is surely wrong.
        runs = [task.of_targets(scale * outputs(task.name, rng))[0] for _ in range(3)]
        found = task.values(answers, np.stack(runs, axis=1), scale=1.0)
        for metric in task.measures:
            values = found[metric.name]
            values = values[np.isfinite(values)]
            assert (values >= metric.least - 1e-9).all(), metric.name
            assert (values <= metric.most + 1e-9).all(), metric.name


def test_its_skill_is_0_for_the_mean_and_1_for_the_truth(task):
    rng = np.random.default_rng(6)
    levels = levels_of(task.name)
    y = task.encode(raw(task.name, rng), levels)
    if levels:
        sure = np.eye(len(levels))[y.astype(int)]
        mean = np.broadcast_to(sure.reshape(-1, len(levels)).mean(axis=0), sure.shape)
    else:
        sure, mean = y, np.full(y.shape, y.mean())
    found = task.values(y, np.stack([sure, mean], axis=1), scale=1.0)[task.skill_metric]
    np.testing.assert_allclose(found, [1, 0], atol=1e-12)


def test_missing_answers_are_known_as_such_and_have_no_loss_and_no_gradient(task):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(7)
    answers = raw(task.name, rng)
    gone = np.arange(len(answers)) % 3 == 0
    if isinstance(answers, pd.Series):
        answers = answers.mask(gone)
    else:
        # A place of an example, not all of it.
        answers[gone, 1, 2] = np.nan
    known = task.known(answers)
    assert known.shape == answers.shape and (~known).sum() == gone.sum() * (
        1 if isinstance(answers, pd.Series) or answers.ndim == 3 else answers.shape[-1]
    )
    levels = levels_of(task.name)
    if isinstance(answers, pd.Series):
        y = np.full(len(answers), np.nan)
        y[known] = task.encode(answers[known], levels)
        # As training has it: (n, T).
        y, weight = y[:, None], known[:, None].astype(np.float32)
        with pytest.raises(TrainError, match=r"missing|nan"):
            task.encode(answers, levels)
    else:
        y, weight = task.encode(answers, levels), known.astype(np.float32)
    means, units = task.start(y, levels)
    assert np.isfinite([*means, *units]).all() and len(means) == len(units)
    for name in task.losses:
        loss = task.loss(name, units)
        given = keras.Variable(outputs(task.name, rng).astype(np.float32))
        with tf.GradientTape() as tape:
            total = keras.ops.sum(loss(y.astype(np.float32), given.value, weight))
        assert np.isfinite(float(total))
        pulled = np.abs(keras.ops.convert_to_numpy(tape.gradient(total, given.value)))
        assert np.isfinite(pulled).all() and pulled.max() > 0
        there = weight.astype(bool)
        if there.ndim < pulled.ndim or there.shape[-1] != pulled.shape[-1]:
            there = np.broadcast_to(there.reshape(*pulled.shape[:-1], 1), pulled.shape)
        assert (pulled[~there] == 0).all()


def test_an_untrained_head_predicts_where_the_answers_lie(task):
    import keras

    rng = np.random.default_rng(8)
    answers, levels = raw(task.name, rng), levels_of(task.name)
    y = task.encode(answers, levels)
    means, units = task.start(y.reshape(len(y), -1) if y.ndim == 1 else y, levels)
    places = SHAPE if y.ndim > 1 else ()
    given = keras.Input((*places, 6))
    model = keras.Model(given, task.head(given, means, units))
    found = model.predict_on_batch(rng.normal(0, 1, (3, *places, 6)).astype(np.float32))
    targets = y.shape[-1] if task.name == "reconstruction" else 1
    assert found.shape == (3, *places, task.width(targets, levels))
    (y_hat,) = task.of_targets(found)
    expected = np.eye(3)[y.astype(int)] if levels else y
    expected = expected.reshape(-1, y_hat.shape[-1]) if y_hat.ndim > 1 else expected
    # Half an example more of each class keeps logarithms finite.
    np.testing.assert_allclose(
        y_hat.reshape(-1, *expected.shape[1:]).mean(axis=0), expected.mean(axis=0), atol=0.03
    )
    # That is what a collapse looks like, and noise is not.
    assert task.spread(found, units) < 1e-3 < task.spread(outputs(task.name, rng), units)


def test_a_table_of_predictions_comes_back_or_there_is_none(task):
    rng = np.random.default_rng(9)
    answers, levels = raw(task.name, rng), levels_of(task.name)
    y, (y_hat,) = task.encode(answers, levels), task.of_targets(outputs(task.name, rng))
    table = task.table(range(len(y)), y, y_hat, levels)
    if task.columns(levels) is None:
        assert table is None
        with pytest.raises(TrainError, match=task.name):
            task.read(pd.DataFrame({"id": [1]}))
        return
    assert list(table.columns) == ["id", *task.columns(levels)]
    ours, theirs = task.read(table)
    np.testing.assert_array_equal(ours, y)
    np.testing.assert_array_equal(theirs, y_hat)
    assert task.levels(table) == levels
    assert task.numbers(y).shape[0] == len(y)


def test_what_is_calibrated_has_its_columns_whatever_the_seeds(task):
    rng = np.random.default_rng(10)
    levels = levels_of(task.name)
    y = task.encode(raw(task.name, rng), levels)
    for seeds in ([3], [3, 8]):
        runs = [task.of_targets(outputs(task.name, rng))[0] for _ in seeds]
        how = {"seeds": seeds, "levels": levels, "confidence": 0.95}
        found = task.calibration(y, np.stack(runs, axis=1), **how)
        assert set(found.columns) >= set(task.calibrated)
        assert len(found) or len(seeds) == 1
        assert set(task.tables(y, runs[0], levels=levels)) == set(task.more)


def test_what_a_map_can_explain_is_a_number_an_example(task):
    rng = np.random.default_rng(11)
    names = levels_of(task.name) or ("u", "v")[: 2 if task.name == "reconstruction" else 1]
    found = task.read_outs(names)
    assert set(names) <= set(found)
    for read_out in found.values():
        assert tuple(read_out(outputs(task.name, rng).astype(np.float32)).shape) == (24,)


def test_training_can_be_told_the_losses_and_follows_the_metric(task):
    rng = np.random.default_rng(12)
    levels = levels_of(task.name)
    y = task.encode(raw(task.name, rng), levels)
    y = y[:, None] if y.ndim == 1 else y
    _, units = task.start(y, levels)
    fitting = Fitting(epochs=1, batch_size=8, learning_rate=0.1, task=task.name)
    assert fitting.loss == task.losses[0]
    given = outputs(task.name, rng).astype(np.float32)
    metric = np.asarray(task.learning_metric(units)(y.astype(np.float32), given))
    (y_hat,) = task.of_targets(given)
    answers = y[:, 0] if y.shape[1:] == (1,) else y
    expected = task.values(answers, y_hat[:, None], scale=1.0)[task.learning][0]
    assert metric.shape == (24,) and metric.mean() == pytest.approx(expected, rel=1e-4)
    for name in task.losses:
        options = task.loss_options(
            Fitting(epochs=1, batch_size=8, learning_rate=0.1, task=task.name, loss=name), y, units
        )
        each = np.asarray(task.loss(name, units, **options)(y.astype(np.float32), given))
        assert each.shape == (24,) and np.isfinite(each).all()


def test_tables_of_the_evaluation_are_made_of_its_names(task):
    assert set(task.metrics) <= set(metrics_columns(task))
    assert f"{task.primary}_low_groups" in comparison_columns(task)
    assert f"{task.by_level[0]}_high" in levels_columns(task)
    assert set(task.calibrated) <= set(calibration_columns(task))
