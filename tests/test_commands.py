"""Commands and snippets of the README and the tutorial are run, here or where the table says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = ("README.md", "docs/tutorial.md")
# Words with which commands begin → how a test runs them. Runs that take minutes are made elsewhere:
# `make` by .ci/run in a fresh clone; the whole study as that of `finished`, by the same command.
MADE = ("make setup", "make demo", "source .venv/bin/activate", "python3 -m webbrowser")
RUN = ("snakemake --profile profiles/local", ".venv/bin/snakemake --profile profiles/local")
DRY = ("snakemake -n", ".venv/bin/snakemake -n")
TOOL = ("nascent ",)


def text_of(root: Path, page: str) -> str:
    return (root / page).read_text(encoding="utf-8")


def blocks(root: Path, page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(root, page), re.MULTILINE | re.DOTALL)


def commands(root: Path, page: str, *beginnings: str) -> list[str]:
    """The commands of a page, one a line, without remarks; those that begin so, if it is said."""
    whole = "".join(blocks(root, page, "sh")).replace("\\\n", " ")
    lines = whole.splitlines()
    plain = [line.partition("  #")[0].strip() for line in lines]
    return [line for line in plain if line and (not beginnings or line.startswith(beginnings))]


@pytest.fixture(scope="module")
def mine(root, unrun, tmp_path_factory):
    """A checkout with the wells, the wells table and the config of the tutorial."""
    checkout = unrun.clone(tmp_path_factory.mktemp("mine") / "nascent")
    (simulate,) = commands(root, "docs/tutorial.md", "nascent simulate")
    run_tool(checkout, simulate)
    (table,) = blocks(root, "docs/tutorial.md", "text")
    (config,) = blocks(root, "docs/tutorial.md", "yaml")
    (checkout.path / "config/mine_wells.tsv").write_text(table)
    (checkout.path / "config/mine.yaml").write_text(config)
    return checkout


def run_tool(checkout, command: str) -> str:
    """Run a command of `nascent`, and return what it prints."""
    words = [sys.executable, "-m", "nascent.cli", *shlex.split(command)[1:]]
    done = subprocess.run(
        words, cwd=checkout.path, env=checkout.environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def of_snakemake(command: str) -> list[str]:
    """Arguments of a command of Snakemake."""
    program, *arguments = shlex.split(command)
    assert Path(program).name == "snakemake"
    return arguments


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_run_somewhere(root, page):
    assert commands(root, page)
    assert commands(root, page) == commands(root, page, *MADE, *RUN, *DRY, *TOOL)


@pytest.mark.parametrize("page", PAGES)
def test_targets_of_make_are_made_by_the_continuous_integration(root, page):
    ci = text_of(root, ".ci/run").splitlines()
    rules = text_of(root, "Makefile")
    for command in commands(root, page, "make"):
        # The demo, as all others do, begins by setting up.
        assert command in ci or (command == "make setup" and "\ndemo: $(READY)" in rules)
    assert "READY := .venv/.ready" in rules
    assert any("report.html" in line for line in ci)


def test_the_tools_of_the_tutorial_run(root, mine):
    tools = [line for line in commands(root, "docs/tutorial.md", *TOOL) if "simulate" not in line]
    read = [line for line in tools if line.startswith(("nascent inspect", "nascent plan"))]
    assert len(read) == 2
    said = [run_tool(mine, line) for line in read]
    assert "15_SON" in said[0]
    assert "Study mine" in said[1]


def test_the_tools_of_the_tutorial_read_a_finished_study(root, finished, tmp_path):
    tools = commands(root, "docs/tutorial.md", *TOOL)
    made_before = ("nascent simulate", "nascent inspect", "nascent plan")
    for line in (line for line in tools if not line.startswith(made_before)):
        here = line.replace("results/mine", "results/tiny")
        assert run_tool(finished, here.replace("--out ", f"--out {tmp_path}/")), line


def test_the_runs_of_the_tutorial_are_planned(root, mine):
    whole = commands(root, "README.md", *RUN)[0].removeprefix(".venv/bin/")
    for command in commands(root, "docs/tutorial.md", *DRY, *RUN):
        if command != whole:
            assert_planned(mine, command)


def test_the_study_of_the_readme_is_planned(root, mine):
    (snippet,) = blocks(root, "README.md", "yaml")
    config = mine.path / "config/readme.yaml"
    config.write_text(snippet.replace("path/to/wells", "wells"))
    (command,) = commands(root, "README.md", *DRY)
    assert_planned(mine, command.replace("config/mine.yaml", "config/readme.yaml"))


def assert_planned(checkout, command: str) -> None:
    done = checkout.dry_run(*of_snakemake(command))
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    assert re.search(r"^total +\d+$", done.stdout, re.MULTILINE), command


@pytest.mark.parametrize("page", PAGES)
def test_the_whole_run_is_that_of_the_finished_study(root, page):
    run = commands(root, page, *RUN)[-1]
    tiny = of_snakemake(run.replace("mine", "tiny"))
    fixtures = text_of(root, "tests/workflow/checkouts.py")
    assert tiny == ["--profile", "profiles/local", "--configfile", "config/tiny.yaml"]
    assert '("--profile", "profiles/local", "--configfile", f"config/{study}.yaml")' in fixtures


def test_the_snippets_of_the_tutorial_run_on_a_finished_study(root, finished, tmp_path):
    snippets = blocks(root, "docs/tutorial.md", "python")
    code = "\n".join(snippets).replace("results/mine", str(finished.results()))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=finished.environment(),
        capture_output=True,
        text=True,
    )
    assert snippets
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "map.png").is_file()


@pytest.mark.nightly
def test_the_tutorial_runs_from_raw_wells_to_the_report(root, mine, tmp_path):
    checkout = mine.clone(tmp_path / "nascent")
    for command in commands(root, "docs/tutorial.md", *RUN):
        done = checkout.snakemake(*of_snakemake(command))
        assert done.returncode == 0, done.stdout
    assert (checkout.results("mine") / "report.html").is_file()
    code = "\n".join(blocks(root, "docs/tutorial.md", "python"))
    subprocess.run(
        [sys.executable, "-c", code], cwd=checkout.path, env=checkout.environment(), check=True
    )


def test_the_readme_is_one_screen(root):
    assert len(text_of(root, "README.md").split()) <= 700
