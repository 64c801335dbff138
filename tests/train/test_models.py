import subprocess
import sys
import time

import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.train.architectures import build
from nascent.train.models import load_model, write_model


def test_a_model_survives_the_disk(tmp_path):
    model = build("linear", size=8, channels=3, target_mean=300.0, target_sd=20.0)
    model.get_layer("output").kernel.assign([[1.0], [2.0], [3.0]])
    write_model(model, tmp_path / "model.keras")
    cells = {"image": np.ones((2, 8, 8, 3)), "mask": np.ones((2, 8, 8), bool)}
    assert load_model(tmp_path / "model.keras").predict_on_batch(cells)[:, 0] == pytest.approx(420)


def test_equal_models_are_equal_files_whenever_they_are_written(tmp_path, monkeypatch):
    model = build("linear", size=8, channels=3, target_mean=300.0)
    write_model(model, tmp_path / "first.keras")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 90_000)
    write_model(model, tmp_path / "second.keras")
    first, second = (tmp_path / f"{name}.keras" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    assert b"date_saved" not in first.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.keras", "second.keras"]
    model.get_layer("output").kernel.assign([[1.0], [2.0], [4.0]])
    write_model(model, tmp_path / "third.keras")
    assert (tmp_path / "third.keras").read_bytes() != first.read_bytes()


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(TrainError, match=r"model\.keras: there is no such model"):
        load_model(tmp_path / "model.keras")


def test_half_a_model_is_refused(tmp_path):
    write_model(build("linear", size=8, channels=3), tmp_path / "model.keras")
    whole = (tmp_path / "model.keras").read_bytes()
    (tmp_path / "half.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TrainError, match=r"half\.keras: the file is truncated or no model"):
        load_model(tmp_path / "half.keras")


@pytest.mark.slow
def test_equal_models_are_equal_files_in_whatever_process_they_are_made(tmp_path):
    program = """
import sys
kept = [object() for _ in range(int(sys.argv[2]))]  # Addresses in memory become others.
import keras
from nascent.train.models import write_model
keras.utils.set_random_seed(1)
policy = keras.DTypePolicy("float32")
given = keras.Input((4,))
layers = [keras.layers.Dense(4, dtype=policy), keras.layers.Dense(1, dtype=policy)]
model = keras.Model(given, layers[1](layers[0](given)))
write_model(model, sys.argv[1])
"""
    paths = [tmp_path / f"{number}.keras" for number in (0, 12345)]
    for path in paths:
        subprocess.run([sys.executable, "-c", program, str(path), path.stem], check=True)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    (one, other) = (load_model(path) for path in paths)
    assert [layer.dtype_policy.name for layer in one.layers[1:]] == ["float32", "float32"]
    assert one.count_params() == other.count_params()
