"""A throw-away Slurm for all tests here, and Snakemake on it under the shipped profile."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from cluster import PACKAGES, Cluster, install_once, missing, until
from study import MOST, SOME, write_study
from toy import SLOW, lives, toy, traces

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# The plugin's failures are hangs: nothing here waits longer than this, seconds.
PATIENCE = 240
# However the tests end, no Snakemake outlives them; and it hears of Ctrl-C even if they do not.
MORTAL = ("env", "--default-signal=INT", "setpriv", "--pdeathsig", "KILL")
# What only makes a test faster: how soon and often Slurm is asked, how long files are waited for.
QUICK = (
    *("--slurm-init-seconds-before-status-checks", "1"),
    *("--max-status-checks-per-second", "5"),
    *("--latency-wait", "5"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The file that takes longest goes first: other processes have all others meanwhile.
    items.sort(key=lambda item: item.path != HERE / "test_study.py")
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slurm)
            item.add_marker(pytest.mark.slow)


def environment() -> dict[str, str]:
    """Return the variables of jobs; without bytecode each would start seconds later."""
    mine = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return mine | {"TF_CPP_MIN_LOG_LEVEL": "2"}


@dataclass
class Snakemake:
    """Snakemake in a folder of its own, on the throw-away Slurm."""

    folder: Path
    environment: Mapping[str, str]
    _started: list[subprocess.Popen] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake under the profile; what it says goes to `said.txt`."""
        profile = ("--profile", str(ROOT / "profiles" / "slurm"), "--jobs", "4")
        with (self.folder / "said.txt").open("ab") as said:
            process = subprocess.Popen(
                [*MORTAL, sys.executable, str(HERE / "quick.py"), *profile, *QUICK, *arguments],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def finish(self, process: subprocess.Popen, seconds: float = PATIENCE) -> int:
        """Wait for the end of a run and return its exit status; fail where it hangs."""
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(process)
            pytest.fail(f"Snakemake did not end within {seconds} s:\n{self.said()[-4000:]}")

    def run(self, *arguments: str, seconds: float = PATIENCE) -> int:
        """Run Snakemake under the profile to its end and return its exit status."""
        return self.finish(self.start(*arguments), seconds)

    def profile(self, changes: Mapping[str, object]) -> tuple[str, ...]:
        """Return the arguments that lay some keys over those of the shipped profile."""
        folder = self.folder / "changes"
        folder.mkdir()
        (folder / "config.yaml").write_text(yaml.safe_dump(dict(changes)))
        return ("--profile", str(folder))

    def said(self) -> str:
        """Return all that was said so far."""
        return (self.folder / "said.txt").read_text()

    def kill(self, process: subprocess.Popen) -> None:
        """Kill a run as the kernel would, with what it started here; its Slurm jobs live on."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            if process.poll() is None:
                self.kill(process)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    """A running Slurm; tests are skipped where there is none and none can be installed."""
    if missing() and os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        install_once()
    if lacking := missing():
        pytest.skip(
            f"no Slurm: {', '.join(lacking)} not found; as root, apt-get install"
            f" {' '.join(PACKAGES)}"
        )
    started = Cluster(tmp_path_factory.mktemp("slurm") / "cluster")
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def local_snakemake() -> Callable[..., None]:
    """Run Snakemake in a folder without Slurm: a function of the folder and the arguments."""

    def run(folder: Path, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=folder,
            env=environment(),
            check=True,
            # It does not hang, but may share the machine with other tests.
            timeout=3 * PATIENCE,
            capture_output=True,
        )

    return run


@pytest.fixture(scope="session")
def run_locally(tmp_path_factory, local_snakemake, worker_id) -> Callable[..., Path]:
    """Run some of the small study without Slurm: a function of a name and targets → its folder."""
    mine = tmp_path_factory.getbasetemp()
    # One run serves all processes that share the tests.
    shared = mine if worker_id == "master" else mine.parent

    def run(name: str, *targets: str) -> Path:
        folder, ended = shared / name, shared / f"{name}.txt"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not ended.exists():
                shutil.rmtree(folder, ignore_errors=True)
                local_snakemake(folder, "--cores", "2", *targets, *write_study(folder))
                ended.touch()
        return folder

    return run


@pytest.fixture(scope="session")
def local_study(run_locally) -> Path:
    """The folder of the small study up to its maps, run without Slurm; do not change it."""
    return run_locally("local", *SOME)


@pytest.fixture(scope="session")
def explained_study(run_locally) -> Path:
    """The same with what is said of the maps."""
    return run_locally("explained", *MOST)


@pytest.fixture
def snakemake(cluster, tmp_path) -> Iterator[Snakemake]:
    """Snakemake in an empty folder; its jobs are gone when the test ends."""
    runner = Snakemake(tmp_path, environment() | cluster.environment())
    before = {job["JobId"] for job in cluster.jobs()}
    yield runner
    runner.end()
    mine = [job["JobId"] for job in cluster.jobs() if job["JobId"] not in before]
    if mine:
        cluster.client("scancel", "--quiet", *mine, check=False)


@pytest.fixture
def submitted(cluster):
    """What Slurm knows of the jobs submitted since the test began: a function."""
    before = {job["JobId"] for job in cluster.jobs()}
    return lambda: [job for job in cluster.jobs() if job["JobId"] not in before]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> bytes:
    """The toy's table of a run that nothing happens to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    subprocess.run([sys.executable, SLOW, "table.tsv", "0"], cwd=folder, check=True, timeout=60)
    return (folder / "table.tsv").read_bytes()


@pytest.fixture
def sound(snakemake, undisturbed) -> Callable[[int], None]:
    """A check: the toy's table is whole; of so many runs of its slow job no two lived at once."""

    def check(runs: int) -> None:
        assert (snakemake.folder / "table.tsv").read_bytes() == undisturbed
        seen = lives(snakemake.folder)
        assert len(seen) == runs
        for (_, last), (first, _) in pairwise(seen):
            assert last < first

    return check


@pytest.fixture
def running(snakemake) -> Callable[..., subprocess.Popen]:
    """Start the toy and wait until its slow job works: a function that returns Snakemake."""

    def start(seconds: float, *arguments: str) -> subprocess.Popen:
        process = snakemake.start(*toy(seconds), *arguments)
        until(lambda: traces(snakemake.folder), 90, "the slow job works")
        return process

    return start
