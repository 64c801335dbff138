"""What Slurm refuses is told in its own words, with the job, and ends the run at once."""

import pytest
from toy import toy

# Where accounts are enforced, which takes an accounting database.
NO_ACCOUNT = """#!/bin/sh
echo "sbatch: error: Batch job submission failed: Invalid account or account/partition combination \
specified" >&2
exit 1
"""


def refused(snakemake, needs: dict[str, object]) -> str:
    """Run the toy with other needs of its slow job; return what Snakemake said."""
    changes = snakemake.profile({"retries": 0, "set-resources": {"train": needs}})
    assert snakemake.run(*changes, *toy(0), seconds=60) == 1
    said = snakemake.said()
    assert "SLURM sbatch failed" in said
    assert "Error in rule train" in said
    return said


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"slurm_partition": "nosuch"}, "invalid partition specified: nosuch"),
        ({"slurm_partition": "gpu", "runtime": 100000}, "Requested time limit is invalid"),
        ({"slurm_partition": "gpu", "gpu": 3}, "Requested node configuration is not available"),
        ({"slurm_partition": "gpu", "mem_mb": 10**6}, "Memory specification can not be satisfied"),
    ],
    ids=["partition", "time", "gpus", "memory"],
)
def test_a_job_that_slurm_refuses_is_told_in_its_words(needs, words, snakemake, submitted):
    assert words in refused(snakemake, needs)
    assert not submitted()


def test_a_refused_account_is_told_with_the_job_and_the_account(snakemake, submitted):
    place = snakemake.folder / "strict"
    place.mkdir()
    (place / "sbatch").write_text(NO_ACCOUNT)
    (place / "sbatch").chmod(0o755)
    path = f"{place}:{snakemake.environment['PATH']}"
    snakemake.environment = {**snakemake.environment, "PATH": path}
    said = refused(snakemake, {"slurm_account": "lab"})
    assert "Invalid account or account/partition combination specified" in said
    assert "-A lab" in said
