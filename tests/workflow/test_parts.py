"""A job of several parts makes those anew that a change concerns, and keeps the others."""

import pytest

from nascent import provenance

pytestmark = pytest.mark.slow

TINY = ("--profile", "profiles/local", "--configfile", "config/tiny.yaml")


def drawn(checkout, edit: str, figure: str) -> set[str]:
    """Edit a module, make a figure, and return which figures of its job have another record."""
    folder = (checkout.results() / figure).parent
    before = {path.stem: provenance.read(path) for path in folder.glob("*.png")}
    with (checkout.path / edit).open("a") as stream:
        stream.write("\nEDITED = True\n")
    done = checkout.snakemake(f"results/tiny/{figure}", *TINY)
    assert done.returncode == 0, done.stdout
    return {
        name for name, record in before.items() if provenance.read(folder / f"{name}.png") != record
    }


def test_an_edit_of_the_module_of_a_figure_draws_that_figure_alone(ran):
    assert drawn(ran, "src/nascent/figures/controls.py", "figures/controls.png") == {"controls"}
    figure = "figures/linear/ig/similarity.png"
    assert drawn(ran, "src/nascent/figures/similarity.py", figure) == {"similarity"}


def test_what_is_kept_is_made_anew_once_it_is_deleted(ran):
    state = ran.results() / ".state" / "parts" / "figures"
    for path in state.glob("controls.*"):
        path.unlink()
    done = ran.snakemake("-f", "results/tiny/figures/controls.png", *TINY)
    assert done.returncode == 0, done.stdout
    log = (ran.path / "logs" / "tiny" / "figures" / "models.log").read_text()
    assert "figures_controls\n" in log
    assert "not made anew: figures_learning, figures_comparison" in log
