"""The table of checks is read as Snakemake starts, and says only what is there."""

import subprocess
import sys
from importlib import import_module
from inspect import Parameter, signature

import pytest

from nascent.config.checks import check_study
from nascent.costs.work import MEASURES
from nascent.explain.checks import CHECKS, checks_of, names_of_runs
from nascent.figures.table import FIGURES, source_of

DRAWN = [
    figure
    for figure in (*FIGURES, *(figure for check in CHECKS for figure in check.figures))
    if figure.tables
]


def study(**changes) -> dict:
    return check_study({"study": "mine", "simulate": {}} | changes).plain()


def test_the_table_loads_nothing_that_computes_or_draws():
    code = "import sys, nascent.explain.checks; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "numpy",
        "pandas",
        "scipy",
        "matplotlib",
        "pydantic",
        "snakemake",
        "tensorflow",
        "keras",
    }
    assert not heavy & set(told.stdout.split())


def test_a_study_has_the_checks_for_which_it_has_what_they_need():
    usual = set(checks_of(study()))
    assert {check.name for check in CHECKS} - usual == {"regions", "roar"}
    more = {
        "regions": {"speckles": {"channel": "15_SON"}},
        "roar": {"methods": ["gradient"], "fractions": [0.5]},
    }
    assert set(checks_of(study(explain=more))) == {check.name for check in CHECKS}
    measured = study(simulate=None, data="plate", target={"channel": "00_EU"})
    assert usual - set(checks_of(measured)) == {"truth"}


def test_names_and_measures_are_there():
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert {check.work for check in CHECKS} - {""} == set(MEASURES)
    assert names_of_runs() == ("use", "features", "feature_attention")


@pytest.mark.parametrize("figure", DRAWN, ids=lambda figure: figure.rule)
def test_what_draws_a_figure_is_there_and_takes_its_options(figure):
    module, function = figure.drawing.split(".")
    assert source_of(figure).stem == module and source_of(figure).is_file()
    draw = getattr(import_module(f"nascent.figures.{module}"), function)
    taken = signature(draw).parameters.values()
    tables = [one for one in taken if one.kind is one.POSITIONAL_OR_KEYWORD]
    options = {one.name: one.default for one in taken if one.kind is one.KEYWORD_ONLY}
    assert len(tables) == len(figure.tables)
    assert {name for name, default in options.items() if default is Parameter.empty} <= {
        *figure.options
    }
    assert set(figure.options) <= set(options)
