"""What only a backend can do for a job: its threads, devices, number formats, exact repetition."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from nascent.devices import VISIBLE, Devices
from nascent.errors import TrainError
from nascent.frameworks import keras

_XLA_EXACT = "--xla_gpu_deterministic_ops=true"

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


def prepare(
    devices: Devices, *, threads: int, seed: int, deterministic: bool
) -> dict[str, str | int | list[str] | bool]:
    """Set the backend up for a job, before its first computation, and return what it computes with.

    Parameters
    ----------
    devices
        The GPUs of the job; of all others the backend is told nothing.
    threads
        To compute with, at least 1.
    seed
        Of Python, NumPy and the backend.
    deterministic
        Whether to compute so that the same seed gives the same numbers, see `make_deterministic`.

    Returns
    -------
    `backend`, `device` (`cpu` or `gpu`), `devices` (the model of each GPU), `threads` and
    `deterministic`.

    Raises
    ------
    DeviceError
        Where the job has a GPU that the backend cannot use, and that is to be an error.
    """
    # In this order: JAX reads its flags, and which devices it may see, when it is first asked.
    use_threads(threads)
    _hide_others(devices)
    make_deterministic(seed, exact=deterministic)
    if devices.ids and device() == "cpu":
        devices.missing(f"{keras.backend.backend()} as it is installed here uses none")
    told = {
        "backend": keras.backend.backend(),
        "device": device(),
        "devices": _models(),
        # Sums are split among them, so that their number shapes the last digits.
        "threads": threads,
        "deterministic": deterministic,
    }
    logger.info(
        "%s on %s%s, %s",
        told["backend"],
        ", ".join(told["devices"]) or "the CPU",
        "" if deterministic else ", not bound to repeat itself",
        f"{threads} threads",
    )
    return told


def forget(seed: int, *, exact: bool) -> None:
    """Let go of all models of this process, and seed the backend anew, see `make_deterministic`."""
    keras.utils.clear_session()
    make_deterministic(seed, exact=exact)


def make_deterministic(seed: int, *, exact: bool = True) -> None:
    """Seed Python, NumPy and the backend, and compute exactly the same each time.

    On a CPU the same seed then gives the same weights. On a GPU TensorFlow refuses the few
    operations that it cannot repeat exactly, and JAX and PyTorch are asked for exact kernels.

    Parameters
    ----------
    seed
        Of all that is drawn.
    exact
        False seeds alone, and leaves each backend its fastest kernels, some of which add in any
        order.
    """
    keras.utils.set_random_seed(seed)
    if not exact:
        return
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            tf.config.experimental.enable_op_determinism()
        case "jax":
            # XLA reads its flags when it first computes; those of GPUs are not known without one.
            flags = os.environ.get("XLA_FLAGS", "")
            if os.environ.get(VISIBLE, "-1") != "-1" and _XLA_EXACT not in flags:
                os.environ["XLA_FLAGS"] = f"{flags} {_XLA_EXACT}".strip()
        case "torch":
            import torch

            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
            torch.use_deterministic_algorithms(True)


@contextmanager
def inexact_told() -> Iterator[None]:
    """Tell an operation that has no exact kernel on a GPU as what it is.

    Raises
    ------
    TrainError
        In the place of the backend's own error.
    """
    try:
        yield
    except Exception as error:
        # TensorFlow and PyTorch name the operation, in types of their own.
        if "determinis" not in str(error).lower():
            raise
        raise TrainError(
            f"the network has an operation that cannot be repeated exactly here ({error})",
            where="deterministic",
            mend="Set deterministic: false, or compute on a CPU.",
        ) from error


def device() -> str:
    """Return what the backend computes on: `cpu` or `gpu`, or its own word for something else."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            return "gpu" if tf.config.get_visible_devices("GPU") else "cpu"
        case "torch":
            import torch

            return "gpu" if torch.cuda.is_available() else "cpu"
        case "jax":
            import jax

            return jax.default_backend()
        case other:
            return other


def _hide_others(devices: Devices) -> None:
    """Keep the backend from GPUs that are not the job's, though it was imported before."""
    match keras.backend.backend():
        case "tensorflow" if not devices.ids:
            import tensorflow as tf

            tf.config.set_visible_devices([], "GPU")
        case "jax" if not devices.ids:
            import jax

            jax.config.update("jax_platforms", "cpu")
        case "torch" if not devices.ids and device() == "gpu":
            logger.warning(
                "PyTorch chose a GPU that is not the job's: start with KERAS_TORCH_DEVICE=cpu"
            )


def _models() -> list[str]:
    """Return the model of each GPU that the backend sees, such as `NVIDIA H100`."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            seen = tf.config.get_visible_devices("GPU")
            details = map(tf.config.experimental.get_device_details, seen)
            return [str(each.get("device_name", "GPU")) for each in details]
        case "jax":
            import jax

            return [each.device_kind for each in jax.local_devices() if each.platform != "cpu"]
        case "torch":
            import torch

            return list(map(torch.cuda.get_device_name, range(torch.cuda.device_count())))
        case _:
            return []


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

            return max(1, len(tf.config.get_visible_devices("GPU")))
        case "torch":
            import torch

            return max(1, torch.cuda.device_count())
        case "jax":
            import jax

            return jax.local_device_count()
        case _:
            return 1
