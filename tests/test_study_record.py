"""The record of a study: what the workflow wrote of it, and what a folder without one is told."""

import json
from pathlib import Path

import pytest
import yaml

from nascent import provenance
from nascent.config.outline import outline_of
from nascent.config.record import plain_record
from nascent.errors import ResultError
from nascent.integrity import made
from nascent.kind import kind_of
from nascent.report.record import write_study_record
from nascent.study_record import FILE, RESULTS_VERSION, read_study_record

TOY = Path(__file__).parent / "kinds" / "toy"


@pytest.fixture
def demo(root, monkeypatch):
    monkeypatch.chdir(root)
    return outline_of(yaml.safe_load((root / "config" / "config.yaml").read_text()))


@pytest.fixture
def folder(demo, tmp_path):
    """Results of a study that has begun."""
    write_study_record(plain_record(demo), "0.1", tmp_path / "demo" / FILE)
    return tmp_path / "demo"


def test_a_study_says_what_it_is_as_its_config_does(demo, folder):
    record = read_study_record(folder)
    assert (record.study, record.kind, record.task) == ("demo", "cells", "regression")
    assert record.config == demo.study.plain()
    assert record.target.label == demo.study.label
    assert record.target.read_out == record.target.name == demo.study.predicted
    assert record.words == kind_of("cells").words
    assert list(record.models) == list(demo.study.train.models)
    assert list(record.methods) == list(demo.study.attribute.methods)
    assert (list(record.folds), record.explained_fold) == (list(demo.folds), next(iter(demo.folds)))
    for name, model in record.models.items():
        assert model.seeds == tuple(demo.study.train.model(name).seeds)
        assert model.features["image"] == tuple(demo.seen[name]["image"])
    for name, method in record.methods.items():
        assert method.options == demo.study.attribute.methods[name].options()


def test_equal_studies_give_equal_files_in_the_order_of_the_config(demo, folder, tmp_path):
    write_study_record(plain_record(demo), "0.1", tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (folder / FILE).read_bytes()
    write_study_record(
        {key: value for key, value in read_study_record(folder).plain().items()
         if key not in ("results_version", "nascent")},
        *("0.1", tmp_path / "back.json"),
    )  # fmt: skip
    back = json.loads((tmp_path / "back.json").read_text())
    assert back == json.loads((folder / FILE).read_text())


@pytest.mark.parametrize("task", ["regression", "classes"])
def test_a_lab_s_own_kind_speaks_its_own_words(root, task, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    monkeypatch.setenv("NASCENT_KINDS", "")
    config = yaml.safe_load((TOY / f"{task}.yaml").read_text())
    outline = outline_of(config | {"study": "toy", "kind": str(TOY)})
    write_study_record(plain_record(outline), "0.1", tmp_path / FILE)
    record = read_study_record(tmp_path)
    assert (record.kind, record.task, record.words.example) == ("toy", task, "gene")
    assert list(record.features) == [spec.name for spec in outline.inputs]
    assert record.target.levels == outline.levels
    assert record.target.read_out == (outline.levels[-1] if outline.levels else record.target.name)


def test_a_folder_that_is_none_or_holds_no_study_says_what_to_give(folder, tmp_path):
    with pytest.raises(ResultError, match="there is no such folder"):
        read_study_record(tmp_path / "nowhere")
    with pytest.raises(ResultError, match=r"holds no study.*Studies in it: demo"):
        read_study_record(tmp_path)
    (folder / "evaluate").mkdir()
    with pytest.raises(ResultError, match=r"It is part of the study in .*demo"):
        read_study_record(folder / "evaluate")
    (tmp_path / "old" / "evaluate").mkdir(parents=True)
    with pytest.raises(ResultError, match=r"`snakemake .*old/study\.json` with the study's config"):
        read_study_record(tmp_path / "old")


def test_results_of_a_newer_version_are_refused_by_name(folder):
    plain = json.loads((folder / FILE).read_text())
    newer = plain | {"results_version": RESULTS_VERSION + 1, "nascent": "9.9", "folds": None}
    (folder / FILE).write_text(json.dumps(newer))
    with pytest.raises(ResultError, match=r"made by nascent 9\.9 .*Install the newer nascent"):
        read_study_record(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"results_version": 1}'])
def test_a_damaged_record_says_so_and_how_to_make_it_anew(folder, text):
    (folder / FILE).write_text(text)
    with pytest.raises(
        ResultError, match=r"is damaged \(.*make it anew: `snakemake .*study\.json`"
    ):
        read_study_record(folder)


def test_a_record_that_was_changed_since_it_was_made_is_refused(folder):
    provenance.write(folder / FILE, {"stage": "report"} | made(folder / FILE))
    read_study_record(folder)
    (folder / FILE).write_text((folder / FILE).read_text().replace("transcription", "translation"))
    with pytest.raises(ResultError, match="changed after it was made"):
        read_study_record(folder)
