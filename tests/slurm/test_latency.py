"""A shared file system that shows files late: what Snakemake says, and what helps."""

import os
import signal
import time

import pytest
from cluster import until

LATE = 4
"""Seconds after which the machine where Snakemake runs sees what a job made."""


@pytest.mark.parametrize(
    ("patience", "status"),
    [pytest.param(2, 1, marks=pytest.mark.nightly), (60, 0)],
    ids=["too short", "shipped"],
)
def test_a_file_that_is_seen_late_is_missing_or_waited_for(
    patience, status, running, snakemake, submitted
):
    once = snakemake.profile({"retries": 0})
    process = running(1, *once, "--latency-wait", str(patience))
    # While Snakemake sees nothing, the job ends well, and its file is not there yet.
    os.kill(process.pid, signal.SIGSTOP)
    until(lambda: submitted()[0]["JobState"] == "COMPLETED", 60, "the job ends")
    model = snakemake.folder / "model.tsv"
    hidden = model.rename(snakemake.folder / "not_seen_yet")
    os.kill(process.pid, signal.SIGCONT)
    until(lambda: "seconds for missing files" in snakemake.said(), 60, "Snakemake waits")
    time.sleep(LATE)
    hidden.rename(model)
    assert snakemake.finish(process) == status, snakemake.said()[-4000:]
    missing = f"Missing files after {patience} seconds" in snakemake.said()
    assert missing == (status != 0)
    assert len(submitted()) == 1
