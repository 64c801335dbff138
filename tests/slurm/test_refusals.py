"""What Slurm refuses is told in its own words, with the job, and ends the run at once."""

import pytest
from toy import toy

# A Slurm that enforces accounts has an accounting database; these stand in for one.
NO_ACCOUNT = (
    "Batch job submission failed: Invalid account or account/partition combination specified"
)
STRICT = f'echo "sbatch: error: {NO_ACCOUNT}" >&2; exit 1'


def put_before(snakemake, **programs: str) -> None:
    """Let shell scripts stand in for some of Slurm's programs."""
    place = snakemake.folder / "stand-ins"
    place.mkdir()
    for name, script in programs.items():
        (place / name).write_text(f"#!/bin/sh\n{script}\n")
        (place / name).chmod(0o755)
    path = f"{place}:{snakemake.environment['PATH']}"
    snakemake.environment = {**snakemake.environment, "PATH": path}


def refused(snakemake, needs: dict[str, object]) -> str:
    """Run the toy with other needs of its slow job; return what Snakemake said."""
    changes = snakemake.profile({"retries": 0, "set-resources": {"train": needs}})
    assert snakemake.run(*changes, *toy(0), seconds=60) == 1
    said = snakemake.said()
    assert "Error in rule train" in said
    return said


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"slurm_partition": "nosuch"}, "invalid partition specified: nosuch"),
        pytest.param(
            *({"slurm_partition": "gpu", "runtime": 100000}, "Requested time limit is invalid"),
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            *(
                {"slurm_partition": "gpu", "gpu": 3},
                "Requested node configuration is not available",
            ),
            marks=pytest.mark.nightly,
        ),
        ({"slurm_partition": "gpu", "mem_mb": 10**6}, "Memory specification can not be satisfied"),
    ],
    ids=["partition", "time", "gpus", "memory"],
)
def test_a_job_that_slurm_refuses_is_told_in_its_words(needs, words, snakemake, submitted):
    said = refused(snakemake, needs)
    assert "SLURM sbatch failed" in said
    assert words in said
    assert {job["JobState"] for job in submitted()} <= {"FAILED"}


def test_an_account_that_slurm_refuses_is_told_with_the_job_and_the_account(snakemake):
    put_before(snakemake, sacctmgr="echo lab", sbatch=STRICT)
    said = refused(snakemake, {"slurm_account": "lab"})
    assert NO_ACCOUNT in said
    assert "-A lab" in said


def test_an_account_that_is_not_yours_is_told_with_those_that_are(snakemake, submitted):
    put_before(snakemake, sacctmgr="echo physics")
    said = refused(snakemake, {"slurm_account": "lab"})
    assert "The given account lab appears to be invalid" in said
    assert "physics" in said
    assert not submitted()
