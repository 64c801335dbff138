"""Files that are shipped with the code: found wherever it is installed, and counted where read."""

import ast
import re
from pathlib import Path

import pytest

from nascent import code
from nascent.explain.checks import CHECKS
from nascent.figures.palettes import palette, ramps
from nascent.figures.table import FIGURES, source_of
from nascent.resources.reading import resource_text, rows_of
from nascent.syntax import syntax_of

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b")


@pytest.fixture(scope="module")
def package(root) -> Path:
    return root / "src" / "nascent"


@pytest.fixture(scope="module")
def scripts(root) -> list[Path]:
    return sorted((root / "workflow" / "scripts").rglob("*.py"))


def test_every_file_is_read_by_a_module_that_names_it(package):
    named = {
        name for path in package.rglob("*.py") for name in syntax_of(path.read_text(), "").resources
    }
    place = package / "resources"
    there = {
        path.relative_to(place).as_posix()
        for path in place.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert named == there
    for name in there:
        assert resource_text(name) == (place / name).read_text(encoding="utf-8")


def test_files_are_named_as_plain_text_where_they_are_read(package):
    """Else no digest would count them."""
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        read = [node for node in calls if ast.unparse(node.func).endswith("resource_text")]
        assert len(read) == sum(
            isinstance(node.func, ast.Name) and isinstance(node.args[0], ast.Constant)
            for node in read
        ), path


def changed_by(name: str, scripts: list[Path], monkeypatch) -> set[str]:
    """Return the scripts whose digest another content of a file changes."""
    before = code.CodeDigests()
    old = {script.stem: before.digest(script) for script in scripts}
    content = code._digest_of_file
    monkeypatch.setattr(
        code,
        "_digest_of_file",
        lambda path: "other" if path.as_posix().endswith(f"resources/{name}") else content(path),
    )
    after = code.CodeDigests()
    return {script.stem for script in scripts if after.digest(script) != old[script.stem]}


def test_another_palette_draws_figures_and_the_explorer_anew_and_nothing_else(scripts, monkeypatch):
    changed = changed_by("palettes.tsv", scripts, monkeypatch)
    assert {name for name in changed if not name.startswith("figures_")} == {"report_explorer"}
    assert {"figures_crops", "figures_tables", "figures_explanation"} <= changed


def test_every_figure_stands_on_the_palettes(root):
    digests = code.CodeDigests()
    figures = [*FIGURES, *(figure for check in CHECKS for figure in check.figures)]
    assert len(figures) > 15
    for figure in figures:
        assert "nascent.figures.palettes" in digests.modules(source_of(figure)), figure.name


@pytest.mark.parametrize(
    ("name", "stage"),
    [("cells/published_channels.tsv", "simulate"), ("explorer/explorer.js", "report_explorer")],
)
def test_another_table_or_page_makes_anew_what_is_made_of_it(name, stage, scripts, monkeypatch):
    changed = changed_by(name, scripts, monkeypatch)
    assert stage in changed
    assert all(script.startswith(stage) for script in changed)


def test_no_figure_spells_a_colour(package):
    pages = (package / "resources/explorer").glob("*.js")
    paths = [*(package / "figures").glob("*.py"), *pages]
    for path in paths:
        assert not COLOUR.findall(path.read_text(encoding="utf-8")), path


def test_palettes_are_colours_under_names_of_their_own():
    rows = rows_of(resource_text("palettes.tsv"))
    assert all(COLOUR.fullmatch(row["colour"]) for row in rows)
    assert len({(row["palette"], row["name"]) for row in rows}) == len(rows)
    assert list(palette("stratum")) == ["low", "medium", "high"]
    assert {len(set(palette(name).values())) for name in ("hue", "split", "design")} == {8, 3, 4}


def test_a_ramp_of_both_signs_has_white_in_its_middle():
    assert ramps("plain").keys() == {"orange", "cividis", "grey"}
    for colours in ramps("signed").values():
        assert len(colours) % 2 == 1 and colours[len(colours) // 2] == "#FFFFFF"
