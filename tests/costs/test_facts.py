"""How large a study is, from its config and from its results."""

import json

import pandas as pd
import pytest

from nascent import provenance
from nascent.config.folds import Fold
from nascent.costs.facts import expected_cells, facts_of, facts_of_results
from nascent.files import write_table
from nascent.kinds.cells.parts import counts

NUCLEI = {"p_A01": 100, "p_A02": 60, "p_A03": 40}


def test_expected_cells_follow_the_fractions(facts):
    # 0.8, 0.1, 0.1 of 200, whole cells.
    cells = expected_cells(facts.study, Fold("example", "example"), NUCLEI)
    assert cells == {"train": 160, "val": 20, "test": 20}


def test_a_well_that_is_left_out_tests_with_all_its_cells(facts):
    fold = Fold("without_p_A02", "leave_one_group_out", "A02")
    # 140 are left: eight of nine parts train.
    assert expected_cells(facts.study, fold, NUCLEI) == {"train": 124, "val": 16, "test": 60}


def test_simulated_wells_have_as_many_nuclei_as_the_config_says(facts):
    wells = pd.DataFrame({"path": ["A01", "A02"]}, index=["p_A01", "p_A02"])
    assert counts(facts.study, wells) == {"p_A01": 100, "p_A02": 100}


def test_measured_wells_have_as_many_as_their_metadata(facts_with, tmp_path):
    (tmp_path / "A01").mkdir()
    (tmp_path / "A01" / "metadata.csv").write_text("mapobject_id\n1\n2\n3\n")
    facts = facts_with(simulate=None, data=str(tmp_path), target={"channel": "00_EU"})
    wells = pd.DataFrame({"path": ["A01"]}, index=["p_A01"])
    assert counts(facts.study, wells) == {"p_A01": 3}


def test_facts_survive_being_written(facts):
    again = facts_of(json.loads(json.dumps(facts.plain())))
    assert again.plain() == facts.plain()
    # Given for all models of the study, by none of them.
    assert again.study.train.model("linear").epochs == 5


@pytest.fixture
def results(facts, tmp_path):
    """Results of a study as far as they tell its size, with a fold that is not the first."""
    table = tmp_path / "report" / "costs.tsv"
    of_study = {name: facts.plain()[name] for name in ("study", "features")}
    provenance.write(table, provenance.record("report", of_study))
    for fold, train in (("example", 3), ("a_later_one", 9)):
        splits = pd.DataFrame({"split": ["train"] * train + ["val", "test", "test"]})
        write_table(splits, tmp_path / "splits" / fold / "splits.tsv")
    quality = pd.DataFrame(
        {"plate": "p", "well": "A01", "step": ["rule", "all"], "cells_in": [50, 50]}
    )
    write_table(quality, tmp_path / "crops" / "quality.tsv")
    return tmp_path


def test_results_tell_the_size_of_their_study(results, facts):
    found = facts_of_results(results)
    assert found.study.plain() == facts.study.plain()
    assert found.features == facts.features
    # Before quality control, as the config of a study to come has it.
    assert found.raw == {"p_A01": 50}
    assert found.explained_fold == "example"
    assert found.cells["example"] == {"train": 3, "val": 1, "test": 2}


@pytest.mark.parametrize(
    "lost", ["report/.provenance/costs.tsv.json", "splits/example/splits.tsv", "crops/quality.tsv"]
)
def test_results_that_lack_something_tell_nothing(results, lost):
    (results / lost).unlink()
    assert facts_of_results(results) is None
