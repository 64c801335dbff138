"""The notebook in the docs runs, from raw wells to a figure, and says what it says in print."""

import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path("docs") / "first_look.ipynb"


def numbers(notebook, pattern):
    """The numbers of the one line of text that a pattern matches."""
    printed = "\n".join(
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    )
    (found,) = re.findall(pattern, printed)
    return [float(number) for number in found]


def shown(notebook, kind):
    """What cells show of a type of content."""
    return [
        output["data"][kind]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if kind in output.get("data", {})
    ]


R2 = r"R² on (\d+) test cells: (-?[\d.]+)"
SUM = r"change (-?[\d.]+), sum of the scores (-?[\d.]+)"


def test_the_printed_notebook_is_whole_and_small(root):
    assert (root / NOTEBOOK).stat().st_size < 300_000
    printed = nbformat.read(root / NOTEBOOK, as_version=4)
    cells = [cell for cell in printed.cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert len(shown(printed, "image/png")) == 1
    # No path of the machine that ran it.
    assert str(root) not in (root / NOTEBOOK).read_text() and "/tmp/" not in str(printed)


@pytest.mark.slow
def test_the_notebook_runs_and_comes_to_what_it_prints(checkout, monkeypatch):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for name, value in checkout.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path)
    printed = nbformat.read(checkout.path / NOTEBOOK, as_version=4)
    run = nbformat.read(checkout.path / NOTEBOOK, as_version=4)
    for cell in run.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    resources = {"metadata": {"path": str(checkout.path)}}
    NotebookClient(run, timeout=600, kernel_name="python3", resources=resources).execute()

    (cells, r2), (same, known) = numbers(run, R2), numbers(printed, R2)
    assert cells == same
    assert r2 == pytest.approx(known, abs=0.1)
    assert r2 > 0.5
    change, total = numbers(run, SUM)
    # Integrated Gradients: the scores sum to the change in the prediction.
    assert total == pytest.approx(change, abs=0.02 * abs(change) + 0.5)
    assert len(shown(run, "image/png")) == 1
    assert shown(run, "text/html")[0] == shown(printed, "text/html")[0]
    # The channel with the largest share is the same.
    first = shown(run, "text/plain")[2].splitlines()[1]
    assert first.split()[0] == shown(printed, "text/plain")[2].splitlines()[1].split()[0]
