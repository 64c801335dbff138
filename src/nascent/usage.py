"""What a process took of its machine, as the system counted it: a line of its log."""

import re
import time
from pathlib import Path

_STATUS = Path("/proc/self/status")
_LINE = "used {peak:.0f} MB of memory at its peak, {seconds:.1f} s of CPU time"
_TOLD = re.compile(r"used (\d+) MB of memory at its peak, (\d+\.\d) s of CPU time$", re.MULTILINE)


def used() -> str:
    """Return what this process took: the peak of its memory, in 2²⁰ bytes, and its CPU time.

    The peak is that of the program itself (`VmHWM`): `getrusage` would count the program that
    started it too.
    """
    told = re.search(r"^VmHWM:\s*(\d+)", _STATUS.read_text(), re.MULTILINE)
    if told is None:
        return "what the job used is not told by this system"
    return _LINE.format(peak=int(told[1]) / 1024, seconds=time.process_time())


def used_by_job(log: Path) -> tuple[float, float]:
    """Return MB and seconds that a job's log tells; NaN where it tells none.

    Parameters
    ----------
    log
        File; it may be missing.
    """
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    told = _TOLD.findall(text)
    return tuple(map(float, told[-1])) if told else (float("nan"), float("nan"))
