"""What a job says that it took, against what it was made to take."""

import subprocess
import sys
from math import isnan

import pytest

from nascent.usage import used_by_job

WORK = """
import sys, time
from nascent.usage import used
held = b"x" * (int(sys.argv[1]) << 20)
while time.process_time() < 1.5:
    pass
print("12:00:00 INFO nascent.jobs: " + used())
"""


def taken(tmp_path, megabytes):
    log = tmp_path / f"{megabytes}.log"
    with log.open("w") as stream:
        subprocess.run([sys.executable, "-c", WORK, str(megabytes)], check=True, stdout=stream)
    return used_by_job(log)


def test_memory_that_was_let_go_and_time_that_was_spent_are_told(tmp_path):
    small, large = taken(tmp_path, 1), taken(tmp_path, 201)
    assert large[0] - small[0] == pytest.approx(200, abs=10)
    assert small[1] == pytest.approx(1.5, abs=0.3)


def test_a_log_that_does_not_tell_or_is_not_there_tells_nothing(tmp_path):
    (tmp_path / "a.log").write_text("used to be longer\n")
    assert all(map(isnan, used_by_job(tmp_path / "a.log")))
    assert all(map(isnan, used_by_job(tmp_path / "b.log")))
