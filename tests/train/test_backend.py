import subprocess
import sys

import keras
import numpy as np
import pytest

from nascent.train import backend


def test_the_same_seed_draws_the_same_numbers():
    def draw(seed):
        backend.make_deterministic(seed)
        drawn = keras.ops.convert_to_numpy(keras.random.normal((4,)))
        return np.concatenate([drawn, np.random.normal(size=4)])  # noqa: NPY002

    np.testing.assert_array_equal(draw(3), draw(3))
    assert (draw(3) != draw(4)).all()


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="asks TensorFlow")
def test_a_fresh_process_computes_with_the_threads_it_is_given():
    code = (
        "from nascent.train import backend; backend.use_threads(1);"
        "import tensorflow as tf; tf.zeros(1);"
        "print(tf.config.threading.get_intra_op_parallelism_threads())"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "1"


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="asks TensorFlow")
def test_threads_that_cannot_be_changed_any_more_are_said(caplog):
    keras.ops.convert_to_numpy(keras.ops.zeros(1))
    backend.use_threads(3)
    backend.use_threads(2)
    assert "TensorFlow is already running" in caplog.text
