"""What only a backend can do for a job: bound its threads, and repeat its arithmetic exactly."""

import logging

import keras

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
