import re
import subprocess
import sys

import numpy as np
import pytest

from nascent.errors import ConfigError
from nascent.task import known_tasks, task_file, task_of


def test_tasks_are_the_files_of_their_package():
    assert known_tasks() == ("classes", "distribution", "reconstruction", "regression")
    assert task_file("classes").name == "classes.py"


def test_an_unknown_task_names_the_nearest():
    with pytest.raises(ConfigError, match=r"no task 'regresion'.*Did you mean 'regression'"):
        task_of("regresion")


@pytest.mark.parametrize("name", known_tasks())
def test_a_task_says_what_it_is_measured_by(name):
    task = task_of(name)
    assert task.name == name
    named = {task.primary, task.learning, task.skill_metric, *task.compared, *task.by_level}
    assert named <= set(task.metrics)
    assert len(set(task.metrics)) == len(task.metrics)
    assert task.metric(task.skill_metric).is_skill
    assert not task.metric(task.learning).higher
    assert task.losses


def test_no_module_but_the_tasks_names_a_metric(root):
    # A bias is also a weight of a layer, an SD also that of a channel, `mae` one of the measures of
    # how alike two images are, and `r2` what neighbours of an embedding share.
    named = {name for task in known_tasks() for name in task_of(task).metrics} - {"bias", "sd"}
    package = root / "src" / "nascent"
    for path in sorted(package.rglob("*.py")):
        parts = {*path.relative_to(package).with_suffix("").parts}
        if parts & {"tasks", "similarity", "embed", "embedding"}:
            continue
        words = set(re.findall(r'"(?:val_)?(\w+)"', path.read_text(encoding="utf-8")))
        assert not words & named, path.relative_to(package)


def test_measuring_loads_no_framework():
    code = f"""
import sys
import numpy as np
from nascent.task import task_of
for name in {known_tasks()!r}:
    task_of(name)
y = np.array([0, 1, 1])
task_of("classes").values(y, np.full((3, 1, 2), 0.5))
task_of("regression").values(y, y[:, None] + 1.0)
sys.exit(bool({{"keras", "tensorflow", "jax", "torch"}} & sys.modules.keys()))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def answers(name, rng, n=12, runs=2):
    """y and ŷ of a task, with random predictions."""
    if name == "regression":
        return rng.normal(5, 2, n), rng.normal(5, 2, (n, runs))
    if name == "reconstruction":
        return rng.normal(5, 2, (n, 3, 4)), rng.normal(5, 2, (n, runs, 3, 4))
    shape = (n,) if name == "classes" else (n, 2, 3)
    q = rng.dirichlet(np.ones(3), (n, runs, *shape[1:]))
    return rng.integers(0, 3, shape), q


@pytest.mark.parametrize("name", known_tasks())
def test_resamples_are_the_metrics_of_the_examples_drawn(name):
    rng = np.random.default_rng(1)
    task = task_of(name)
    y, y_hat = answers(name, rng)
    drawn = rng.integers(0, len(y), (5, len(y)))
    counts = np.stack([np.bincount(row, minlength=len(y)) for row in drawn]).astype(float)
    found = task.resampled(y, y_hat, [counts[:2], counts[2:]], scale=1.0)
    assert list(found) == list(task.metrics)
    for number, row in enumerate(drawn):
        plain = task.values(y[row], y_hat[row], scale=1.0)
        for metric in task.metrics:
            np.testing.assert_allclose(found[metric][number], plain[metric], rtol=1e-9)


@pytest.mark.parametrize("name", known_tasks())
def test_without_a_group_are_the_metrics_of_the_others(name):
    rng = np.random.default_rng(2)
    task = task_of(name)
    y, y_hat = answers(name, rng)
    groups = np.repeat(["b", "a", "c"], 4)
    found = task.left_out(y, y_hat, groups, scale=1.0)
    for number, group in enumerate("abc"):
        rest = groups != group
        plain = task.values(y[rest], y_hat[rest], scale=1.0)
        for metric in task.metrics:
            np.testing.assert_allclose(found[metric][number], plain[metric], rtol=1e-9)


@pytest.mark.parametrize("name", known_tasks())
def test_examples_of_weight_0_do_not_count_whatever_they_hold(name):
    rng = np.random.default_rng(3)
    task = task_of(name)
    y, y_hat = answers(name, rng)
    weight = np.repeat([1.0, 0.0], 6)
    plain = task.values(y[:6], y_hat[:6], scale=1.0)
    missing = -1 if y.dtype.kind == "i" else np.nan
    y = np.where(weight.reshape(-1, *[1] * (y.ndim - 1)) > 0, y, missing)
    found = task.values(y, y_hat, weight, scale=1.0)
    for metric in task.metrics:
        np.testing.assert_allclose(found[metric], plain[metric], rtol=1e-9)


@pytest.mark.parametrize("name", known_tasks())
def test_a_weight_of_2_counts_twice(name):
    rng = np.random.default_rng(4)
    task = task_of(name)
    y, y_hat = answers(name, rng)
    weight = np.where(np.arange(len(y)) < 3, 2.0, 1.0)
    twice = np.repeat(np.arange(len(y)), weight.astype(int))
    plain = task.values(y[twice], y_hat[twice], scale=1.0)
    found = task.values(y, y_hat, weight, scale=1.0)
    for metric in task.metrics:
        np.testing.assert_allclose(found[metric], plain[metric], rtol=1e-9)
