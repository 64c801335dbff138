"""One batch on several devices, in a process of its own: the backend is chosen when it starts."""

import json
import os
import pickle
import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.train import backend
from nascent.train.stage import train_model

SCRIPT = """
import json, pickle, sys
import keras
from nascent.errors import TrainError
from nascent.train.stage import train_model
try:
    train_model(**pickle.load(open(sys.argv[1], "rb")))
except TrainError as error:
    print(error)
"""


def train_on_two_devices(folder, arguments):
    given = folder / "arguments.pickle"
    given.write_bytes(pickle.dumps(arguments))
    two = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(given)],
        env={**os.environ, **two, "JAX_PLATFORMS": "cpu"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="needs JAX")
def test_two_devices_share_each_batch(study):
    train_on_two_devices(study.folder, study.arguments(epochs=1, devices="all"))
    assert study.card()["devices"] == {"asked": "all", "used": 2}


@pytest.mark.nightly
@pytest.mark.skipif(find_spec("jax") is None, reason="needs JAX")
def test_two_devices_learn_what_one_learns(study):
    # 26 cells in batches of 8 leave 2; 9 validation cells leave one, which is filled up.
    changes = {"augment": {"flip": True, "zoom": "normal"}, "epochs": 3}
    for out, devices in (("one", "one"), ("two", "all")):
        train_on_two_devices(study.folder, study.cnn(out, **changes, devices=devices))
    one, two = study.history("one"), study.history("two")
    np.testing.assert_allclose(two["val_loss"], one["val_loss"], rtol=1e-4)
    np.testing.assert_allclose(two["loss"], one["loss"], rtol=1e-4)
    card = json.loads((study.folder / "two/card.json").read_text())
    assert card["devices"] == {"asked": "all", "used": 2}
    assert card["backend"] == "jax"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="needs JAX")
def test_a_batch_that_devices_cannot_share_is_refused(study):
    said = train_on_two_devices(study.folder, study.arguments(batch_size=7, devices="all"))
    assert "a batch of 7 examples cannot be shared evenly by 2 devices" in said


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX shares batches")
def test_a_backend_that_cannot_share_a_batch_says_so(study, monkeypatch):
    monkeypatch.setattr(backend, "count_devices", lambda: 4)
    with pytest.raises(TrainError, match=r"among the 4 devices on JAX alone.*KERAS_BACKEND=jax"):
        train_model(**study.arguments(devices="all"))


def test_all_of_one_device_is_one(study):
    train_model(**study.arguments(epochs=1, devices="all"))
    assert study.card()["devices"] == {"asked": "all", "used": 1}
