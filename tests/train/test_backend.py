import json
import logging
import os
import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest

from nascent import devices
from nascent.devices import Devices
from nascent.errors import DeviceError, TrainError
from nascent.train import backend


def test_the_same_seed_draws_the_same_numbers():
    def draw(seed):
        backend.make_deterministic(seed)
        drawn = keras.ops.convert_to_numpy(keras.random.normal((4,)))
        return np.concatenate([drawn, np.random.normal(size=4)])  # noqa: NPY002

    np.testing.assert_array_equal(draw(3), draw(3))
    assert (draw(3) != draw(4)).all()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="asks TensorFlow")
def test_threads_that_cannot_be_changed_any_more_are_said(caplog):
    keras.ops.convert_to_numpy(keras.ops.zeros(1))
    backend.use_threads(3)
    backend.use_threads(2)
    assert "TensorFlow is already running" in caplog.text


def in_a_process(program: str, **environment: str) -> str:
    """Return what a fresh process says: what a backend is told must come before it computes."""
    return subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    ).stdout.strip()


PREPARED = """
import json, sys
from nascent.devices import devices_of_job
from nascent.train import backend
with devices_of_job(0) as none:
    told = backend.prepare(none, threads=2, seed=3, deterministic=DETERMINISTIC)
"""
OF_TENSORFLOW = """
import tensorflow
from tensorflow.python.framework import config
tensorflow.zeros(1)
asked = config.is_op_determinism_enabled(), config.get_intra_op_parallelism_threads()
"""


@pytest.mark.slow
@pytest.mark.parametrize("deterministic", [True, False])
def test_what_a_job_computes_with_is_told_and_asked_of_the_backend(deterministic):
    backend = keras.backend.backend()
    asks = OF_TENSORFLOW if backend == "tensorflow" else "asked = DETERMINISTIC, 2"
    program = PREPARED + asks + "\nprint(json.dumps([told, asked]))"
    told, asked = json.loads(in_a_process(program.replace("DETERMINISTIC", repr(deterministic))))
    expected = {"device": "cpu", "devices": [], "threads": 2, "deterministic": deterministic}
    assert told == {"backend": backend, **expected}
    assert asked == [deterministic, 2]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="needs JAX")
def test_jax_is_asked_for_exact_kernels_on_a_gpu_alone():
    program = f"""
import os
from nascent.devices import devices_of_job
from nascent.train import backend
for gpus in ("", "0"):
    os.environ["{devices.OVERRIDE}"] = gpus
    with devices_of_job(1):
        backend.make_deterministic(1)
    print("deterministic" in os.environ.get("XLA_FLAGS", ""))
"""
    assert in_a_process(program, KERAS_BACKEND="jax").split() == ["False", "True"]


def test_a_gpu_that_the_backend_cannot_use_is_said_or_an_error(caplog):
    caplog.set_level(logging.INFO)
    ready = {"threads": 2, "seed": 1, "deterministic": True}
    assert backend.prepare(Devices(1, ("0",), "cpu"), **ready)["device"] == "cpu"
    assert "as it is installed here uses none" in caplog.text
    with pytest.raises(DeviceError, match=keras.backend.backend()):
        backend.prepare(Devices(1, ("0",), "error"), **ready)


def test_an_operation_that_cannot_be_repeated_is_told_with_the_mend():
    with pytest.raises(TrainError, match="deterministic: false"), backend.inexact_told():
        raise RuntimeError("A deterministic GPU implementation of X is not currently available.")
    with pytest.raises(RuntimeError, match="out of memory"), backend.inexact_told():
        raise RuntimeError("out of memory")
