"""A check is one record and its own rules: all else of the workflow follows."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

RECORD = """
CHECKS += (
    Check(
        "glow",
        title="Glow",
        note="How much the maps glow.",
        each=True,
        network=EXPLAINS,
        figures=(_of_study("glow", "glow", "confidence"),),
        work="truth",
    ),
)
"""
RULE = """
rule explain_glow:
    input:
        maps_explained,
    output:
        made("explain/{model}/{seed}/{method}/glow.tsv"),
    log:
        logged("explain/{model}/{seed}/{method}/glow.log"),
    benchmark:
        logged("explain/{model}/{seed}/{method}/glow.tsv")
    shell:
        "touch {output}"
"""
# Of each map set, by a script that is there.
PART = """
CHECKS_OF_MAPS.add(
    Part(
        script="explain_trend",
        name="explain_glow",
        input={"cells": made("explain/{model}/{seed}/{method}.cells.tsv")},
        output={"table": made("explain/{model}/{seed}/{method}/glow.tsv")},
        params={"inputs": features_seen},
    )
)
"""
COSTS = "from nascent.costs import work; print('explain_glow' in work.WORK, work.OF_A_NETWORK)"


def add_check(checkout, record: str, rules: str) -> None:
    """Write the files of a check that is called `glow`."""
    library = checkout.path / "src" / "nascent"
    with (library / "explain" / "checks.py").open("a") as stream:
        stream.write(record)
    (library / "figures" / "glow.py").write_text('"""Glow."""\n')
    (checkout.path / "rules" / "explain" / "glow.smk").write_text(rules)
    (checkout.path / "workflow" / "report" / "glow.rst").write_text("Glow.\n")


def test_a_check_is_made_joined_drawn_shown_and_costed_by_its_record_and_rules(checkout):
    usual = checkout.planned("--configfile", "config/tiny.yaml")
    add_check(checkout, RECORD, RULE)

    planned = checkout.planned("--configfile", "config/tiny.yaml")

    assert planned.pop("explain_glow") == ["linear/1/ig", "simple_cnn/1/ig", "simple_cnn/1/ig.area"]
    assert set(planned.pop("explain_join")) - set(usual.pop("explain_join")) == {"glow"}
    assert planned == usual
    # Its figure and its page are made with those of the others.
    made = [f"results/tiny/{name}" for name in ("figures/glow.png", "report/checks/glow.html")]
    asked = checkout.planned(*made, "--configfile", "config/tiny.yaml")
    assert asked["figures_checks"] == asked["report_pages"] == [""]
    told = subprocess.run(
        [sys.executable, "-c", COSTS], env=checkout.environment(), capture_output=True, text=True
    ).stdout
    assert told.startswith("True") and "'explain_glow'" in told


def test_a_check_of_map_sets_is_a_part_of_their_job_and_all_else_follows(checkout):
    usual = checkout.planned("--configfile", "config/tiny.yaml")
    of_maps = RECORD.replace("network=EXPLAINS,", "rule=MAPS,").replace('work="truth",', "")
    add_check(checkout, of_maps, PART)

    planned = checkout.planned("--configfile", "config/tiny.yaml")

    assert set(planned.pop("explain_join")) - set(usual.pop("explain_join")) == {"glow"}
    assert planned == usual
    made = [f"results/tiny/{name}" for name in ("figures/glow.png", "report/checks/glow.html")]
    asked = checkout.planned(*made, "--configfile", "config/tiny.yaml")
    assert asked["figures_checks"] == asked["report_pages"] == [""]


def test_a_new_check_repeats_no_other_in_a_finished_study(ran):
    add_check(ran, RECORD, RULE)
    planned = ran.planned("--configfile", "config/tiny.yaml")
    shown = {"all", "figures_checks", "report_pages", "report_costs", "report_page"}
    assert set(planned) == {"explain_glow", "explain_join", *shown}
    assert planned["explain_join"] == ["glow"]
