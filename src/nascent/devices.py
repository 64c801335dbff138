"""GPUs of one machine shared among jobs that do not know of each other.

Each GPU has a file that the job holds locked (`flock`) as long as it lives, so that no two jobs of
a machine compute on the same one. The system drops the lock when the process ends, however it ends.
"""

import fcntl
import logging
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nascent.errors import DeviceError

OVERRIDE = "NASCENT_GPUS"
"""Environment variable: the GPUs that jobs may take, as `0,1`; empty for none."""

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Environment variable by which CUDA is told which GPUs to see."""

# Within a scheduler's job the GPUs are numbered anew: its locks are its own.
SCHEDULERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")
# What stands for no device: CUDA's own word, and that of Slurm.
_NONE = ("", "-1", "NoDevFiles")
_MEND = "Set the resource gpu to 0, or without_gpu to cpu, or give the job a GPU."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Devices:
    """The GPUs of a job.

    Attributes
    ----------
    asked
        How many it asked for.
    ids
        As `CUDA_VISIBLE_DEVICES` names them; empty where it computes on the CPU.
    without
        Whether a job that finds no GPU computes on the `cpu` or ends with an `error`.
    """

    asked: int
    ids: tuple[str, ...]
    without: Literal["cpu", "error"] = "cpu"

    def missing(self, why: str) -> None:
        """Say that a GPU was asked for and is not there.

        Raises
        ------
        DeviceError
            Where that is to be an error.
        """
        if self.without == "error":
            raise DeviceError(f"the job asks for a GPU, and {why}", mend=_MEND)
        logger.info("the job asks for a GPU, and %s: it computes on the CPU", why)


@contextmanager
def devices_of_job(
    asked: int, *, without: Literal["cpu", "error"] = "cpu", every_seconds: float = 2.0
) -> Iterator[Devices]:
    """Take so many GPUs for as long as the context lasts, and hide all others from CUDA.

    Where all are taken, wait until enough are free. CUDA reads the environment when it is first
    used, so this must come before the first computation.

    Parameters
    ----------
    asked
        0 hides every GPU.
    without
        What to do where the machine has none.
    every_seconds
        How often to look again.

    Raises
    ------
    DeviceError
        Where the machine has fewer GPUs than are asked for, or none and `without` is `error`.
    """
    with ExitStack() as stack:
        ids = _taken(asked, without, every_seconds, stack)
        before = os.environ.get(VISIBLE)
        os.environ[VISIBLE] = ",".join(ids) or "-1"
        try:
            yield Devices(asked, ids, without)
        finally:
            if before is None:
                del os.environ[VISIBLE]
            else:
                os.environ[VISIBLE] = before


def present() -> tuple[str, ...]:
    """Return the GPUs that jobs here may take, by the names `CUDA_VISIBLE_DEVICES` has for them.

    Those of `NASCENT_GPUS`, else those that a scheduler or user made visible, else all that
    `nvidia-smi` lists.
    """
    for variable in (OVERRIDE, VISIBLE):
        if variable in os.environ:
            names = [name.strip() for name in os.environ[variable].split(",")]
            return tuple(name for name in names if name not in _NONE)
    try:
        told = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in told.stdout.splitlines() if line.strip().isdigit())


def lock_folder() -> Path:
    """Return the folder of the locks: one a machine, or one for each of a scheduler's jobs."""
    of = next((os.environ[name] for name in SCHEDULERS if os.environ.get(name)), "machine")
    return Path(tempfile.gettempdir()) / f"nascent-gpus-{of}"


def _taken(asked: int, without: str, every_seconds: float, stack: ExitStack) -> tuple[str, ...]:
    if asked == 0:
        return ()
    pool = present()
    if not pool:
        Devices(asked, (), without).missing("there is none here")
        return ()
    if asked > len(pool):
        raise DeviceError(
            f"the job asks for {asked} GPUs, and there are {len(pool)} here",
            mend="Ask for fewer, or run it where there are more.",
        )
    waits = False
    while (ids := _lock_free(pool, asked, stack)) is None:
        if not waits:
            logger.info("all of the GPUs %s are taken: waiting", ",".join(pool))
        waits = True
        # Two that wait for several at once must not look at the same moments for ever.
        time.sleep(every_seconds * random.uniform(0.5, 1))
    logger.info("computing on GPU %s of %s", ",".join(ids), ",".join(pool))
    return ids


def _lock_free(pool: Sequence[str], asked: int, stack: ExitStack) -> tuple[str, ...] | None:
    """Lock so many of the pool, or none: jobs that each hold a part would wait for ever."""
    with ExitStack() as locks:
        ids: list[str] = []
        for name in pool:
            if len(ids) < asked and _locked(name, locks):
                ids.append(name)
        if len(ids) < asked:
            return None
        stack.push(locks.pop_all())
    return tuple(ids)


def _locked(name: str, locks: ExitStack) -> bool:
    descriptor = _opened(lock_folder() / f"{name.replace('/', '_')}.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    locks.callback(os.close, descriptor)
    return True


def _opened(path: Path) -> int:
    # Other users' jobs must be able to lock the same file, whatever our umask; and Linux refuses to
    # create over a file of another user in a folder that all may write to, so open it first.
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        pass
    try:
        path.parent.mkdir()
        path.parent.chmod(0o1777)
    except FileExistsError:
        pass
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    if os.fstat(descriptor).st_uid == os.geteuid():
        os.fchmod(descriptor, 0o666)
    return descriptor
