import json

from nascent import provenance


def test_equal_work_makes_equal_records_wherever_and_whenever_it_is_done(tmp_path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "input.tsv").write_text("x\n1\n")
    records = [
        provenance.record("splits", {"by": "cell"}, 7, {"input": tmp_path / name / "input.tsv"})
        for name in ("here", "there")
    ]
    assert records[0] == records[1]
    assert str(tmp_path) not in json.dumps(records[0])


def test_a_record_tells_config_seed_versions_and_what_was_read(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    record = provenance.record("splits", {"by": "cell"}, 7, {"input": tmp_path / "empty"})
    assert record["config"] == {"by": "cell"}
    assert record["seed"] == 7
    assert {"python", "nascent", "numpy", "keras"} <= set(record["versions"])
    # The SHA-256 of no bytes at all, as published.
    assert record["inputs"]["input"].startswith("e3b0c44298fc1c149afbf4c8996fb924")


def test_a_table_keeps_its_record_beside_it(tmp_path):
    provenance.write(tmp_path / "metrics.tsv", {"seed": 1})
    assert provenance.read(tmp_path / "metrics.tsv") == {"seed": 1}
