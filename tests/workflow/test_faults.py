"""Faults of the machine: each ends with the results of an undisturbed run, none half-written."""

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SHARD = "shards/cell/test-00000.h5"
MODEL = "train/linear/cell/1/model.keras"
MAPS = "attribute/linear/1/ig/test-00000.h5"
METRICS = "evaluate/linear/cell/1/metrics.tsv"
# Targets stand first on the command line: --configfile takes all that follows it.
OPTIONS = ("--cores", "2", "--rerun-incomplete", "--configfile", "config/tiny.yaml")
SOME = (*(f"results/tiny/{name}" for name in (METRICS, MAPS)), *OPTIONS)
SECONDS = 400


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
    """Delete a result and what needs it: else Snakemake has no reason to make it again."""
    for each in {name, METRICS, MAPS}:
        (checkout.results() / each).unlink(missing_ok=True)


def waits_for_lock(checkout, process):
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        if any(checkout.path.glob(".snakemake/locks/*")):
            return
        time.sleep(0.05)
    raise AssertionError(ended(process))


@pytest.fixture(scope="module")
def undisturbed(unrun, tmp_path_factory):
    """A checkout with a model, its metrics and maps, made without a fault; do not change it."""
    checkout = unrun.clone(tmp_path_factory.mktemp("undisturbed") / "nascent")
    runs(checkout, *SOME)
    return checkout


@pytest.fixture
def disturbed(undisturbed, tmp_path):
    """A copy to do harm to."""
    return undisturbed.clone(tmp_path / "nascent")


@pytest.mark.parametrize("name", [SHARD, MODEL, MAPS])
def test_a_disk_that_fills_up_costs_one_job_and_no_result(disturbed, undisturbed, name):
    place = disturbed.results() / name
    size = place.stat().st_size
    lose(disturbed, name)
    # Snakemake itself writes files as large as the largest of the rules.
    told = fails(disturbed, *SOME, largest=size - 256)
    assert "the file grew past the size allowed here" in told
    left, all_of_them = whole(disturbed), whole(undisturbed)
    assert name not in left
    assert left.items() <= all_of_them.items()
    runs(disturbed, *SOME)
    assert whole(disturbed) == all_of_them
    assert records(disturbed) == records(undisturbed)


@pytest.mark.parametrize("name", [SHARD, MODEL])
def test_a_truncated_result_is_refused_and_what_the_message_says_mends_it(
    disturbed, undisturbed, name
):
    place = disturbed.results() / name
    times = place.stat()
    os.truncate(place, times.st_size - 100)
    # Snakemake does not see it, and has a reason to read it.
    os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
    (disturbed.results() / METRICS).unlink()
    told = fails(disturbed, *SOME)
    assert f"results/tiny/{name}: this result was changed after it was made" in told
    assert f"snakemake -f results/tiny/{name}" in told
    runs(disturbed, "-f", f"results/tiny/{name}", *OPTIONS)
    runs(disturbed, *SOME)
    assert whole(disturbed) == whole(undisturbed)


def test_a_second_snakemake_in_the_folder_is_refused_and_harms_nothing(disturbed, undisturbed):
    lose(disturbed, MODEL)
    first = started(disturbed, *SOME)
    try:
        waits_for_lock(disturbed, first)
        told = fails(disturbed, *SOME)
        assert "cannot be locked" in told
        assert "no other Snakemake process is trying to create the same files" in told
    finally:
        told = ended(first)
    assert first.returncode == 0, told
    assert whole(disturbed) == whole(undisturbed)


def test_the_lock_of_a_dead_run_is_told_and_can_be_taken_off(disturbed, undisturbed):
    lose(disturbed, MODEL)
    dead = started(disturbed, *SOME)
    waits_for_lock(disturbed, dead)
    os.killpg(dead.pid, signal.SIGKILL)
    ended(dead)
    told = fails(disturbed, *SOME)
    assert "--unlock" in told
    runs(disturbed, "--unlock", "--configfile", "config/tiny.yaml")
    runs(disturbed, *SOME)
    assert whole(disturbed) == whole(undisturbed)


def test_results_that_cannot_be_written_are_told_before_the_first_job(checkout):
    (checkout.path / "results").write_text("")
    told = fails(checkout, "-n", *SOME)
    assert "Error in the study" in told
    assert f"{checkout.path / 'results'}: results cannot be written here" in told
    assert not Path(checkout.path / "logs").exists()


def test_a_gpu_that_is_not_there_is_an_error_or_not_as_the_config_says(disturbed, undisturbed):
    model = {"learning_rate": 0.01, "channels": ["15_SON", "00_DAPI"]}
    for without, ends in (("error", fails), ("cpu", runs)):
        disturbed.configure(
            train={
                "defaults": {"epochs": 3, "batch_size": 8},
                "models": {
                    "linear": model | {"resources": {"gpu": 1, "without_gpu": without}},
                    "simple_cnn": {"learning_rate": 0.001, "also_predict": ["area"]},
                },
            }
        )
        lose(disturbed, MODEL)
        told = ends(disturbed, *SOME, NASCENT_GPUS="")
        assert "the job asks for a GPU, and there is none here" in told
    assert whole(disturbed) == whole(undisturbed)
