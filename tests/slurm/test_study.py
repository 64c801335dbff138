"""A small study on a cluster: what runs where, and that its results are those of one machine."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from cluster import PREEMPTIBLE, URGENT, preempt, rule_of, until
from study import MOST, SOME, tables, write_study

# They run a network, so they belong on the partition with GPUs.
NETWORKS = {"train", "evaluate", "attribute"}
EXPLAINING = {"explain_maps", "explain_use"}
MODEL = "results/tiny/train/linear/example/1"
STATE = "results/tiny/.state/train/linear/example/1"
MAPS = "results/tiny/attribute/linear/1/ig/test-00000.h5"
MAPS_STATE = "results/tiny/.state/attribute/linear/1/ig/test-00000"
TABLE = "results/tiny/explain/linear/1/ig.tsv"


@pytest.mark.parametrize(
    ("targets", "networks", "reference"),
    [
        (SOME, NETWORKS, "local_study"),
        pytest.param(MOST, NETWORKS | EXPLAINING, "explained_study", marks=pytest.mark.nightly),
    ],
    ids=["some", "most"],
)
def test_a_study_gives_the_same_tables_with_networks_on_the_gpu_partition(
    targets, networks, reference, snakemake, submitted, cluster, request
):
    given = write_study(snakemake.folder)
    assert snakemake.run(*targets, *given, seconds=600) == 0, snakemake.said()[-4000:]
    jobs = submitted()
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    on_gpus = {rule_of(job) for job in jobs if job["Partition"] == cluster.gpu}
    assert on_gpus == networks
    for job in jobs:
        asked = job.get("TresPerJob") == "gres:gpu:1"
        assert asked == (rule_of(job) in networks), job
        assert job["Requeue"] == "0"
    # Wells and figures go together; joined tables never were jobs.
    rules = [rule_of(job) for job in jobs]
    assert rules.count("simulate-tiny-0_simulate") == rules.count("crops-tiny-0_crops") == 1
    assert rules.count("histograms-tiny-example-0_shards_histogram") == 1
    assert rules.count("figures-tiny_figures_models") == 1
    assert not {"simulate_tables", "explain_gather"} & set(rules)
    assert tables(snakemake.folder) == tables(request.getfixturevalue(reference))


def copy_without(local_study: Path, folder: Path, *lost: str) -> tuple[str, ...]:
    """Copy the study as it ran, lose some files, and return the arguments that make them again."""
    shutil.copytree(local_study, folder, symlinks=True, dirs_exist_ok=True)
    for name in lost:
        (folder / name).unlink()
    return (*lost, *write_study(folder))


def stop_where(folder: Path) -> None:
    """Stop every process that works in a folder: a job that computes and never ends."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            there = (process / "cwd").readlink() == folder
            computing = b".snakemake/scripts" in (process / "cmdline").read_bytes()
        except OSError:
            continue
        if there and computing:
            os.kill(int(process.name), signal.SIGSTOP)


def test_a_training_out_of_time_goes_on_from_its_checkpoint(
    snakemake, cluster, submitted, local_study
):
    folder, lost = snakemake.folder, (f"{MODEL}/model.keras", f"{MODEL}/history.tsv")
    process = snakemake.start(*copy_without(local_study, folder, *lost))
    until(lambda: list(folder.glob(f"{STATE}/*/checkpoint.npz")), 120, "an epoch is done")
    stop_where(folder)
    cluster.client("scontrol", "update", f"JobId={submitted()[0]['JobId']}", "EndTime=now")
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    assert [job["JobState"] for job in submitted()] == ["TIMEOUT", "COMPLETED"]
    first, second = (job["TimeLimit"] for job in submitted())
    assert first < second
    assert "going on after epoch" in (folder / "logs/tiny/train/linear/example/1.log").read_text()
    for name in lost:
        assert (folder / name).read_bytes() == (local_study / name).read_bytes()
    assert not list(folder.glob(f"{STATE}/*"))
    assert not list(folder.rglob("results/**/*.part*"))


@pytest.mark.nightly
def test_a_preempted_attribution_goes_on_behind_its_last_cell(
    snakemake, cluster, submitted, explained_study
):
    folder, lost = snakemake.folder, (MAPS, TABLE)
    changes = snakemake.profile(PREEMPTIBLE)
    process = snakemake.start(*copy_without(explained_study, folder, *lost), *changes)
    until(lambda: list(folder.glob(f"{MAPS_STATE}/[0-9]*.h5")), 120, "maps of a cell are written")
    stop_where(folder)
    assert not (folder / MAPS).exists()
    preempt(cluster)
    until(lambda: submitted()[0]["Restarts"] == "1", 60, "the job is preempted")
    assert not (folder / MAPS).exists()
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    mine = [job for job in submitted() if job["Partition"] != URGENT]
    assert {job["JobState"] for job in mine} == {"COMPLETED"}
    assert [job["Restarts"] for job in mine if rule_of(job) == "attribute"] == ["1"]
    log = (folder / "logs/tiny/attribute/linear/1/ig/test-00000.log").read_text()
    assert "going on behind cell" in log
    for name in lost:
        assert (folder / name).read_bytes() == (explained_study / name).read_bytes()
    assert not (folder / MAPS_STATE).exists()
    assert not list(folder.rglob("results/**/*.part*"))
