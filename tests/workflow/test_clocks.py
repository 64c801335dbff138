"""Machines whose clocks differ: what Snakemake does with files dated wrongly."""

import os
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROFILE = Path(__file__).parents[2] / "profiles" / "default"
HOUR = 3600
SNAKEFILE = """
rule all:
    input: "table.tsv"
rule model:
    input: "raw.tsv"
    output: "model.tsv"
    shell: "cp {input} {output}; touch -d '+2 hours' {output}"
rule table:
    input: "model.tsv"
    output: "table.tsv"
    shell: "cp {input} {output}; touch -d '-2 hours' {output}"
"""


def date(path: Path, hours: float) -> None:
    """Date a file so many hours from now, as a machine with a wrong clock does."""
    then = time.time() + hours * HOUR
    os.utime(path, (then, then))


@pytest.fixture
def place(unrun, tmp_path):
    """Raw data, and two rules whose machines are two hours before and behind."""
    place = unrun.elsewhere(tmp_path / "clocks")
    (place.path / "Snakefile").write_text(SNAKEFILE)
    (place.path / "raw.tsv").write_text("cell\n")
    date(place.path / "raw.tsv", -3)
    return place


def run(place, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake under the profile that is loaded always."""
    return place.start("--cores", "1", *arguments, "--workflow-profile", str(PROFILE))


def repeats(place, *arguments: str) -> bool:
    """Return whether a run would make something again."""
    done = run(place, "-n", *arguments)
    assert done.returncode == 0, done.stdout
    return "Nothing to be done" not in done.stdout


def test_results_are_dated_by_snakemake_and_compared_by_content(place):
    done = run(place)
    assert done.returncode == 0, done.stdout
    # Whatever the jobs' clocks said, a result is dated when its job ends.
    made = [(place.path / name).stat().st_mtime for name in ("model.tsv", "table.tsv")]
    assert made == sorted(made)
    assert all(abs(time.time() - each) < HOUR for each in made)
    assert not repeats(place)
    # Dated wrongly later, it has the same content as before.
    date(place.path / "model.tsv", 0)
    date(place.path / "table.tsv", -2)
    assert not repeats(place)


def test_a_result_dated_wrongly_later_is_repeated_only_where_it_is_too_large_to_compare(place):
    largest = ("--max-checksum-file-size", "1")
    assert run(place, *largest).returncode == 0
    assert not repeats(place, *largest)
    date(place.path / "table.tsv", -2)
    assert repeats(place, *largest)


def test_a_job_whose_clock_is_behind_that_of_its_input_fails_and_touching_the_input_mends_it(
    place,
):
    date(place.path / "raw.tsv", 2)
    done = run(place)
    assert done.returncode != 0
    assert "Output model.tsv has older modification time" in done.stdout
    assert "clock skew" in done.stdout
    date(place.path / "raw.tsv", 0)
    assert run(place).returncode == 0
