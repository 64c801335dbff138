"""Settings under which the plugin hangs or runs jobs twice, and what the profile does instead.

Where no setting helps, the way out that docs/cluster.md tells is what is tested.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from cluster import preempt, until
from toy import toy

pytestmark = pytest.mark.nightly

HERE = Path(__file__).parent
OVER = ("COMPLETED", "CANCELLED", "FAILED", "NODE_FAIL")
# A run polls every second here: one that says nothing for so long never will, seconds.
HUNG = 15
FAILING = """
rule train:
    output: "model.tsv"
    {retries}
    shell: "echo run >> runs.txt; exit 1"
"""


@pytest.fixture
def accounted(snakemake):
    """Give Snakemake a stand-in for an accounting database."""
    place = snakemake.folder / "accounting"
    place.mkdir()
    (place / "sacct").write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "sacct.py"} "$@"\n')
    (place / "sacct").chmod(0o755)
    path = f"{place}:{snakemake.environment['PATH']}"
    snakemake.environment = {**snakemake.environment, "PATH": path}
    return snakemake


def hangs(process: subprocess.Popen, submitted) -> bool:
    """Wait until all jobs are over and return whether Snakemake fails to see it."""
    until(lambda: all(job["JobState"] in OVER for job in submitted()), 90, "all jobs are over")
    time.sleep(HUNG)
    return process.poll() is None


@pytest.mark.parametrize(
    ("in_the_rule", "more"), [("", False), ("retries: 1", True)], ids=["profile", "rule"]
)
def test_retries_of_a_rule_run_it_again_inside_of_its_job(in_the_rule, more, snakemake, submitted):
    (snakemake.folder / "Snakefile").write_text(FAILING.format(retries=in_the_rule))
    assert snakemake.run(*snakemake.profile({"retries": 1})) == 1
    assert len(submitted()) == 2
    runs = (snakemake.folder / "runs.txt").read_text().count("run")
    assert runs > 2 if more else runs == 2


def test_asking_sacct_waits_for_ever_for_a_job_cancelled_by_hand(
    accounted, running, cluster, submitted
):
    process = running(60, *accounted.profile({"slurm-status-command": "sacct"}))
    cluster.client("scancel", submitted()[0]["JobId"])
    assert hangs(process, submitted)
    assert len(submitted()) == 1


@pytest.mark.parametrize(
    ("attempts", "checks", "hung"), [(30, 0.2, False), (5, 10, True)], ids=["profile", "usual"]
)
def test_an_outage_of_accounting_is_waited_for(
    attempts, checks, hung, accounted, running, submitted
):
    asked = {"slurm-status-command": "sacct", "slurm-status-attempts": attempts}
    changes = accounted.profile(asked)
    process = running(4, *changes, "--max-status-checks-per-second", str(checks))
    down = accounted.folder / "down"
    down.touch()
    time.sleep(12)
    down.unlink()
    if hung:
        assert hangs(process, submitted)
    else:
        assert accounted.finish(process) == 0, accounted.said()[-4000:]
    assert [job["JobState"] for job in submitted()] == ["COMPLETED"]


def test_a_long_outage_of_the_controller_without_accounting_hangs_and_has_a_way_out(
    running, snakemake, cluster, submitted, sound
):
    process = running(10)
    cluster.stop_controller()
    time.sleep(25)
    cluster.start_controller()
    cluster.wait_for_nodes()
    assert hangs(process, submitted)
    snakemake.kill(process)
    assert snakemake.run(*toy(10), "--unlock") == 0
    assert snakemake.run(*toy(10)) == 0, snakemake.said()[-4000:]
    assert len(submitted()) == 1
    sound(runs=1)


def test_asking_sacct_where_slurm_restarts_jobs_runs_a_job_twice_at_once(
    accounted, running, cluster, submitted
):
    changes = {"slurm-status-command": "sacct", "slurm-no-requeue": False}
    running(60, *accounted.profile(changes))
    cluster.client("scontrol", "requeue", submitted()[0]["JobId"])
    until(
        lambda: [job["JobState"] for job in submitted()] == ["RUNNING", "RUNNING"],
        90,
        "both the restarted and the resubmitted job run",
    )


def test_a_preempted_job_that_slurm_may_not_restart_is_waited_for_for_ever(
    running, snakemake, cluster, submitted
):
    process = running(60)
    preempt(cluster)
    until(lambda: submitted()[0]["JobState"] == "PREEMPTED", 30, "the job is preempted")
    time.sleep(HUNG)
    assert process.poll() is None
    assert "preemption" in snakemake.said()
    assert len([job for job in submitted() if job["Partition"] == cluster.gpu]) == 1
