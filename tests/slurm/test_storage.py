"""A small study whose jobs find copies of results on a disk of their node, brought by a storage."""

import os
import shutil
from pathlib import Path

import pytest
from cluster import rule_of
from study import MOST, tables, write_study

pytestmark = pytest.mark.skipif(shutil.which("rsync") is None, reason="there is no rsync")

# Results are no longer where Slurm's jobs and Snakemake both see them; all else still is.
SHARED = ("persistence", "software-deployment", "sources", "source-cache")


@pytest.mark.parametrize(
    ("targets", "reference"),
    [
        (("results/tiny/evaluate/linear/example/1/metrics.tsv",), "local_study"),
        pytest.param(MOST, "explained_study", marks=pytest.mark.nightly),
    ],
    ids=["some", "most"],
)
def test_jobs_that_work_on_copies_give_the_same_tables_and_leave_none(
    targets, reference, snakemake, submitted, request, tmp_path_factory
):
    store, scratch = (tmp_path_factory.mktemp(name) for name in ("store", "scratch"))
    given = write_study(snakemake.folder)
    status = snakemake.run(
        *(*targets, *given),
        *("--default-storage-provider", "fs", "--default-storage-prefix", str(store)),
        *("--local-storage-prefix", str(scratch / "head")),
        *("--remote-job-local-storage-prefix", str(scratch / "$SLURM_JOB_ID")),
        *("--shared-fs-usage", *SHARED),
        seconds=900,
    )
    assert status == 0, snakemake.said()[-4000:]
    assert {job["JobState"] for job in submitted()} == {"COMPLETED"}
    assert "train" in {rule_of(job) for job in submitted()}
    found, local = tables(store), tables(request.getfixturevalue(reference))
    assert found == {name: local[name] for name in (local if targets == MOST else found)}
    assert all(Path(store, target).is_file() for target in targets)
    recorded = {path.parents[1] / path.stem for path in store.rglob(".provenance/*.json")}
    assert set(store.rglob("*.tsv")) <= recorded
    # No result is left in the folder where Snakemake ran, nor a copy on the nodes' disk.
    assert not [path for path in (snakemake.folder / "results").rglob("*") if path.is_file()]
    assert not [name for _, _, names in os.walk(scratch) for name in names]
