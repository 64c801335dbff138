"""What it costs to run a study through Slurm: a throw-away Slurm on this machine, and no Slurm.

The same study, or the targets of it that are named, is made twice in empty folders: by
`snakemake --cores 2`, and under `profiles/slurm` with two submissions at a time, on the Slurm that
the tests start. CPU seconds are those of every process of a run, Slurm's daemons included. The last
line is JSON: `local_seconds`, `slurm_seconds` (wall), `local_cpu_seconds`, `slurm_cpu_seconds`,
`submissions`, what one of these costs on top of its jobs (`cpu_a_submission`, `wall_a_submission`),
`tables` and how many of them have the same bytes in both runs (`equal_tables`). Where there is no
Slurm: `missing`, what would have to be installed.

Snakemake asks for the state of its jobs every second (`--ask second`), so that wall time is what
starting takes, or as rarely as it does under the profile as shipped (`--ask profile`).

    python benchmarks/slurm.py [--ask second] [--config config/config.yaml] [TARGET …]
"""

import argparse
import ctypes
import json
import os
import resource
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "slurm"
SLURM = runpy.run_path(str(TESTS / "cluster.py"))
AT_ONCE = "2"
ASKING = {
    "profile": ["-m", "snakemake"],
    "second": [str(TESTS / "quick.py"), "--slurm-init-seconds-before-status-checks", "1"],
}
"""What Python is told to run, by how often the state of jobs is asked for."""
COSTS = "costs.tsv"
"""The table that no two runs have in common: how long their jobs took."""
SUBREAPER = 36
"""The number by which the kernel knows `PR_SET_CHILD_SUBREAPER`."""


@dataclass(frozen=True)
class Run:
    """Wall and CPU seconds of a run, its submissions, and its tables: name → content."""

    seconds: float
    cpu_seconds: float
    submissions: int
    tables: Mapping[str, bytes]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ask", choices=ASKING, default="second")
    options.add_argument("--config", default="config/config.yaml", help="inside config/")
    options.add_argument("targets", nargs="*", help="of the study, such as `data`; else all of it")
    chosen = options.parse_args()
    if SLURM["missing"]() and os.geteuid() == 0 and shutil.which("apt-get"):
        SLURM["install_once"]()
    if lacking := SLURM["missing"]():
        print(json.dumps({"missing": lacking}))
        return
    adopt_orphans()
    arguments = [*chosen.targets, "--snakefile", str(ROOT / "Snakefile")]
    arguments += ["--configfile", chosen.config]
    with TemporaryDirectory() as folder:
        local = run_locally(Path(folder) / "local", arguments)
        slurm = run_through_slurm(
            Path(folder) / "slurm", [*ASKING[chosen.ask], *profile(), *arguments]
        )
    print(json.dumps(figures(local, slurm)))


def figures(local: Run, slurm: Run) -> dict[str, float]:
    """Return what the last line tells."""
    equal = [name for name, table in local.tables.items() if slurm.tables.get(name) == table]
    for name in sorted({*local.tables, *slurm.tables} - set(equal)):
        print("not the same:", name)
    extra_cpu = slurm.cpu_seconds - local.cpu_seconds
    return {
        "local_seconds": round(local.seconds, 1),
        "slurm_seconds": round(slurm.seconds, 1),
        "local_cpu_seconds": round(local.cpu_seconds, 1),
        "slurm_cpu_seconds": round(slurm.cpu_seconds, 1),
        "submissions": slurm.submissions,
        "cpu_a_submission": round(extra_cpu / slurm.submissions, 2),
        "wall_a_submission": round((slurm.seconds - local.seconds) / slurm.submissions, 2),
        "tables": len({*local.tables, *slurm.tables}),
        "equal_tables": len(equal),
    }


def run_locally(folder: Path, arguments: Sequence[str]) -> Run:
    """Run the study without Slurm."""
    began, spent = time.perf_counter(), cpu_of_children()
    snakemake(folder, ["-m", "snakemake", "--cores", AT_ONCE, *arguments], {})
    return Run(time.perf_counter() - began, cpu_of_children() - spent, 0, tables(folder))


def profile() -> list[str]:
    """Return the options of the shipped profile, with as many submissions at a time as cores."""
    return ["--profile", str(ROOT / "profiles" / "slurm"), "--jobs", AT_ONCE]


def run_through_slurm(folder: Path, arguments: Sequence[str]) -> Run:
    """Run the study on a Slurm that is there for this run alone."""
    with TemporaryDirectory() as place:
        cluster = SLURM["Cluster"](Path(place) / "cluster")
        spent = cpu_of_children()
        try:
            cluster.start()
            began = time.perf_counter()
            snakemake(folder, arguments, cluster.environment())
            seconds = time.perf_counter() - began
            submissions = len(cluster.jobs())
        finally:
            cluster.stop()
        bury_orphans()
    return Run(seconds, cpu_of_children() - spent, submissions, tables(folder))


def snakemake(folder: Path, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
    """Run Python with arguments that mean Snakemake, in a folder with a copy of `config/`."""
    shutil.copytree(ROOT / "config", folder / "config")
    # Without bytecode each start of Python, of which Slurm's jobs have more, would take longer.
    mine = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    log = folder / "said.txt"
    with log.open("w") as said:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable, *arguments],
            cwd=folder,
            env=mine | {"TF_CPP_MIN_LOG_LEVEL": "2", **variables},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        while process.poll() is None:
            time.sleep(0.5)
    if process.returncode:
        sys.exit(f"{log.read_text()[-4000:]}\nthe run failed")


def tables(folder: Path) -> dict[str, bytes]:
    """Return the tables of a study but that of its costs: name → content."""
    results = folder / "results"
    found = [path for path in results.rglob("*.tsv") if path.name != COSTS]
    return {str(path.relative_to(results)): path.read_bytes() for path in found}


def adopt_orphans() -> None:
    """Become the parent of processes whose own is gone, as the steps of Slurm's jobs are."""
    if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def bury_orphans() -> None:
    """Wait for all children: only then their CPU time counts."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def cpu_of_children() -> float:
    """Return the CPU seconds of all children that were waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
