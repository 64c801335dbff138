import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import pytest

from nascent import devices
from nascent.devices import devices_of_job, present
from nascent.errors import DeviceError

HOLDS = """
import sys, time
from nascent.devices import devices_of_job
with devices_of_job(int(sys.argv[1])) as got:
    print(*got.ids, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A machine with two GPUs on which no other job runs."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv(devices.OVERRIDE, "0,1")
    for name in (devices.VISIBLE, *devices.SCHEDULERS):
        monkeypatch.delenv(name, raising=False)


def other_job(gpus=1):
    """Start another process that holds GPUs, and return it with those it has."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(gpus)], stdout=subprocess.PIPE, text=True
    )
    return process, process.stdout.readline().split()


def test_each_job_has_a_gpu_of_its_own_and_sees_no_other():
    with devices_of_job(1) as one, devices_of_job(1) as other:
        assert {*one.ids, *other.ids} == {"0", "1"}
        assert os.environ[devices.VISIBLE] == other.ids[0]
    assert devices.VISIBLE not in os.environ


def test_a_job_without_gpus_sees_none():
    with devices_of_job(0) as none:
        assert none.ids == ()
        assert os.environ[devices.VISIBLE] == "-1"


def test_processes_share_the_machine_and_give_back_what_they_hold_even_when_killed():
    process, ids = other_job(2)
    try:
        assert ids == ["0", "1"]
        got = []

        def wants():
            with devices_of_job(1, every_seconds=0.01) as mine:
                got.extend(mine.ids)

        thread = threading.Thread(target=wants)
        thread.start()
        time.sleep(0.3)
        assert got == []
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    thread.join(10)
    assert got == ["0"]


def test_jobs_that_want_all_gpus_do_not_wait_for_each_other_for_ever():
    done = []

    def wants(number):
        with devices_of_job(2, every_seconds=0.01) as mine:
            done.append((number, mine.ids))

    threads = [threading.Thread(target=wants, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == [(number, ("0", "1")) for number in range(6)]


def test_more_gpus_than_there_are_is_an_error_at_once():
    with pytest.raises(DeviceError, match=r"asks for 3 GPUs, and there are 2"):
        devices_of_job(3).__enter__()


def test_a_gpu_where_there_is_none_is_said_or_an_error(monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setenv(devices.OVERRIDE, "")
    with devices_of_job(1) as none:
        assert none.ids == ()
    assert "it computes on the CPU" in caplog.text
    with pytest.raises(DeviceError, match=r"there is none here.*without_gpu"):
        devices_of_job(1, without="error").__enter__()


def test_what_a_scheduler_gave_a_job_is_all_it_takes(monkeypatch):
    monkeypatch.delenv(devices.OVERRIDE)
    monkeypatch.setenv(devices.VISIBLE, "GPU-8f3c,MIG-a/1/0")
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    assert present() == ("GPU-8f3c", "MIG-a/1/0")
    with devices_of_job(2) as both:
        assert both.ids == ("GPU-8f3c", "MIG-a/1/0")
    # Two of a scheduler's jobs may have the same numbers for different GPUs.
    monkeypatch.setenv(devices.VISIBLE, "0")
    with devices_of_job(1) as one:
        monkeypatch.setenv("SLURM_JOB_ID", "18")
        monkeypatch.setenv(devices.VISIBLE, "0")
        with devices_of_job(1) as other:
            assert one.ids == other.ids == ("0",)


@pytest.mark.parametrize("none", ["", "-1", "NoDevFiles"])
def test_no_device_has_several_names(monkeypatch, none):
    monkeypatch.delenv(devices.OVERRIDE)
    monkeypatch.setenv(devices.VISIBLE, none)
    assert present() == ()


def test_the_gpus_of_the_machine_are_those_that_nvidia_smi_lists(tmp_path, monkeypatch):
    monkeypatch.delenv(devices.OVERRIDE)
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '0\\n1\\n2\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert present() == ("0", "1", "2")
    program.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'; exit 9\n")
    assert present() == ()
