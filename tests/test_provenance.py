import pytest

from nascent import provenance
from nascent.errors import ResultError


def test_a_record_tells_config_code_seed_versions_and_what_was_read():
    record = provenance.record(
        "splits", {"by": "cell"}, seed=7, code="abc", inputs={"crops/cells.tsv": "d1"}
    )
    assert record["config"] == {"by": "cell"}
    assert record["seed"] == 7
    assert record["code"] == "abc"
    assert {"python", "nascent", "numpy", "keras"} <= set(record["versions"])
    others = [{"crops/cells.tsv": "d2"}, {"crops/other.tsv": "d1"}]
    told = [provenance.record("splits", {}, inputs=inputs)["inputs"] for inputs in others]
    assert len({record["inputs"], *told}) == 3


def test_a_record_is_the_same_once_it_was_written_and_read(tmp_path):
    told = provenance.record("train", {"options": [{"b": (1, 2), "a": None}]})
    provenance.write(tmp_path / "model", told)
    assert repr(provenance.read(tmp_path / "model")["config"]) == repr(told["config"])


def test_a_record_holds_no_place_of_this_machine():
    config = {"weights": "/home/me/w.keras", "nested": [{"path": "/data/B02"}], "by": "a/b"}
    told = provenance.record("train", config)["config"]
    assert told == {"weights": "w.keras", "nested": [{"path": "B02"}], "by": "a/b"}


@pytest.mark.parametrize(("backend", "named"), [("jax", "jax"), ("tensorflow", "tensorflow")])
def test_the_versions_are_those_of_the_backend_that_computes(backend, named, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    others = {"jax", "tensorflow", "torch"} - {named}
    versions = provenance.record("train", {})["versions"]
    assert any(package.startswith(named) for package in versions)
    assert not any(package.startswith(other) for package in versions for other in others)


def test_a_table_keeps_its_record_beside_it_until_it_is_forgotten(tmp_path):
    path = tmp_path / "metrics.tsv"
    assert provenance.read(path) is None
    provenance.write(path, {"seed": 1})
    provenance.write(path, {"seed": 2})
    assert provenance.read(path) == {"seed": 2}
    provenance.forget(path)
    provenance.forget(path)
    assert provenance.read(path) is None


def test_a_record_that_is_cut_off_is_named(tmp_path):
    path = tmp_path / "metrics.tsv"
    provenance.write(path, {"seed": 1})
    provenance.sidecar(path).write_text('{"se')
    with pytest.raises(ResultError, match=r"metrics\.tsv\.json.*Delete it"):
        provenance.read(path)


def test_a_digest_is_the_published_one_of_its_bytes(tmp_path):
    # SHA-256 of no bytes at all, and of `abc`, as in FIPS 180.
    for content, start in ((b"", "e3b0c44298fc1c14"), (b"abc", "ba7816bf8f01cfea")):
        (tmp_path / "file").write_bytes(content)
        assert provenance.file_digest(tmp_path / "file").startswith(start)
