"""A job that runs a network has a GPU of its own, or knows that there is none for it."""

import pytest
from toy import toy


def test_a_job_with_a_gpu_sees_that_one_device(snakemake, cluster, submitted):
    assert snakemake.run(*toy(0)) == 0, snakemake.said()[-4000:]
    (job,) = submitted()
    assert (job["Partition"], job["TresPerJob"]) == (cluster.gpu, "gres:gpu:1")
    assert (snakemake.folder / "train.log").read_text() in (
        "gpus: 1, devices: 0\n",
        "gpus: 1, devices: 1\n",
    )


def test_where_the_profile_has_no_gpus_the_job_runs_on_cpus_and_knows(
    snakemake, cluster, submitted
):
    none = {"slurm_partition": cluster.cpu, "gpu": 0}
    changes = snakemake.profile({"set-resources": {"train": none}})
    assert snakemake.run(*changes, *toy(0)) == 0, snakemake.said()[-4000:]
    (job,) = submitted()
    assert job["Partition"] == cluster.cpu
    assert "TresPerJob" not in job
    assert (snakemake.folder / "train.log").read_text() == "gpus: 0, devices: none\n"


@pytest.mark.nightly
def test_a_limit_to_all_gpus_is_not_told_to_the_job_and_so_must_allow_what_one_asks_for(
    snakemake, cluster, submitted
):
    changes = {"retries": 0, "resources": {"gpu": 0, "slots": 1}}
    assert snakemake.run(*snakemake.profile(changes), *toy(0)) == 1
    (job,) = submitted()
    # Slurm is asked for none, and inside of the job there is one too few.
    assert "TresPerJob" not in job
    assert job["JobState"] == "FAILED"
