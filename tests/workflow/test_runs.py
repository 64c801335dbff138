"""Runs that are killed, repeated, or stand beside each other."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# Targets stand first on the command line: --configfile takes all that follows it.
TINY = ("--profile", "profiles/local", "--configfile", "config/tiny.yaml")


def files(folder: Path) -> dict[str, Path]:
    """The files under a folder by their names in it, without hidden ones."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if not name.startswith(".") | ("/." in name)}


def contents(folder: Path) -> dict[str, bytes]:
    """Name → bytes of all results and their records."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".state" not in path.parts and path.suffix != ".checked"
    }


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Name → (time, bytes) of every file under a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def waits(process: subprocess.Popen, seconds: float = 180) -> Iterator[None]:
    """Yield while a process runs, for so long at most."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        yield
        time.sleep(0.005)


def group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def kill_in_training(checkout, *targets: str) -> None:
    """Start the study and kill all its processes after the first epoch of the first model."""
    process = subprocess.Popen(
        checkout.command(*targets, *TINY),
        cwd=checkout.path,
        env=checkout.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    kept = checkout.results() / ".state" / "train"
    try:
        for _ in waits(process):
            if next(kept.glob("*/*/*/*/checkpoint.npz"), None):
                break
        assert process.poll() is None, "the run ended before it could be killed"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    # Jobs whose parent is gone may stay listed for ever where nobody collects the dead.
    end = time.monotonic() + 5
    while group_is_alive(process.pid) and time.monotonic() < end:
        time.sleep(0.01)


@pytest.fixture(scope="module")
def killed(unrun, tmp_path_factory):
    """A checkout whose run was killed while a model was being trained; do not change it."""
    checkout = unrun.clone(tmp_path_factory.mktemp("killed") / "nascent")
    kill_in_training(checkout)
    return checkout


@pytest.fixture(scope="module")
def resumed(killed, tmp_path_factory):
    """The killed run, gone on with elsewhere: what it was told is in `run.txt`."""
    checkout = killed.clone(tmp_path_factory.mktemp("resumed") / "nascent")
    unlocked = checkout.start(*TINY, "--unlock")
    assert unlocked.returncode == 0, unlocked.stdout
    done = checkout.snakemake(*TINY)
    (checkout.path / "run.txt").write_text(done.stdout)
    assert done.returncode == 0, done.stdout
    return checkout


def test_a_model_whose_training_was_killed_is_in_the_end_that_of_an_undisturbed_run(ran, finished):
    model = "results/tiny/train/simple_cnn/example/1/model.keras"
    shutil.rmtree((ran.path / model).parent)
    kill_in_training(ran, model)
    assert not (ran.path / model).exists()
    assert ran.start("--unlock", *TINY).returncode == 0
    done = ran.snakemake(model, *TINY)
    assert done.returncode == 0, done.stdout
    log = (ran.path / "logs/tiny/train/simple_cnn/example/1.log").read_text()
    assert "going on after epoch" in log
    assert contents(ran.results()) == contents(finished.results())
    assert ran.planned(*TINY) == {}


@pytest.mark.nightly
def test_a_killed_run_leaves_whole_files_or_none_under_final_names(killed, finished):
    left, whole = files(killed.results()), files(finished.results())
    assert "shards/example/shards.tsv" in left
    assert "evaluate/metrics.tsv" not in left
    assert set(left) <= set(whole)
    for name, path in left.items():
        assert path.read_bytes() == whole[name].read_bytes(), name


@pytest.mark.nightly
def test_a_killed_training_goes_on_from_its_last_epoch(resumed):
    logs = [path.read_text() for path in resumed.path.glob("logs/tiny/train/*/*/*.log")]
    assert any("going on after epoch" in log for log in logs)


@pytest.mark.nightly
def test_a_resumed_run_repeats_nothing_that_was_done(resumed):
    told = (resumed.path / "run.txt").read_text()
    assert "Simulate the raw well" not in told
    assert "Cut the nuclei" not in told


@pytest.mark.nightly
def test_a_resumed_run_ends_with_nothing_left_to_do(resumed):
    assert resumed.planned(*TINY) == {}


@pytest.mark.nightly
def test_a_resumed_run_equals_an_undisturbed_one_in_another_checkout(resumed, finished):
    ours, theirs = files(resumed.results()), files(finished.results())
    assert set(ours) == set(theirs)
    # How long it took is never the same, and the report tells it.
    told = ("report/costs.", "report.html")
    ours = {name: path for name, path in ours.items() if not name.startswith(told)}
    for name in (
        "splits/example/splits.tsv",
        "shards/example/channels.tsv",
        "train/simple_cnn/example/1/history.tsv",
        "evaluate/metrics.tsv",
        "evaluate/comparison.tsv",
        "evaluate/intervals.tsv",
        "explain/channel_importance.tsv",
    ):
        assert name in ours
    for name, path in ours.items():
        assert path.read_bytes() == theirs[name].read_bytes(), name


@pytest.mark.nightly
def test_two_runs_keep_equal_records_of_all_they_made(resumed, finished):
    ours, theirs = (
        {
            str(path.relative_to(study)).replace(".provenance/", "").removesuffix(".json"): (
                path.read_bytes()
            )
            for path in study.rglob(".provenance/*.json")
        }
        for study in (resumed.results(), finished.results())
    )
    assert set(files(finished.results())) <= set(ours)
    # What a run cost is never the same twice.
    for costs in ("report/costs.tsv", "report/costs.html", "report.html"):
        del ours[costs], theirs[costs]
    assert ours == theirs


def test_two_studies_side_by_side_do_not_touch(ran):
    ran.configure("second", seed=7)
    places = [ran.path / folder / "tiny" for folder in ("results", "logs")]
    before = [state(place) for place in places]
    table = "results/second/splits/example/splits.tsv"
    second = (table, "--profile", "profiles/local", "--configfile", "config/second.yaml")
    done = ran.snakemake(*second)
    assert done.returncode == 0, done.stdout
    assert [state(place) for place in places] == before
    assert ran.planned(*TINY) == {}
    assert ran.planned(*second) == {}
    splits = [
        ran.results(study) / "splits" / "example" / "splits.tsv" for study in ("tiny", "second")
    ]
    assert splits[0].read_bytes() != splits[1].read_bytes()
