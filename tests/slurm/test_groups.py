"""The jobs of a group run one after another, and a submission asks for just that."""

from itertools import pairwise
from pathlib import Path

import pytest

WELLS = str(Path(__file__).with_name("wells.smk"))


@pytest.mark.parametrize(
    ("slots", "asked"),
    [
        (1, ("1", "600M", "04:00:00")),
        pytest.param(4, ("4", "2400M", "01:00:00"), marks=pytest.mark.nightly),
    ],
)
def test_a_group_runs_one_job_at_a_time_whatever_it_asks_for(slots, asked, snakemake, submitted):
    resources = {} if slots == 1 else {"resources": {"slots": slots}}
    changes = snakemake.profile(resources)
    assert snakemake.run(*changes, "--snakefile", WELLS) == 0, snakemake.said()[-4000:]
    (job,) = submitted()
    assert (job["NumCPUs"], job["MinMemoryNode"], job["TimeLimit"]) == asked
    told = [path.read_text().split() for path in snakemake.folder.glob("wells/*.tsv")]
    lives = sorted((float(began), float(ended)) for began, ended in told)
    assert len(lives) == 4
    assert all(ended < began for (_, ended), (began, _) in pairwise(lives))
