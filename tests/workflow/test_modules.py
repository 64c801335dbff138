"""The workflow is used as others use workflows: as a module, from anywhere, whatever the places."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from checkouts import CONFIG

pytestmark = pytest.mark.slow

# snakedeploy writes such a file, with the place of a repository.
DEPLOYED = """\
configfile: "config/tiny.yaml"

module nascent:
    snakefile:
        {snakefile}
    config:
        config

use rule * from nascent{renamed}
"""
TINY = ("--configfile", "config/tiny.yaml")


@pytest.fixture(scope="module")
def spaced(unrun, tmp_path_factory):
    """A checkout in which nothing has run, in a folder whose name has blanks."""
    return unrun.clone(tmp_path_factory.mktemp("spaced") / "a copy of nascent")


@pytest.fixture
def elsewhere(spaced, tmp_path):
    """A folder with blanks in its name, and the tiny study's config; the library is `spaced`'s."""
    place = spaced.elsewhere(tmp_path / "my own work")
    place.configure()
    return place


def deploy(place, snakefile: str, renamed: str = "", more: str = "") -> None:
    """Write a workflow that uses nascent as a module, as snakedeploy lays one out."""
    (place.path / "workflow").mkdir()
    text = DEPLOYED.format(snakefile=snakefile, renamed=renamed) + more
    (place.path / "workflow" / "Snakefile").write_text(text)


@pytest.fixture(scope="module")
def usual(unrun) -> dict[str, list[str]]:
    """What the tiny study plans where nothing is used from elsewhere."""
    return unrun.planned(*TINY)


@pytest.mark.parametrize(
    ("entry", "prefix"), [("Snakefile", ""), ("workflow/Snakefile", "nascent_")]
)
def test_a_module_plans_the_same_jobs_by_whatever_names(usual, spaced, elsewhere, entry, prefix):
    deploy(elsewhere, f'"{spaced.path / entry}"', f" as {prefix}*" if prefix else "")
    assert elsewhere.planned() == {prefix + rule: jobs for rule, jobs in usual.items()}


def test_from_another_directory_the_same_jobs_are_planned(usual, spaced, elsewhere, tmp_path):
    (elsewhere.path / "config" / "tiny.yaml").rename(elsewhere.path / "config" / "config.yaml")
    third = spaced.elsewhere(tmp_path / "third")
    places = ("--snakefile", str(spaced.path / "Snakefile"), "--directory", str(elsewhere.path))
    assert third.planned(*places) == usual


def test_a_commit_of_a_repository_is_a_module_too(usual, spaced, elsewhere, tmp_path):
    repository = tmp_path / "repository"
    shutil.copytree(spaced.path, repository)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"], ["tag", "v1"]):
        names = ("-c", "user.name=me", "-c", "user.email=me@here")
        subprocess.run(["git", *names, *command], cwd=repository, check=True)
    deploy(elsewhere, f'gitfile("{repository}", path="workflow/Snakefile", tag="v1")')
    # Of scripts in a commit Snakemake cannot tell times.
    triggers = ("--rerun-triggers", "mtime", "params", "input", "software-env")
    assert elsewhere.planned(*triggers) == usual


def test_single_rules_are_changed_and_two_studies_stand_beside_each_other(usual, spaced, elsewhere):
    other = f"""
use rule train from nascent as nascent_train with:
    threads: 3

module other:
    snakefile:
        "{spaced.path / "workflow" / "Snakefile"}"
    config:
        config | {{"study": "other"}}

use rule * from other as other_*

rule both:
    default_target: True
    input:
        rules.nascent_linear.input,
        rules.other_data.input,
"""
    deploy(elsewhere, f'"{spaced.path / "Snakefile"}"', " as nascent_*", other)
    planned = elsewhere.planned()
    assert planned["nascent_train"] == ["linear/example/1"]
    assert planned["nascent_crops"] == planned["other_crops"] == usual["crops"]
    assert "other_train" not in planned
    # On a cluster no submission holds jobs of both.
    profile = str(spaced.path / "profiles" / "slurm")
    together = [one["rules"] for one in elsewhere.submitted("--profile", profile)]
    assert ["nascent_crops"] * 2 in together and ["other_crops"] * 2 in together
    figures = [rules for rules in together if any("figures" in rule for rule in rules)]
    studies = [{rule.partition("_")[0] for rule in rules} for rules in figures]
    assert {"nascent"} in studies and {"other"} in studies
    assert all(len(of_one) == 1 for of_one in studies)


def test_captions_tell_of_the_study_of_the_module(ran):
    text = DEPLOYED.replace("        config\n", '        config["mine"]\n')
    text = text.format(
        snakefile=f'"{ran.path / "workflow" / "Snakefile"}"', renamed=" as nascent_*"
    )
    (ran.path / "outer.smk").write_text(text.replace("config/tiny.yaml", "outer.yaml"))
    outer = {"mine": CONFIG, "study": "outer", "explain": {"aggregate": "of_the_outer"}}
    (ran.path / "outer.yaml").write_text(yaml.safe_dump(outer))
    local = ("--snakefile", "outer.smk", "--profile", "profiles/local")
    done = ran.snakemake("nascent_all", *local, "--report", "report.html")
    assert done.returncode == 0, done.stdout
    report = (ran.path / "report.html").read_text()
    assert "results/tiny/report/costs.tsv" in report
    assert "of_the_outer" not in report


def test_a_model_that_is_called_like_a_rule_is_refused_in_a_module_too(spaced, elsewhere):
    elsewhere.configure(train={"models": {"train": {"architecture": "linear"}}})
    deploy(elsewhere, f'"{spaced.path / "Snakefile"}"', " as nascent_*")
    done = elsewhere.dry_run()
    assert done.returncode != 0
    assert "'train' is the name of a rule" in done.stdout


def test_jobs_of_a_module_run_and_keep_the_records_that_they_always_keep(spaced, elsewhere):
    deploy(elsewhere, f'"{spaced.path / "Snakefile"}"', " as nascent_*")
    target = "results/tiny/crops/tiny_A01.h5"
    done = elsewhere.snakemake(target, "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert "Cut the nuclei of well tiny_A01 into 32 x 32 crops" in done.stdout
    made = elsewhere.path / target
    record = json.loads((made.parent / ".provenance" / f"{made.name}.json").read_text())
    assert (record["stage"], record["artefact"]) == ("crops", "crops/tiny_A01.h5")
    assert Path(elsewhere.path, "logs/tiny/crops/tiny_A01.log").is_file()
