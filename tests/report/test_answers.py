"""What the report says first: verdicts and numbers of the tables, in words."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import nascent.kinds
from nascent.config.outline import outline_of
from nascent.config.record import plain_record
from nascent.figures.words import short
from nascent.kind import FOLDERS
from nascent.report.answers.compose import answers
from nascent.report.answers.records import FAILS, NOT_TESTED, OPEN, PASSES
from nascent.report.answers.tables import PATHS, read_tables
from nascent.report.answers.trust import trust_table
from nascent.report.record import write_study_record
from nascent.study_record import FILE, StudyRecord, read_study_record
from nascent.words import speaking

ROOT = Path(__file__).parents[2]


def recorded(config: dict, folder: Path) -> StudyRecord:
    """Return the record of a study as its results hold it."""
    write_study_record(plain_record(outline_of(config)), "1.0", folder / FILE)
    return read_study_record(folder)


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
    config["splits"] = {"by": ["example", "group"]}
    config["train"]["models"] = {"linear": {}, "cnn": {"architecture": "simple_cnn"}}
    config["explain"]["roar"] = None
    methods = config["attribute"]["methods"]
    config["attribute"]["methods"] = {name: {"method": methods[name]["method"]} for name in methods}
    return recorded(config, tmp_path)


def use_row(model="cnn", **changes):
    row = {"model": model, "seed": "each", "input": "image", "unit": "channel", "channel": "a"}
    row |= {"members": "a", "change": "permuted", "cells": 64, "groups": 4, "skill": 0.8125}
    row |= {"use": 0.25, "low": 0.125, "high": 0.375, "low_groups": 0.0625}
    row |= {"high_groups": 0.4375, "members_sum": np.nan, "verdict": "is used"}
    return row | changes


@pytest.fixture
def tables(make):
    """The tables of a study in which a network beats the references by cell and one map passes."""
    unused = {"use": 0.0, "verdict": "not shown to be used"}
    pair = {"unit": "group", "channel": "b+c", "members": "b, c", "use": 0.5}
    standing = [
        (1, "cnn", "gradient", "passes", "beats the best floor", "depends on the model", ""),
        (2, "cnn", "grad_cam", "cannot tell", "beats the best floor", "", "Not checked."),
        (3, "linear", "eg", "fails", "does not beat it", "does not depend on the model", "Bad."),
    ]
    checked = {"seed": 1, "stage": "weights", "level": "entries"}
    removed = {"model": "cnn", "order": "attribution", "measure": "gain_over_random"}
    return {
        "comparison": make.comparison(),
        "controls": make.controls(),
        "use": pd.DataFrame(
            [
                *(use_row(), use_row(channel="b", members="b", **unused)),
                *(use_row(channel="c", members="c", **unused), use_row(**pair)),
                *(use_row(change="structure"), use_row(change="intensity", **unused)),
            ]
        ),
        "channel_groups": pd.DataFrame(
            {"input": "image", "group": "b+c", "channel": ["b", "c"], "least_correlation": 0.9375}
        ),
        "standing": pd.DataFrame(
            standing,
            columns=[
                *("place", "model", "method", "standing", "model_verdict", "maps_verdict"),
                "sentence",
            ],
        ),
        "randomisation": pd.DataFrame(
            [
                {"model": "cnn", "method": "gradient", "mean": 0.03125, **checked}
                | {"verdict": "depends on the model"},
                {"model": "linear", "method": "eg", "mean": 0.96875, **checked}
                | {"verdict": "does not depend on the model"},
            ]
        ),
        "removal": pd.DataFrame(
            [
                removed | {"method": method, "verdict": verdict}
                for method, verdicts in {
                    "gradient": ("beats random", "beats random"),
                    "grad_cam": ("worse than random", "cannot tell"),
                }.items()
                for verdict in verdicts
            ]
        ),
    }


def said(study, tables):
    """Return question → verdict and all sentences."""
    return {one.question: (one.verdict, " ".join(one.sentences)) for one in answers(study, tables)}


def test_the_answers_come_in_order_and_say_the_verdicts_of_the_tables(study, tables):
    found = answers(study, tables)
    assert [one.question for one in found] == [
        "Can transcription rate be predicted?",
        "From what: intensity or structure?",
        "Which channels does the model use?",
        "Can the maps be trusted?",
    ]
    assert [one.verdict for one in found] == [
        "yes on new cells; cannot tell on new wells",
        "structure; intensity is not shown to matter",
        "b with c and a",
        "in part: 1 of 3 explanations passed two basic checks",
    ]
    assert found[-1].figure == "cnn/gradient/panels"
    # Whoever reads that maps pass two checks reads beside it what the others say of them.
    table = trust_table(study, tables)
    for check in table.checks[2:]:
        verdict = table.cell(table.methods[0], check).verdict
        assert re.search(f"{verdict}: [^;]*{check.title}", found[-1].sentences[1])
    text = " ".join(" ".join(one.sentences) for one in found)
    assert "cnn beats the best reference predictor (least squares on channel means)" in text
    assert "linear: does not beat the best reference predictor" in text
    assert "mean of 3 training runs" in text
    assert "floor" not in text and "_" not in re.sub("ridge_area_cycle", "", text)


def test_every_number_is_one_of_the_tables(study, tables):
    known = {"95", "99", "0", "1"}
    for table in tables.values():
        for column in table.select_dtypes("number"):
            values = table[column].dropna()
            known |= set(map(short, values)) | {str(int(value)) for value in values}
    text = " ".join(" ".join(one.sentences) for one in answers(study, tables))
    numbers = re.findall(r"−?\d+(?:\.\d+)?", text)
    assert len(numbers) > 40
    assert set(numbers) <= known, set(numbers) - known
    assert "29.5 mean counts per pixel [29.2, 29.8] over cells, [29.0, 30.0] over wells" in text


def test_what_is_not_there_is_not_tested_and_says_what_makes_it(study):
    for question, (verdict, text) in said(study, {}).items():
        assert verdict == "not tested", question
        assert "snakemake results/demo/" in text
    empty = {name: pd.DataFrame() for name in PATHS}
    assert all(verdict == "not tested" for verdict, _ in said(study, empty).values())


def test_a_study_of_one_split_says_how_to_test_on_new_groups(study, make, tables):
    alone = tables | {"comparison": make.comparison(designs=("example",))}
    verdict, text = said(study, alone)["Can transcription rate be predicted?"]
    assert verdict == "yes on new cells; not tested on new wells"
    assert "add `group` or `leave_one_group_out` to splits.by" in text


def test_too_few_groups_are_named(study, make, tables):
    comparison = make.comparison(groups=1)
    models = ~comparison["floor"]
    comparison.loc[models, "verdict"] = "cannot tell (1 well)"
    use = tables["use"].assign(
        verdict="cannot tell (1 well)", low_groups=np.nan, high_groups=np.nan
    )
    found = said(study, tables | {"comparison": comparison, "use": use})
    verdict, text = found["Can transcription rate be predicted?"]
    assert verdict == "cannot tell (1 well) on new cells and on new wells"
    assert "over wells" not in text
    assert found["Which channels does the model use?"][0] == "cannot tell (1 well)"
    # A model that is not shown to predict owes nothing to either.
    assert found["From what: intensity or structure?"][0] == "cannot tell"


def test_of_several_targets_each_has_its_sentence_and_the_first_decides(study, make, tables):
    further = make.comparison(designs=("example",)).assign(target="cell_area")
    both = pd.concat([make.comparison(designs=("example",)), further], ignore_index=True)
    _, text = said(study, tables | {"comparison": both})["Can transcription rate be predicted?"]
    assert text.count("On new cells") == 1
    assert "Further target cell area (split by cell, stratified): cnn beats" in text


def test_the_best_model_is_said_to_be_chosen_on_the_examples_that_measure_it(study, make, tables):
    question = "Can transcription rate be predicted?"
    _, text = said(study, tables)[question]
    assert "cnn was chosen among all models on these test cells, by its verdict" in text
    comparison = make.comparison()
    one = comparison[comparison["model"] != "linear"]
    _, text = said(study, tables | {"comparison": one})[question]
    assert "was chosen" not in text and "Other models" not in text


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        ("beats the best floor", "yes on new cells and on new wells"),
        ("does not beat it", "yes on new cells; cannot tell on new wells"),
        ("cannot tell", "yes on new cells; cannot tell on new wells"),
        ("cannot tell (2 wells)", "yes on new cells and on new wells"),
    ],
)
def test_designs_that_disagree_on_new_groups_decide_nothing(
    study, make, tables, left_out, expected
):
    comparison = make.comparison(designs=("example", "group", "leave_one_group_out"))
    for design, verdict in (("group", "beats the best floor"), ("leave_one_group_out", left_out)):
        own = (comparison["model"] == "cnn") & (comparison["design"] == design)
        comparison.loc[own, "verdict"] = verdict
    verdict, text = said(study, tables | {"comparison": comparison})[
        "Can transcription rate be predicted?"
    ]
    assert verdict == expected
    assert text.count("On new wells") == 2


def test_a_metric_that_is_not_defined_is_no_number(study, make, tables):
    comparison = make.comparison(designs=("example",)).assign(
        r2=np.nan, r2_low=np.nan, r2_high=np.nan, r2_low_groups=np.nan, r2_high_groups=np.nan
    )
    _, text = said(study, tables | {"comparison": comparison})[
        "Can transcription rate be predicted?"
    ]
    assert "R² not defined (reference: not defined)" in text and "nan" not in text


@pytest.mark.parametrize(
    "question", ["Which channels does the model use?", "From what: intensity or structure?"]
)
def test_of_another_model_than_the_best_that_is_said_first(study, tables, question):
    """Use may be measured of some models alone: what they are worth is theirs, not the best's."""
    alone = tables | {"use": tables["use"].assign(model="linear")}
    _, text = said(study, alone)[question]
    assert "linear is not shown to beat the reference predictors" in text
    beats = tables["comparison"].copy()
    beats.loc[beats["model"] == "linear", ["verdict", "mae"]] = "beats the best floor", 1e6
    _, text = said(study, alone | {"comparison": beats})[question]
    assert "The best model, cnn, was not asked what it uses." in text
    del alone["comparison"]
    _, text = said(study, alone)[question]
    assert "not known whether linear beats the reference predictors" in text


def test_what_several_runs_keep_without_intensity_is_a_range_that_says_of_what(study, make, tables):
    question = "From what: intensity or structure?"
    own = {"design": "example", "target": "target", "split": "test", "model": "cnn"}
    runs = [own | {"control": name, "r2": 0.5} for name in ("as_trained", "per_cell")]
    _, text = said(study, tables | {"controls": pd.DataFrame(runs)})[question]
    assert "cnn has R² 0.50 on cells as they are, and 0.50 when" in text and "Ranges" not in text
    twice = pd.DataFrame([*runs, runs[1] | {"r2": 0.25}])
    _, text = said(study, tables | {"controls": twice})[question]
    assert "and 0.25 to 0.50 when" in text and "from the worst to the best training run" in text


def test_many_features_are_counted_and_those_used_together_are_not_said_to_be_used(study, tables):
    single = [use_row(channel=name, members=name) for name in "defg"]
    many = tables | {"use": pd.concat([tables["use"], pd.DataFrame(single)], ignore_index=True)}
    verdict, _ = said(study, many)["Which channels does the model use?"]
    assert verdict == "5 of 7 channels and 1 group of channels together"


def test_use_of_classes_is_that_of_the_class_that_is_explained(tmp_path, tables, monkeypatch):
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "config/classes.yaml").read_text("utf-8"))
    study = recorded(config, tmp_path)
    _, text = said(study, {"use": tables["use"]})["Which channels does the model use?"]
    assert "the Brier skill (class CX5461) of cnn is 0.81 on these 64 test cells" in text


def test_planted_truth_is_asked_of_test_examples_alone(study, tables):
    row = {"model": "cnn", "method": "gradient", "truth": "planted", "map": "trained"}
    truth = pd.DataFrame(
        [
            row | {"split": "train", "verdict": "beats image and random weights"},
            row | {"split": "test", "verdict": "does not beat the image (spots)"},
        ]
    )
    with speaking(study.words.plain()):
        table = trust_table(study, tables | {"truth": truth})
    assert table.cells["cnn", "gradient", "truth"].verdict == FAILS
    assert table.cells["cnn", "grad_cam", "truth"].verdict == NOT_TESTED


def test_correlations_of_several_seeds_name_them(study, tables):
    twice = pd.concat([tables["randomisation"], tables["randomisation"].assign(seed=2)])
    with speaking(study.words.plain()):
        table = trust_table(study, tables | {"randomisation": twice})
    sentence = table.cells["cnn", "gradient", "randomisation"].sentence
    assert "(depends on the weights, seed 1); " in sentence and "seed 2)" in sentence
    # Of a map that was left out the table has rows, of others.
    assert (
        "compared with one of random weights"
        in table.cells["cnn", "grad_cam", "randomisation"].sentence
    )


def test_floors_alone_are_no_prediction(study, make, tables):
    comparison = make.comparison()
    floors = tables | {"comparison": comparison[comparison["floor"]]}
    verdict, text = said(study, floors)["Can transcription rate be predicted?"]
    assert verdict.startswith(NOT_TESTED) and "No network was trained" in text


def test_the_table_of_checks_has_a_cell_for_every_explanation_and_check(study, tables):
    with speaking(study.words.plain()):
        table = trust_table(study, tables)
    assert [one.words for one in table.methods] == [
        *("cnn, gradients", "cnn, Grad-CAM", "linear, Expected Gradients")
    ]
    assert len(table.cells) == len(table.methods) * len(table.checks)
    verdicts = {
        (one.method, check.name): table.cell(one, check).verdict
        for one in table.methods
        for check in table.checks
    }
    assert verdicts["gradient", "model"] == verdicts["gradient", "randomisation"] == PASSES
    assert verdicts["gradient", "removal"] == PASSES and verdicts["grad_cam", "removal"] == FAILS
    assert verdicts["grad_cam", "randomisation"] == NOT_TESTED
    assert verdicts["eg", "model"] == verdicts["eg", "randomisation"] == FAILS
    assert verdicts["gradient", "roar"] == NOT_TESTED
    cells = {name: cell.sentence for (_, _, name), cell in table.cells.items()}
    assert "explain.roar" in cells["roar"] and "randomised_targets" in cells["targets"]
    assert "0.97 (does not depend on the weights)" in cells["randomisation"]


def test_verdicts_that_disagree_decide_nothing(study, tables):
    rows = tables["removal"].assign(
        method="gradient", verdict=["beats random", "worse than random"] * 2
    )
    with speaking(study.words.plain()):
        table = trust_table(study, tables | {"removal": rows})
    assert table.cells["cnn", "gradient", "removal"].verdict == OPEN


def test_where_no_explanation_passes_the_summary_says_so(study, tables):
    standing = tables["standing"].assign(standing="fails")
    verdict, text = said(study, tables | {"standing": standing})["Can the maps be trusted?"]
    assert verdict == "no" and text.startswith("No explanation of this study passes")
    assert "Shown first: cnn, gradients." in text
    nothing = replace(study, methods={})
    del tables["standing"]
    verdict, text = said(nothing, tables)["Can the maps be trusted?"]
    assert verdict == "not tested" and "attribute.methods" in text


def test_tables_are_read_where_they_are(tmp_path, tables):
    (tmp_path / "evaluate").mkdir()
    tables["comparison"].to_csv(tmp_path / "evaluate/comparison.tsv", sep="\t", index=False)
    assert list(read_tables(tmp_path)) == ["comparison"]


@pytest.mark.parametrize("task", ["regression", "classes"])
def test_a_kind_without_answers_of_its_own_is_asked_what_all_are(task, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv(FOLDERS, "")
    monkeypatch.setattr(nascent.kinds, "__path__", [*nascent.kinds.__path__])
    config = yaml.safe_load((ROOT / f"tests/kinds/toy/{task}.yaml").read_text("utf-8"))
    found = answers(recorded(config, tmp_path), {})
    assert len(found) == 3 and found[1].question == "Which features does the model use?"
    assert not re.search(r"\b(cell|channel|well)s?\b", json.dumps([one.question for one in found]))
