"""Faults of the machine: each ends with the results of an undisturbed run, none half-written."""

import os
import resource
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
# As of any other result, but with jobs that load a framework.
NIGHTLY = pytest.mark.nightly

SHARD = "shards/example/test-00000.h5"
MODEL = "train/linear/example/1/model.keras"
MAPS = "attribute/linear/1/ig/test-00000.h5"
METRICS = "evaluate/linear/example/1/metrics.tsv"
# Targets stand first on the command line: --configfile takes all that follows it.
OPTIONS = ("--cores", "2", "--rerun-incomplete", "--configfile", "config/tiny.yaml")
SECONDS = 400


def make(name: str) -> tuple[str, ...]:
    """Return the arguments that make a result of the study."""
    return (f"results/tiny/{name}", *OPTIONS)


def started(checkout, *arguments, largest=resource.RLIM_INFINITY, **environment):
    """Start Snakemake, where no file may grow past `largest` bytes, in a group of its own."""

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.Popen(
        checkout.command(*arguments),
        cwd=checkout.path,
        env=checkout.environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=limited,
    )


def ended(process) -> str:
    """Return what a Snakemake said, once it has ended."""
    try:
        return process.communicate(timeout=SECONDS)[0]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def runs(checkout, *arguments, **options) -> str:
    process = started(checkout, *arguments, **options)
    told = ended(process)
    assert process.returncode == 0, told
    return told


def fails(checkout, *arguments, **options) -> str:
    process = started(checkout, *arguments, **options)
    told = ended(process)
    assert process.returncode != 0, told
    return told


def whole(checkout) -> dict[str, bytes]:
    """Name → bytes of all results, without hidden ones."""
    study = checkout.results()
    return {
        str(path.relative_to(study)): path.read_bytes()
        for path in study.rglob("*")
        if path.is_file() and "/." not in f"/{path.relative_to(study)}"
    }


def records(checkout) -> dict[str, bytes]:
    study = checkout.results()
    found = study.rglob(".provenance/*.json")
    return {str(path.relative_to(study)): path.read_bytes() for path in found}


def lose(checkout, name):
    (checkout.results() / name).unlink()


def waits_for_lock(checkout, process):
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        if any(checkout.path.glob(".snakemake/locks/*")):
            return
        time.sleep(0.05)
    raise AssertionError(ended(process))


@pytest.mark.parametrize("name", [SHARD, *(pytest.param(n, marks=NIGHTLY) for n in (MODEL, MAPS))])
def test_a_disk_that_fills_up_costs_one_job_and_no_result(ran, finished, name):
    size = (ran.results() / name).stat().st_size
    lose(ran, name)
    # Snakemake itself writes files as large as the largest of the rules.
    told = fails(ran, *make(name), largest=size - 256)
    assert "the file grew past the size allowed here" in told
    left, all_of_them = whole(ran), whole(finished)
    assert name not in left
    assert left.items() <= all_of_them.items()
    runs(ran, *make(name))
    assert whole(ran) == all_of_them
    assert records(ran) == records(finished)


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("crops/tiny_A01.h5", SHARD),
        pytest.param(SHARD, METRICS, marks=NIGHTLY),
        pytest.param(MODEL, METRICS, marks=NIGHTLY),
    ],
)
def test_a_truncated_result_is_refused_and_what_the_message_says_mends_it(
    ran, finished, name, reader
):
    place = ran.results() / name
    times = place.stat()
    os.truncate(place, times.st_size - 100)
    # Snakemake does not see it, and has a reason to read it.
    os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
    lose(ran, reader)
    told = fails(ran, *make(reader))
    assert f"results/tiny/{name}: this result was changed after it was made" in told
    assert f"snakemake -f results/tiny/{name}" in told
    # The end of the run names the job, the reason, its log, and how to go on.
    end = told[told.index("1 job failed:") :]
    assert f"    reason: results/tiny/{name}: this result was changed after it was made" in end
    assert "    log: logs/tiny/shards/" in end
    assert f"{shlex.join(make(reader))}\n" in end
    assert "Finished in " in runs(ran, "-f", *make(name))
    runs(ran, *make(reader))
    assert whole(ran) == whole(finished)


def test_a_second_snakemake_in_the_folder_is_refused_and_harms_nothing(ran, finished):
    lose(ran, SHARD)
    first = started(ran, *make(SHARD))
    try:
        waits_for_lock(ran, first)
        # Its job would end before the second one looks.
        os.killpg(first.pid, signal.SIGSTOP)
        told = fails(ran, *make(SHARD))
        assert "cannot be locked" in told
        assert "no other Snakemake process is trying to create the same files" in told
    finally:
        os.killpg(first.pid, signal.SIGCONT)
        told = ended(first)
    assert first.returncode == 0, told
    assert whole(ran) == whole(finished)


def test_the_lock_of_a_dead_run_is_told_and_can_be_taken_off(ran, finished):
    lose(ran, SHARD)
    dead = started(ran, *make(SHARD))
    waits_for_lock(ran, dead)
    os.killpg(dead.pid, signal.SIGKILL)
    ended(dead)
    told = fails(ran, *make(SHARD))
    assert "--unlock" in told
    assert ran.start("--unlock", "--configfile", "config/tiny.yaml").returncode == 0
    runs(ran, *make(SHARD))
    assert whole(ran) == whole(finished)


def test_results_that_cannot_be_written_are_told_before_the_first_job(checkout):
    (checkout.path / "results").write_text("")
    refused = checkout.dry_run(*make(SHARD))
    assert refused.returncode != 0
    told = refused.stdout
    assert "Error in the study" in told
    assert f"{checkout.path / 'results'}: results cannot be written here" in told
    assert not Path(checkout.path / "logs").exists()


def test_a_gpu_that_is_not_there_is_an_error_or_not_as_the_config_says(ran, finished):
    model = {"learning_rate": 0.01, "channels": ["15_SON", "00_DAPI"]}
    for without, ends in (("error", fails), ("cpu", runs)):
        ran.configure(
            train={
                "defaults": {"epochs": 3, "batch_size": 8},
                "models": {
                    "linear": model | {"resources": {"gpu": 1, "without_gpu": without}},
                    "simple_cnn": {"learning_rate": 0.001, "also_predict": ["area"]},
                },
            }
        )
        (ran.results() / MODEL).unlink(missing_ok=True)
        told = ends(ran, *make(MODEL), NASCENT_GPUS="")
        assert "the job asks for a GPU, and there is none here" in told
    assert whole(ran) == whole(finished)
