"""The graphs of a study, drawn for review."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TARGET = "results/tiny/crops/cells.tsv"


def draw(checkout, **environment):
    command = [sys.executable, "workflow/graphs.py", "config/tiny.yaml", TARGET]
    return subprocess.run(
        command,
        cwd=checkout.path,
        env=checkout.environment() | environment,
        capture_output=True,
        text=True,
    )


def test_without_graphviz_the_graphs_are_there_and_it_is_said_how_to_draw_them(checkout, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    # What Snakemake and its plugin for Slurm ask for as they start.
    for name in ("bash", "sh", "which"):
        (programs / name).symlink_to(shutil.which(name))
    done = draw(checkout, PATH=str(programs))
    assert done.returncode == 0, done.stderr
    assert "Graphviz is not installed" in done.stdout
    folder = checkout.results() / "graphs"
    assert sorted(path.name for path in folder.iterdir()) == ["files.dot", "jobs.dot"]
    texts = {path.stem: path.read_text() for path in folder.iterdir()}
    assert all(text.startswith("digraph") for text in texts.values())
    # Jobs by well, files by name; and nothing that the target does not need.
    assert texts["jobs"].count("crops") > 2
    assert "crops/cells.tsv" in texts["files"]
    assert "train" not in "".join(texts.values()).replace("strain", "")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_with_graphviz_they_are_pictures(checkout):
    done = draw(checkout)
    assert done.returncode == 0, done.stderr
    for name in ("files", "jobs"):
        path = Path("results/tiny/graphs") / f"{name}.svg"
        assert str(path) in done.stdout
        assert "<svg" in (checkout.path / path).read_text()
