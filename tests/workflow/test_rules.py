"""What every rule declares, and the one name that a stage has everywhere."""

import re
import textwrap
from itertools import chain
from pathlib import Path

import pytest
import yaml
from snakemake.cli import get_argument_parser

from nascent.code import CodeDigests
from nascent.config.checks import study_model
from nascent.explain.check import MAPS
from nascent.explain.checks import CHECKS
from nascent.figures.table import FIGURES
from nascent.kind import kind_of, shipped_kinds

ROOT = Path(__file__).parent.parent.parent
# Folders of lookups, without rules.
LOOKUPS = {"common", "explained", "lookups"}
SCRIPTS = {path.stem: path for path in (ROOT / "workflow" / "scripts").rglob("*.py")}
# `explain/truth.smk` is a check of the stage `explain`, with the figures and pages it has.
RULE_FILES = {
    str(path.relative_to(ROOT / "rules").with_suffix("")): path.read_text()
    for path in sorted((ROOT / "rules").rglob("*.smk"))
}
FILES = [name for name in RULE_FILES if not LOOKUPS & set(Path(name).parts[:-1])]
# Stages that turn raw data into examples lie in the file of their kind of data.
KINDS = {"kinds/cells": ("crops", "simulate")}
STAGES = [name for name in FILES if "_" not in name and "/" not in name]
STAGES += chain(*KINDS.values())
# Candidates, and models trained anew for a check, are trained and explained as any model is. One
# script draws all figures that are drawn together.
DERIVED = {
    "tune": "train",
    "explain_roar_train": "train",
    "explain_targets_train": "train",
    "explain_targets_attribute": "attribute",
    "figures_maps": "figures",
}
# Module that finds files by name -> how a rule that stands on it counts the files it chose.
CHOSEN = {
    "nascent.train.architectures.build": "code_of_training",
    "nascent.attribute.method": "code_of_method",
}
# Rules of the whole study ask for all that it chose.
CHOOSING = {"report_page": "code_of_methods"}
# Models that are trained anew for a check have a folder of their own.
FOLDERS = {"explain_roar": "roar", "explain_targets": "randomised"}


def folders_of(name: str) -> set[str]:
    """Return the folders of results that a rule may write to."""
    own = {folder for rules, folder in FOLDERS.items() if name.startswith(rules)}
    return own | {stage_of(name)}


DIGESTS = CodeDigests()


def scripts_of_parts() -> set[str]:
    """Return the scripts that do a part of a job, as the rule files name them."""
    text = "".join(RULE_FILES.values())
    drawn = {
        f"figures_{figure.name}"
        for figure in (*FIGURES, *(figure for check in CHECKS for figure in check.figures))
        if not figure.tables
    }
    return drawn | set(re.findall(r'\bscript="(\w+)"', text))


PARTS = scripts_of_parts()


def stands_on(script: str) -> dict[str, Path]:
    """Return the modules that a script imports."""
    return DIGESTS.modules(SCRIPTS[script])


def without_loops(text: str) -> str:
    """Return the text of a rule file, each rule of a loop by what all its names begin with."""

    def alone(loop: re.Match) -> str:
        name = re.search(r'name:\n *f"(\w+)_\{', loop[1])[1]
        return f"rule {name}:\n{textwrap.indent(textwrap.dedent(loop[1]), '    ')}"

    loops = r"^for .+:\n(?:    .+\n)*\n    rule:\n((?:        .*\n|\n)*)"
    return re.sub(loops, alone, text, flags=re.MULTILINE)


def rules_of(path: Path) -> dict[str, dict[str, str]]:
    """Return rule → directive → text of a rule file, as snakefmt lays it out."""
    head = r"^(?:rule|checkpoint) (\w+):\n|^use rule (\w+) as (\w+) with:\n"
    _, *parts = re.split(head, without_loops(path.read_text()), flags=re.MULTILINE)
    rules = {}
    for named, base, derived, body in zip(*(parts[i::4] for i in range(4)), strict=True):
        own = re.findall(r"^    (\w+):((?:.*\n(?:        .*\n|\n)*)?)", body, re.MULTILINE)
        # What a derived rule does not say itself is as in the rule it is made of, in its folder.
        of_base = path.with_name(f"{base}.smk")
        below = rules.get(base) or (rules_of(of_base)[base] if base else {})
        rules[named or derived] = below | dict(own)
    return rules


RULES = {
    (file, name): directives
    for file in FILES
    for name, directives in rules_of(ROOT / "rules" / f"{file}.smk").items()
    if "output" in directives
}
NETWORKS = {name for (_, name), directives in RULES.items() if "gpu=" in directives["resources"]}
EACH = pytest.mark.parametrize(
    ("file", "name", "directives"),
    [(*key, directives) for key, directives in RULES.items()],
    ids=[name for _, name in RULES],
)


def stage_of(name: str) -> str:
    """Return the stage that a rule is named for."""
    return name.split("_")[0]


def test_there_are_rules_of_every_stage():
    with_parts = {file for file in FILES if ".add(" in RULE_FILES[file]}
    assert {file for file, _ in RULES} | with_parts == set(FILES)
    assert {stage_of(name) for _, name in RULES} == set(STAGES)


@EACH
def test_a_rule_declares_all_that_a_user_and_a_cluster_ask_for(file, name, directives):
    assert {"log", "benchmark", "conda", "resources", "params", "message"} <= set(directives)
    assert {"mem_mb", "runtime"} <= set(re.findall(r"(\w+)=", directives["resources"]))


def wildcards_of(directive: str) -> set[str]:
    """Return the wildcards in a directive's strings; those of f-strings have doubled braces."""
    found = set()
    for formatted, text in re.findall(r'(f?)"([^"]*)"', directive):
        found |= set(re.findall(r"\{\{(\w+)\}\}" if formatted else r"\{(\w+)\}", text))
    return found


@EACH
def test_a_message_tells_what_the_job_is_about(file, name, directives):
    message = "".join(re.findall(r'"([^"]*)"', directives["message"]))
    told = set(re.findall(r"\{wildcards\.(\w+)\}", message))
    # A job of several parts names its outputs elsewhere.
    outputs = wildcards_of(directives["output"] + directives["log"])
    assert told == outputs, name
    # One job a study says of which.
    assert outputs or "{STUDY.study}" in message, name
    assert re.match(r"[A-Z][a-z]+ ", message), name
    # Snakemake fills wildcards in, and knows no name of a workflow that another one uses.
    for formatted, text in re.findall(r'(f?)"([^"]*)"', directives["message"]):
        filled_in = re.findall(r"\{\{(.*?)\}\}" if formatted else r"\{(.*?)\}", text)
        assert all(field.startswith("wildcards.") for field in filled_in), text


@EACH
def test_a_rule_holds_no_program_and_never_retries_by_itself(file, name, directives):
    # The Slurm executor would repeat such a job inside its allocation, too.
    assert not {"run", "shell", "retries"} & set(directives)


@EACH
def test_a_job_that_failed_asks_for_more_and_networks_are_never_grouped(file, name, directives):
    # A number would be the same in every attempt.
    assert not re.search(r"(mem_mb|runtime)=\d", directives["resources"])
    # Of a group's GPU jobs one would run at a time, with the GPUs of all.
    assert name not in NETWORKS or "group" not in directives


def test_every_rule_that_opens_a_trained_model_may_have_a_gpu():
    opening = {
        name
        for (_, name), directives in RULES.items()
        # What is removed is chosen by maps; the model is named in the record alone.
        if "model=" in directives.get("input", "") and name != "explain_roar_remove"
    }
    assert opening <= NETWORKS


def test_the_profile_for_slurm_places_the_rules_that_run_a_network_and_every_group():
    profile = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
    assert set(profile["set-resources"]) == NETWORKS
    groups = {
        re.search(r'"(\w+)"', directives["group"])[1]
        for directives in RULES.values()
        if "group" in directives
    }
    assert set(profile["group-components"]) == groups


def test_every_key_of_the_profile_for_slurm_is_explained():
    lines = (ROOT / "profiles" / "slurm" / "config.yaml").read_text().splitlines()
    for number, line in enumerate(lines):
        if not re.match(r"[a-z]", line):
            continue
        # By a comment above it, or above what it heads; one comment may explain two keys.
        above = [before for before in lines[:number] if not re.match(r"[a-z]", before)][-1]
        assert above.startswith("# ") or lines[number + 1].strip().startswith("# "), line


@EACH
def test_a_rule_is_named_for_its_stage_and_its_script_for_the_rule(file, name, directives):
    stage = stage_of(name)
    assert name == stage or stage in STAGES
    # A check has its rules, figures and pages together; part of a stage may have a file of its own.
    together = file.startswith(("explain/", "shards/")) or file == f"report_{name.split('_')[-1]}"
    assert stage == file or together or stage in KINDS.get(file, ())
    script = DERIVED.get(name, name)
    up = "../" * len(Path(file).parts)
    place = f"{file}/{script}" if file in KINDS else script
    assert directives["script"].strip() == f'"{up}workflow/scripts/{place}.py"'
    found = (how for module, how in CHOSEN.items() if module in stands_on(script))
    digest = CHOOSING.get(name) or next(found, "code")
    told = digest if digest == "code_of_training" else f'{digest}("{place}")'
    assert f"code={told}," in directives["params"]


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_is_named_for_the_stage_of_its_job_and_its_figure_for_the_module(name):
    assert stage_of(name) in STAGES
    if stage_of(name) == "figures" and name not in ("figures_tables", "figures_explanation"):
        figure = name.removeprefix("figures_")
        assert (ROOT / "src" / "nascent" / "figures" / f"{figure}.py").is_file()


def parts_of_checks() -> dict[str, str]:
    """Return script → text of the parts that checks have, as the rule files declare them."""
    text = "".join(text for file, text in RULE_FILES.items() if file.startswith("explain/"))
    parts = re.findall(r"^    Part\(\n(.*?)^    \)", text, re.DOTALL | re.MULTILINE)
    return {re.search(r'script="(\w+)"', part)[1]: part for part in parts}


@pytest.mark.parametrize(("name", "part"), parts_of_checks().items(), ids=parts_of_checks())
def test_a_part_that_loads_a_network_says_whether_to_repeat_exactly_and_counts_its_method(
    name, part
):
    network = "network_job(snakemake" in SCRIPTS[name].read_text()
    assert network == ('"deterministic": STUDY.deterministic,' in part)
    methods = "nascent.attribute.method" in stands_on(name)
    assert methods == (f'code=code_of_method("{name}"),' in part)


def test_a_job_of_several_parts_is_told_of_them_where_their_files_are_kept_and_their_code():
    making = {name for name, path in SCRIPTS.items() if "make_parts(" in path.read_text()}
    told = {
        DERIVED.get(name, name)
        for (_, name), directives in RULES.items()
        if 'state=kept("parts"),' in directives["params"]
        and re.search(r"\bparts=\w+\.told,", directives["params"])
    }
    assert making == told


@EACH
def test_a_rule_writes_to_the_folder_of_its_stage(file, name, directives):
    folders = folders_of(name)
    for folder in re.findall(r'made\(\s*f?"(\w+)/', directives["output"]):
        assert folder in folders
    for kind in ("log", "benchmark"):
        assert re.match(r'\s*logged\(\s*f?"(\w+)/', directives[kind])[1] in folders


def test_rules_of_every_kind_ask_where_examples_lie():
    # The stage that makes examples is a kind's own: its files are named in its own rules alone.
    first_stages = {kind_of(name).first_stage for name in shipped_kinds()}
    for file, text in RULE_FILES.items():
        named = re.findall(r'(?:made|of_parts)\(\s*f?"(\w+)/', text)
        assert file in KINDS or not first_stages & set(named), file


def test_every_table_below_explain_is_that_of_a_check_and_the_reverse():
    outputs = "".join(directives["output"] for directives in RULES.values())
    # Those of parts stand where the part is declared.
    text = "".join(text for file, text in RULE_FILES.items() if file.startswith("explain/"))
    outputs += "".join(re.findall(r"\boutput=(\{.*?\}),\n", text, re.DOTALL))
    tables = set(re.findall(r'made\(\s*"explain/([^"]+\.tsv)"', outputs))
    joined = {f"{check.name}.tsv" for check in CHECKS if check.each}
    told = [table for check in CHECKS for table in check.tables]
    assert tables - {"{check}.tsv"} | joined == set(told)
    assert len(set(told)) == len(told)


def test_the_rules_of_a_check_are_in_its_file_and_it_may_have_a_gpu_where_it_needs_a_network():
    files = {name: file for file, name in RULES}
    for check in CHECKS:
        assert f"explain/{check.file}" in FILES
        together = check.rule == MAPS
        own = files[check.rule] == f"explain/{check.file}"
        assert together or own or check.name == "completeness"
        # With those that ask it are the tables of a map set.
        assert (check.rule in NETWORKS) == bool(check.network) or together


def test_every_script_is_that_of_a_rule_or_of_a_part():
    assert set(SCRIPTS) == {name for _, name in RULES} - set(DERIVED) | PARTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_works_in_a_job_and_never_reads_the_whole_config(name):
    text = SCRIPTS[name].read_text()
    assert "snakemake.config" not in text
    # Of several rules, those of other stages too, a script says itself which stage's it is.
    # So does that of a stage which only one kind of data has.
    derived = name in DERIVED.values() and "_" not in name
    of_kind = stage_of(name) in {kind_of(kind).first_stage for kind in shipped_kinds()}
    told = rf', stage="{stage_of(name)}"' if derived or of_kind else ""
    working = rf"\b(?:(?:network_)?job\(snakemake{told}\)|make_parts\(snakemake, )"
    assert len(re.findall(working, text)) == 1


@EACH
def test_a_job_that_loads_a_network_says_so_and_whether_to_repeat_exactly(file, name, directives):
    text = SCRIPTS[DERIVED.get(name, name)].read_text()
    loads = re.search(
        r"load_model|train_model|attribute_shard|open_inspection|check_features", text
    )
    assert bool(loads) == ("network_job(snakemake" in text)
    assert bool(loads) == ("deterministic=STUDY.deterministic," in directives["params"])


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_one_name_in_library_config_and_tests(stage):
    # A stage of one kind of data lies in the folder of that kind.
    places = [stage, *(f"kinds/{kind}/{stage}" for kind in shipped_kinds())]
    own = [place for place in places if (ROOT / "src/nascent" / place / "__init__.py").is_file()]
    assert len(own) == 1
    assert (ROOT / "tests" / own[0]).is_dir()
    if stage != "report":
        assert stage in study_model().model_fields


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("profiles/*/*")), ids=lambda path: str(path.parent.name)
)
def test_a_profile_sets_options_that_exist(path):
    """Snakemake ignores unknown keys of a profile without a word."""
    known = {
        option.removeprefix("--")
        for action in get_argument_parser()._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    keys = re.findall(r"^([\w-]+):", path.read_text(), flags=re.MULTILINE)
    assert keys
    assert set(keys) <= known


def test_no_profile_holds_a_key_that_the_default_one_would_override():
    # Snakemake lays profiles/default over the profile that is asked for, key by key.
    profiles = {
        path.parent.name: set(yaml.safe_load(path.read_text()))
        for path in ROOT.glob("profiles/*/*.yaml")
    }
    for name in profiles.keys() - {"default"}:
        assert not profiles[name] & profiles["default"], name


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_works_in_a_job_which_speaks_the_words_of_the_study(script):
    text = SCRIPTS[script].read_text()
    assert re.search(r"\b(?:job|network_job|make_parts)\(snakemake\b", text)
