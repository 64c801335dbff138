"""A small study on a cluster: what runs where, and that its results are those of one machine."""

import os
import shutil
import signal
from pathlib import Path

from cluster import rule_of, until
from study import STUDY, TARGETS, tables, write_study

# They run a network, so they belong on the partition with GPUs.
NETWORKS = {"train", "evaluate", "attribute", "explain_importance_null"}
MODEL = "results/tiny/train/linear/cell/1"
STATE = "results/tiny/.state/train/linear/cell/1"
LONG = STUDY["train"] | {"models": {"linear": {"learning_rate": 0.01, "epochs": 40}}}


def test_a_study_gives_the_same_tables_with_networks_on_the_gpu_partition(
    snakemake, submitted, cluster, local_study
):
    given = write_study(snakemake.folder)
    assert snakemake.run(*TARGETS, *given, seconds=600) == 0, snakemake.said()[-4000:]
    jobs = submitted()
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    on_gpus = {rule_of(job) for job in jobs if job["Partition"] == cluster.gpu}
    assert on_gpus == NETWORKS
    for job in jobs:
        asked = job.get("TresPerJob") == "gres:gpu:1"
        assert asked == (rule_of(job) in NETWORKS), job
        assert job["Requeue"] == "0"
    # Wells and figures go together; joined tables never were jobs.
    rules = [rule_of(job) for job in jobs]
    assert rules.count("simulate-0_simulate") == rules.count("crops-0_crops") == 1
    assert rules.count("histograms-cell-0_shards_histogram") == 1
    assert rules.count("figures_figures_comparison_figures_learning") == 1
    assert not {"simulate_tables", "explain_gather"} & set(rules)
    assert tables(snakemake.folder) == tables(local_study)


def begin(local_study: Path, folder: Path) -> tuple[str, ...]:
    """Copy the study as it ran, let its model be trained for longer, and return the arguments."""
    shutil.copytree(local_study, folder, symlinks=True, dirs_exist_ok=True)
    return (f"{MODEL}/model.keras", *write_study(folder, train=LONG))


def stop_where(folder: Path) -> None:
    """Stop every process that works in a folder: a job that computes and never ends."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            there = (process / "cwd").readlink() == folder
            training = b".snakemake/scripts" in (process / "cmdline").read_bytes()
        except OSError:
            continue
        if there and training:
            os.kill(int(process.name), signal.SIGSTOP)


def test_a_training_out_of_time_goes_on_from_its_checkpoint(
    snakemake, cluster, submitted, local_study, local_snakemake, tmp_path_factory
):
    left_alone = tmp_path_factory.mktemp("left_alone")
    given = begin(local_study, left_alone)
    local_snakemake(left_alone, "--cores", "2", *given)

    process = snakemake.start(*begin(local_study, snakemake.folder))
    folder = snakemake.folder
    until(lambda: list(folder.glob(f"{STATE}/*/checkpoint.npz")), 120, "an epoch is done")
    stop_where(folder)
    cluster.client("scontrol", "update", f"JobId={submitted()[0]['JobId']}", "EndTime=now")
    assert snakemake.finish(process) == 0, snakemake.said()[-4000:]
    assert [job["JobState"] for job in submitted()] == ["TIMEOUT", "COMPLETED"]
    first, second = (job["TimeLimit"] for job in submitted())
    assert first < second
    assert "going on after epoch" in (folder / "logs/tiny/train/linear/cell/1.log").read_text()
    for name in ("model.keras", "history.tsv"):
        assert (folder / MODEL / name).read_bytes() == (left_alone / MODEL / name).read_bytes()
    assert not list(folder.glob(f"{STATE}/*"))
    assert not list(folder.rglob("results/**/*.part*"))
