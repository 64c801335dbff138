"""Mishaps of a cluster, and of Snakemake on it, end in the table of an undisturbed run."""

import signal

import pytest
from cluster import GPU_NODES, PREEMPTIBLE, URGENT, preempt, until
from toy import toy


def test_a_job_whose_node_crashes_is_run_again_once(running, snakemake, cluster, submitted, sound):
    process = running(6)
    cluster.crash_node(GPU_NODES[0])
    until(lambda: submitted()[0]["JobState"] == "NODE_FAIL", 90, "Slurm sees the node die")
    cluster.start_node(GPU_NODES[0])
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    assert [job["JobState"] for job in submitted()] == ["NODE_FAIL", "COMPLETED"]
    assert submitted()[0]["Restarts"] == "0"
    sound(runs=2)


def test_a_job_killed_for_memory_asks_for_more(snakemake, submitted, sound):
    assert snakemake.run(*toy(6, megabytes=900)) == 0, snakemake.said()[-4000:]
    first, second = submitted()
    assert (first["JobState"], second["JobState"]) == ("FAILED", "COMPLETED")
    assert (first["MinMemoryNode"], second["MinMemoryNode"]) == ("700M", "1400M")
    sound(runs=2)


@pytest.mark.nightly
def test_a_restart_of_the_controller_goes_unnoticed(running, snakemake, cluster, submitted, sound):
    process = running(15)
    cluster.stop_controller()
    cluster.start_controller()
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    assert [job["JobState"] for job in submitted()] == ["COMPLETED"]
    sound(runs=1)


def test_a_job_cancelled_by_hand_is_run_again(running, snakemake, cluster, submitted, sound):
    process = running(5)
    cluster.client("scancel", submitted()[0]["JobId"])
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    assert [job["JobState"] for job in submitted()] == ["CANCELLED", "COMPLETED"]
    sound(runs=2)


@pytest.mark.nightly
def test_snakemake_asked_to_end_waits_for_its_jobs_and_goes_on(
    running, snakemake, submitted, sound
):
    process = running(10)
    process.send_signal(signal.SIGTERM)
    assert snakemake.finish(process) != 0
    assert [job["JobState"] for job in submitted()] == ["COMPLETED"]
    assert snakemake.run(*toy(10)) == 0, snakemake.said()[-4000:]
    sound(runs=1)


def test_snakemake_interrupted_cancels_its_jobs_and_goes_on(running, snakemake, submitted, sound):
    process = running(60)
    process.send_signal(signal.SIGINT)
    assert snakemake.finish(process) != 0
    until(lambda: submitted()[0]["JobState"] == "CANCELLED", 30, "the job is cancelled")
    assert snakemake.run(*toy(5)) == 0, snakemake.said()[-4000:]
    sound(runs=2)


@pytest.mark.nightly
def test_snakemake_killed_and_its_jobs_cancelled_goes_on(
    running, snakemake, cluster, submitted, sound
):
    process = running(60)
    snakemake.kill(process)
    name = submitted()[0]["JobName"]
    assert name in snakemake.said()
    cluster.client("scancel", "--name", name)
    until(lambda: submitted()[0]["JobState"] == "CANCELLED", 30, "the orphan is gone")
    assert snakemake.run(*toy(5), "--unlock") == 0
    assert snakemake.run(*toy(5)) == 0, snakemake.said()[-4000:]
    sound(runs=2)


def test_snakemake_killed_takes_over_what_its_jobs_finished(running, snakemake, submitted, sound):
    snakemake.kill(running(4))
    until(lambda: submitted()[0]["JobState"] == "COMPLETED", 60, "the orphan ends")
    # It holds the lock of a run that is no more.
    assert snakemake.run(*toy(4)) != 0
    assert "--unlock" in snakemake.said()
    assert snakemake.run(*toy(4), "--unlock") == 0
    assert snakemake.run(*toy(4)) == 0, snakemake.said()[-4000:]
    assert len(submitted()) == 1
    sound(runs=1)


@pytest.mark.nightly
def test_snakemake_killed_and_started_at_once_ends_well_too(
    running, snakemake, submitted, undisturbed
):
    snakemake.kill(running(15))
    assert snakemake.run(*toy(15), "--unlock") == 0
    assert snakemake.run(*toy(15)) == 0, snakemake.said()[-4000:]
    # The orphan and its copy ran beside each other: time is lost, and nothing else.
    assert len(submitted()) == 2
    assert (snakemake.folder / "table.tsv").read_bytes() == undisturbed


@pytest.mark.parametrize(
    "how", ["preempted", pytest.param("requeued by hand", marks=pytest.mark.nightly)]
)
def test_where_slurm_restarts_jobs_snakemake_waits(
    how, running, snakemake, cluster, submitted, sound
):
    process = running(5, *snakemake.profile(PREEMPTIBLE))
    job = submitted()[0]["JobId"]
    if how == "preempted":
        preempt(cluster)
    else:
        cluster.client("scontrol", "requeue", job)
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    mine = [job for job in submitted() if job["Partition"] != URGENT]
    assert [(job["JobState"], job["Restarts"]) for job in mine] == [("COMPLETED", "1")]
    sound(runs=2)
