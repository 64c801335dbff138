"""What only a backend can do for a job: its threads, devices, number formats, exact repetition."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import keras

from nascent.errors import TrainError

logger = logging.getLogger(__name__)


def use_threads(threads: int) -> None:
    """Bound the threads that the backend computes with, so that a scheduler's count holds.

    Parameters
    ----------
    threads
        At least 1. JAX has no such switch in the process; TensorFlow takes it only before its
        first operation. Where it cannot be had, that is logged.
    """
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            try:
                tf.config.threading.set_intra_op_parallelism_threads(threads)
                tf.config.threading.set_inter_op_parallelism_threads(threads)
            except RuntimeError:
                logger.warning("TensorFlow is already running: its threads stay as they are")
        case "torch":
            import torch

            torch.set_num_threads(threads)
        case other:
            logger.warning("the threads of the backend %s cannot be bounded", other)


def make_deterministic(seed: int) -> None:
    """Seed Python, NumPy and the backend; on a CPU the same seed then gives the same weights.

    On a GPU the fast kernels stay, some of which add in any order: several that common backbones
    need have no exact counterpart there.
    """
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow" and device() == "cpu":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def device() -> str:
    """Return what the backend computes on: `cpu` or `gpu`, or its own word for something else."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            return "gpu" if tf.config.list_physical_devices("GPU") else "cpu"
        case "torch":
            import torch

            return "gpu" if torch.cuda.is_available() else "cpu"
        case "jax":
            import jax

            return jax.default_backend()
        case other:
            return other


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Build the layers made in this context with a dtype policy, and put the old one back."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@contextmanager
def devices(which: str) -> Iterator[None]:
    """Compute on `one` device, or on `all` that the backend sees, each with a part of the batch.

    Models must be built in the context. Every device holds all weights; the gradients are summed
    over devices by Keras' own `DataParallel`, which JAX alone supports.

    Raises
    ------
    TrainError
        Where there are several devices and the backend is not JAX.
    """
    if which == "one" or count_devices() == 1:
        yield
        return
    if keras.backend.backend() != "jax":
        raise TrainError(
            f"Keras shares a batch among the {count_devices()} devices on JAX alone, and runs on"
            f" {keras.backend.backend()}",
            where="devices",
            mend="Set KERAS_BACKEND=jax, or the model's devices to one.",
        )
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


def replicas() -> int:
    """Return among how many devices a batch is shared."""
    distribution = keras.distribution.distribution()
    return distribution.num_model_replicas if distribution is not None else 1


def count_devices() -> int:
    """Return how many devices of the kind that it computes on the backend sees."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            return max(1, len(tf.config.list_physical_devices("GPU")))
        case "torch":
            import torch

            return max(1, torch.cuda.device_count())
        case "jax":
            import jax

            return jax.local_device_count()
        case _:
            return 1
