"""A study as an RO-Crate: what is in it, what it says, and the musts of its profiles."""

import datetime
import json
import os
import zipfile
from pathlib import Path

import pytest
import yaml
from rocrate.rocrate import ROCrate
from typer.testing import CliRunner

from nascent import provenance
from nascent.cli import app
from nascent.config.outline import outline_of
from nascent.config.record import plain_record
from nascent.crate.build import UNSTATED, write_crate
from nascent.crate.contents import result_files
from nascent.crate.entities import PROFILES
from nascent.errors import ConfigError, OutputError, ResultError
from nascent.integrity import made
from nascent.report.record import write_study_record
from nascent.study_record import FILE

PUBLISH = {
    "title": "Speckles & rate <b>",
    "authors": [
        {"name": "Ada Lovelace", "orcid": "0000-0002-1825-0097", "affiliation": "Turin"},
        {"name": "Carl"},
    ],
    "licence": "CC-BY-4.0",
}
TABLE = "evaluate/comparison.tsv"


@pytest.fixture
def workflow(tmp_path):
    root = tmp_path / "workflow"
    for name in ("Snakefile", "rules/train.smk", "src/nascent/a.py", "LICENSE"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n")
    (root / "src/nascent/__pycache__").mkdir()
    (root / "src/nascent/__pycache__/a.pyc").write_text("")
    return root


@pytest.fixture
def study(root, tmp_path, monkeypatch):
    """Results of a study, as small as can be."""
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config/config.yaml").read_text("utf-8"))
    folder = tmp_path / "results" / "demo"
    record = plain_record(outline_of(config | {"publish": PUBLISH}))
    write_study_record(record, "1.2.3", folder / FILE)
    for name in (
        TABLE,
        "figures/cnn/use.svg",
        "report.html",
        "crops/demo_A01.h5",
        "crops/quality.tsv",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    provenance.write(
        folder / TABLE, {**made(folder / TABLE), "versions": {"numpy": "2.0", "snakemake": "9.1"}}
    )
    os.utime(folder / FILE, (1_600_000_000, 1_600_000_000))
    return folder


def graph(crate: Path) -> dict[str, dict]:
    entities = json.loads((crate / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    return {one["@id"]: one for one in entities}


def listed(value) -> list[str]:
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


def test_the_crate_keeps_what_its_profiles_demand(study, workflow, tmp_path):
    write_crate(study, tmp_path / "out", workflow=workflow)
    found = graph(tmp_path / "out")
    root, descriptor = found["./"], found["ro-crate-metadata.json"]
    # RO-Crate 1.1.
    assert "https://w3id.org/ro/crate/1.1" in listed(descriptor["conformsTo"])
    assert descriptor["about"] == {"@id": "./"} and root["@type"] == "Dataset"
    assert root["name"] == PUBLISH["title"] and root["description"]
    assert root["datePublished"] == "2023-11-14"
    assert found[root["license"]["@id"]]["name"] == "CC-BY-4.0"
    assert found[root["license"]["@id"]]["@id"] == "https://spdx.org/licenses/CC-BY-4.0"
    for entity in found.values():
        if "File" in entity["@type"] and entity["@id"] != "ro-crate-metadata.json":
            assert (tmp_path / "out" / entity["@id"]).is_file() and entity["@id"] in listed(
                root["hasPart"]
            )
            assert entity["encodingFormat"]
    # Process Run Crate, Workflow Run Crate, Workflow RO-Crate.
    assert listed(root["conformsTo"]) == list(PROFILES)
    for address in PROFILES:
        assert found[address]["@type"] == "CreativeWork" and found[address]["version"]
    main = found[root["mainEntity"]["@id"]]
    assert set(main["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    language = found[main["programmingLanguage"]["@id"]]
    assert language["@type"] == "ComputerLanguage" and language["name"] == "Snakemake"
    (run,) = listed(root["mentions"])
    action = found[run]
    assert action["@type"] == "CreateAction" and listed(action["instrument"]) == ["Snakefile"]
    assert action["agent"] == {"@id": "https://orcid.org/0000-0002-1825-0097"}
    assert set(listed(action["object"])) == {"config.yaml", "inputs/wells.tsv"}
    assert f"results/demo/{TABLE}" in listed(action["result"])
    for name in listed(main["input"]):
        parameter = found[name]
        assert parameter["@type"] == "FormalParameter" and parameter["additionalType"] == "File"
        assert found[parameter["workExample"]["@id"]]["exampleOfWork"] == {"@id": name}
    # Every entity that is named is there.
    for entity in found.values():
        for value in entity.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    assert one["@id"] in found or "://" in one["@id"]


def test_tables_figures_pages_and_code_are_packed_and_large_files_are_not(
    study, workflow, tmp_path
):
    write_crate(study, tmp_path / "out", workflow=workflow)
    packed = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert packed == {
        *("README.md", "config.yaml", "methods.txt", "references.bib", "ro-crate-metadata.json"),
        *("Snakefile", "LICENSE", "rules/train.smk", "src/nascent/a.py", "inputs/wells.tsv"),
        *(f"results/demo/{name}" for name in (FILE, TABLE, "figures/cnn/use.svg", "report.html")),
        "results/demo/crops/quality.tsv",
    }
    found = graph(tmp_path / "out")
    assert found[f"results/demo/{TABLE}"]["sha256"] == made(study / TABLE)["sha256"]
    assert found["https://pypi.org/project/numpy/2.0/"]["softwareVersion"] == "2.0"
    config = yaml.safe_load((tmp_path / "out/config.yaml").read_text("utf-8"))
    assert config["study"] == "demo" and config["publish"]["title"] == PUBLISH["title"]
    assert "Expected Gradients" in (tmp_path / "out/methods.txt").read_text("utf-8")


def test_a_crate_is_read_back_and_equal_studies_give_equal_crates(study, workflow, tmp_path):
    write_crate(study, tmp_path / "one", workflow=workflow)
    write_crate(study, tmp_path / "two.zip", workflow=workflow)
    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        archive.extractall(tmp_path / "two")
    metadata = [tmp_path / name / "ro-crate-metadata.json" for name in ("one", "two")]
    assert metadata[0].read_bytes() == metadata[1].read_bytes()
    crate = ROCrate(tmp_path / "two")
    assert crate.mainEntity.id == "Snakefile" and crate.name == PUBLISH["title"]
    assert [author["name"] for author in crate.root_dataset["author"]] == ["Ada Lovelace", "Carl"]


def test_licence_and_day_may_be_given(study, workflow, tmp_path):
    day = datetime.date(2024, 2, 29)
    write_crate(
        study, tmp_path / "a", workflow=workflow, licence="https://example.org/x", published=day
    )
    root = graph(tmp_path / "a")["./"]
    assert root["license"]["@id"] == "https://example.org/x"
    assert root["datePublished"] == "2024-02-29"
    with pytest.raises(ConfigError, match=r"identifier of SPDX.*CC-BY-4\.0"):
        write_crate(study, tmp_path / "b", workflow=workflow, licence="CC BY 4.0")
    assert not (tmp_path / "b").exists()


def test_hidden_files_of_the_study_are_left_out_and_a_hidden_folder_around_it_is_not(study):
    around = study.parent.rename(study.parent.parent / ".kept")
    hidden = around / "demo" / ".snakemake" / "cells.tsv"
    hidden.parent.mkdir()
    hidden.write_text("id\n")
    found = result_files(around / "demo")
    assert Path(FILE) in found and Path("report.html") in found
    assert Path(".snakemake/cells.tsv") not in found


def test_a_crate_without_licence_or_authors_says_so(study, workflow, tmp_path, monkeypatch):
    record = json.loads((study / FILE).read_text("utf-8"))
    # As an older nascent wrote it.
    del record["config"]["publish"], record["config"]["embed"]
    (study / FILE).write_text(json.dumps(record))
    done = _in(workflow, monkeypatch, "crate", str(study))
    assert done.exit_code == 0 and UNSTATED in done.output, done.output
    with zipfile.ZipFile(workflow / "demo.crate.zip") as archive:
        text = archive.read("ro-crate-metadata.json").decode()
    root = next(one for one in json.loads(text)["@graph"] if one["@id"] == "./")
    assert root["license"] == UNSTATED and "author" not in root and root["name"] == "Study demo"


def _in(folder, monkeypatch, *words):
    monkeypatch.chdir(folder)
    return CliRunner().invoke(app, list(words))


def test_what_is_no_orcid_is_told_what_one_is(root, monkeypatch):
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config/config.yaml").read_text("utf-8"))
    author = {"name": "Ada Lovelace", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    with pytest.raises(ConfigError, match=r"authors\.0\.orcid.*sixteen digits in four groups"):
        outline_of(config | {"publish": {"authors": [author]}})
    named = config | {"train": {"models": {"a b": {"architecture": "linear"}}}}
    with pytest.raises(ConfigError, match="a name begins with a letter or a digit"):
        outline_of(named)


def test_what_cannot_be_packed_is_refused(study, workflow, tmp_path):
    with pytest.raises(OutputError, match="there already"):
        write_crate(study, tmp_path, workflow=workflow)
    with pytest.raises(ResultError, match="no Snakefile"):
        write_crate(study, tmp_path / "out", workflow=tmp_path)
    with pytest.raises(ResultError, match="holds no study"):
        write_crate(study / "evaluate", tmp_path / "out", workflow=workflow)
    (study / TABLE).write_text("changed\n")
    with pytest.raises(ResultError, match="changed after it was made"):
        write_crate(study, tmp_path / "out", workflow=workflow)
    assert not (tmp_path / "out").exists()


def test_a_study_that_has_not_begun_has_nothing_to_pack(study, workflow, tmp_path):
    empty = tmp_path / "results" / "empty"
    empty.mkdir()
    (empty / FILE).write_bytes((study / FILE).read_bytes())
    with pytest.raises(ResultError, match="no tables, figures or pages yet"):
        write_crate(empty, tmp_path / "out", workflow=workflow)
