import json

import h5py
import pytest

from nascent import provenance
from nascent.errors import ResultError
from nascent.files import write_json
from nascent.jobs import job
from nascent.lineage import lineage, record_of


@pytest.fixture
def study(tmp_path, monkeypatch, described):
    """The folder of a study of three results, each made of the one before."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pixels.tsv").write_text("1\n")
    before = "pixels.tsv"
    for number, name in enumerate(("crops/cells.json", "splits/example/splits.json", "card.json")):
        out = f"results/mine/{name}"
        params = {"size": number, "seed": 7}
        with job(described(name.split("/")[0], "job.log", [before], [out], params)):
            write_json({"made": number}, out)
        before = out
    return tmp_path / "results" / "mine"


def test_a_result_tells_what_made_it_and_what_each_input_was_made_by(study):
    told = lineage(study / "splits" / "example" / "splits.json", whole=False)
    text = "\n".join(told)
    assert "made by: stage splits, code -, seed 7" in text
    assert "size: 1" in text
    assert provenance.file_digest(study / "splits/example/splits.json") in text
    (line,) = [line for line in told if "crops/cells.json" in line]
    assert line.endswith("stage crops, code -, seed 7")


@pytest.mark.parametrize("relative", [True, False])
def test_the_whole_chain_goes_back_to_what_the_user_gave(study, relative):
    first = "results/mine/card.json" if relative else study / "card.json"
    told = lineage(first, whole=True)
    heads = [line for line in told if line and not line.startswith(" ")]
    assert [head.rpartition("mine/")[2] for head in heads] == [
        "card.json",
        "splits/example/splits.json",
        "crops/cells.json",
    ]
    assert "pixels.tsv: given by the user" in told[-1]


def test_inputs_that_are_no_longer_what_was_read_are_told(study, described):
    with job(described("crops", "job.log", ["pixels.tsv"], [study / "crops/cells.json"])):
        write_json({"made": "anew"}, study / "crops/cells.json")
    (study / "splits/example/splits.json").unlink()
    assert "made anew since" in "\n".join(
        lineage(study / "splits/example/splits.json", whole=False)
    )
    assert "removed since" in "\n".join(lineage(study / "card.json", whole=False))


def test_a_record_inside_is_read_where_none_lies_beside(tmp_path):
    record = provenance.record("train", {"a": 1}, seed=3, inputs={"x": "d"})
    with h5py.File(tmp_path / "map.h5", "w") as file:
        file.attrs["provenance"] = json.dumps(record)
    write_json({"provenance": record}, tmp_path / "card.json")
    (tmp_path / "model.keras").write_bytes(b"")
    for name in ("map.h5", "card.json", "model.keras"):
        assert record_of(tmp_path / name) == record
        assert any(record["inputs"] in line for line in lineage(tmp_path / name, whole=True))


def test_a_record_of_an_earlier_version_is_printed_as_far_as_it_goes(tmp_path):
    (tmp_path / "a.tsv").write_text("x\n")
    old = {"stage": "crops", "config": {}, "seed": 1, "versions": {}, "inputs": {"cells": "abc"}}
    provenance.write(tmp_path / "a.tsv", old)
    told = lineage(tmp_path / "a.tsv", whole=True)
    assert "made by: stage crops, code -, seed 1" in told[1]
    assert "abc cells" in told[-1]


def test_a_file_without_a_record_is_told(tmp_path):
    (tmp_path / "old.tsv").write_text("a\n")
    with pytest.raises(ResultError, match="there is no record"):
        lineage(tmp_path / "old.tsv", whole=False)
    with pytest.raises(ResultError, match="there is no such file"):
        lineage(tmp_path / "gone.tsv", whole=False)


def test_a_folder_is_told_that_records_are_of_files(tmp_path):
    with pytest.raises(ResultError, match="this is a folder"):
        lineage(tmp_path, whole=False)
