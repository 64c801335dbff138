"""A tiny study that has run once, in a copy of this checkout, and ways to ask what would run."""

import atexit
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from nascent.kind import FOLDERS

PLANNER = Path(__file__).with_name("plan.py")
CONFIG = {
    "study": "tiny",
    "wells": "config/tiny_wells.tsv",
    "simulate": {
        "nuclei": 40,
        "mean_area": 300,
        "channels": ["00_DAPI", "09_SRRM2", "15_SON", "10_POL2RA_pS2", "00_EU"],
    },
    "crops": {"size": 32},
    "shards": {"cells": 64},
    "train": {
        "defaults": {"epochs": 3, "batch_size": 8},
        # One sees some of the channels, one predicts more than the target.
        "models": {
            "linear": {"learning_rate": 0.01, "channels": ["15_SON", "00_DAPI"]},
            "simple_cnn": {"learning_rate": 0.001, "also_predict": ["area"]},
        },
    },
    "evaluate": {"bootstrap": 200},
    "attribute": {"methods": {"ig": {"method": "integrated_gradients", "steps": 4}}},
    "explain": {
        "bootstrap": 200,
        "cells": 4,
        "untrained": {"models": 2, "cells": 1},
        "randomisation": {"stages": 2},
        "removal": {"fractions": [0.5, 1.0], "random": 1},
        "sensitivity": {"draws": 1},
        "use": {"cells": 6, "repeats": 2},
        "explorer": {"cells": 8},
    },
}
WELLS = "plate\twell\tperturbation\ntiny\tA01\tnormal\ntiny\tA02\tDMSO\n"


@dataclass(frozen=True)
class Checkout:
    """A copy of the project's files in which Snakemake runs with the copy's own library.

    Or, with a `library`, a folder of other files in which it runs with that of another copy.
    """

    path: Path
    library: Path | None = None

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", *arguments]

    def environment(self) -> dict[str, str]:
        # A kind that the tests have loaded is found in the checkout where its study says.
        left_out = {"PYTHONDONTWRITEBYTECODE", FOLDERS}
        mine = {key: value for key, value in os.environ.items() if key not in left_out}
        library = self.library or self.path
        return mine | {"PYTHONPATH": str(library / "src"), "TF_CPP_MIN_LOG_LEVEL": "2"}

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake; its output, both streams, is in `stdout`."""
        return self._run(self.command(*arguments))

    def planned(self, *arguments: str) -> dict[str, list[str]]:
        """Return what a dry run plans: rule → `<wildcard>/<wildcard>…` of each job, sorted."""
        rules: dict[str, list[str]] = {}
        for job in self._announced("jobs", *arguments):
            rules.setdefault(job["rule"], []).append("/".join(job["wildcards"].values()))
        return {rule: sorted(jobs) for rule, jobs in sorted(rules.items())}

    def submitted(self, *arguments: str) -> list[dict[str, object]]:
        """Return what a dry run would submit to a cluster, see `plan.py`."""
        return self._announced("submissions", *arguments)

    def dry_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Plan; what Snakemake says, both streams, is in `stdout`."""
        return self.start("-n", *arguments)

    def start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake in a fork of the planner, in a third of the time that `snakemake` takes.

        For runs without jobs of the study: nothing ends them when a test is interrupted.
        """
        return planner().plan(self, *arguments)[0]

    def _announced(self, what: str, *arguments: str) -> list[dict[str, object]]:
        done, plan = planner().plan(self, "-n", *arguments)
        assert done.returncode == 0, done.stdout
        return plan[what]

    def configure(self, name: str = "tiny", **changes: object) -> None:
        """Write `config/<name>.yaml`: the tiny study, with whole sections changed."""
        text = yaml.safe_dump(CONFIG | {"study": name} | changes)
        (self.path / "config" / f"{name}.yaml").write_text(text)
        (self.path / "config" / "tiny_wells.tsv").write_text(WELLS)

    def results(self, study: str = "tiny") -> Path:
        return self.path / "results" / study

    def clone(self, place: Path) -> "Checkout":
        """Copy everything, results and Snakemake's own notes included, times kept."""
        shutil.copytree(self.path, place, symlinks=True)
        return Checkout(place)

    def elsewhere(self, place: Path) -> "Checkout":
        """Return another folder in which Snakemake runs with this one's library."""
        (place / "config").mkdir(parents=True)
        return Checkout(place, library=self.path)

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        with subprocess.Popen(
            command,
            cwd=self.path,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate()
            except BaseException:
                # A test that is interrupted leaves no jobs behind.
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(command, process.returncode, output)


class Planner:
    """A process that has loaded Snakemake and plans in forks of itself."""

    def __init__(self) -> None:
        elsewhere = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [sys.executable, PLANNER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=elsewhere,
        )
        atexit.register(self._process.kill)

    def plan(
        self, checkout: Checkout, *arguments: str
    ) -> tuple[subprocess.CompletedProcess[str], dict[str, list[dict[str, object]]]]:
        """Return how Snakemake ended in a checkout, and what it announced."""
        with tempfile.TemporaryDirectory() as folder:
            files = {name: str(Path(folder, name)) for name in ("output", "plan")}
            request = {
                "arguments": arguments,
                "folder": str(checkout.path),
                "environment": checkout.environment(),
            }
            self._process.stdin.write(json.dumps(request | files) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            output = Path(files["output"]).read_text()
            assert answer, f"the planner has died: {output}"
            done = subprocess.CompletedProcess(list(arguments), int(answer), output)
            return done, json.loads(Path(files["plan"]).read_text())


@cache
def planner() -> Planner:
    """The planner of this process."""
    return Planner()


def fresh(root: Path, place: Path) -> Checkout:
    """Copy the files that git tracks or would, as they lie in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, place / name)
    return Checkout(place)


@pytest.fixture(scope="session")
def unrun(root, tmp_path_factory) -> Checkout:
    """A checkout with the tiny study in its config, in which nothing has run; do not change it."""
    checkout = fresh(root, tmp_path_factory.mktemp("unrun") / "nascent")
    checkout.configure()
    return checkout


@pytest.fixture(scope="session")
def finished(unrun, tmp_path_factory, worker_id) -> Checkout:
    """A checkout in which the tiny study has run to its end; do not change it."""
    return run_once(unrun, "tiny", shared_folder(tmp_path_factory, worker_id) / "finished")


def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of what one run makes for all processes that share the tests."""
    mine = tmp_path_factory.getbasetemp()
    return mine if worker_id == "master" else mine.parent


def run_once(unrun: Checkout, study: str, place: Path) -> Checkout:
    """Return a checkout in a folder in which a study has run, by whichever process came first."""
    checkout, ended = Checkout(place / "nascent"), place.with_suffix(".txt")
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ended.exists():
            shutil.rmtree(checkout.path, ignore_errors=True)
            unrun.clone(checkout.path)
            local = ("--profile", "profiles/local", "--configfile", f"config/{study}.yaml")
            done = checkout.snakemake(*local)
            assert done.returncode == 0, done.stdout
            ended.write_text(done.stdout)
    return checkout


@pytest.fixture
def checkout(unrun, tmp_path) -> Checkout:
    """A checkout of one's own, in which nothing has run."""
    return unrun.clone(tmp_path / "nascent")


@pytest.fixture
def ran(finished, tmp_path) -> Checkout:
    """A checkout of one's own, elsewhere than where the tiny study ran, with its results."""
    return finished.clone(tmp_path / "nascent")
