"""Machines whose clocks differ: what Snakemake does with files dated wrongly."""

import os
import subprocess
import sys
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


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake under the profile that is loaded always."""
    profile = ("--workflow-profile", str(PROFILE))
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments, *profile],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


@pytest.fixture
def folder(tmp_path) -> Path:
    """Raw data, and two rules whose machines are two hours before and behind."""
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "raw.tsv").write_text("cell\n")
    date(tmp_path / "raw.tsv", -3)
    return tmp_path


def repeats(folder: Path, *arguments: str) -> bool:
    """Return whether a run would make something again."""
    done = run(folder, "-n", *arguments)
    assert done.returncode == 0, done.stdout
    return "Nothing to be done" not in done.stdout


def test_results_are_dated_by_snakemake_and_compared_by_content(folder):
    done = run(folder)
    assert done.returncode == 0, done.stdout
    # Whatever the jobs' clocks said, a result is dated when its job ends.
    made = [(folder / name).stat().st_mtime for name in ("model.tsv", "table.tsv")]
    assert made == sorted(made)
    assert all(abs(time.time() - each) < HOUR for each in made)
    assert not repeats(folder)
    # Dated wrongly later, it has the same content as before.
    date(folder / "model.tsv", 0)
    date(folder / "table.tsv", -2)
    assert not repeats(folder)


def test_a_result_dated_wrongly_later_is_repeated_only_where_it_is_too_large_to_compare(folder):
    largest = ("--max-checksum-file-size", "1")
    assert run(folder, *largest).returncode == 0
    assert not repeats(folder, *largest)
    date(folder / "table.tsv", -2)
    assert repeats(folder, *largest)


def test_a_job_whose_clock_is_behind_that_of_its_input_fails_and_touching_the_input_mends_it(
    folder,
):
    date(folder / "raw.tsv", 2)
    done = run(folder)
    assert done.returncode != 0
    assert "Output model.tsv has older modification time" in done.stdout
    assert "clock skew" in done.stdout
    date(folder / "raw.tsv", 0)
    assert run(folder).returncode == 0
