"""Room of crops, shards and maps, computed by hand."""

import math

import pytest

from nascent.costs.disk import dense_bytes, disk
from nascent.costs.estimate import PlannedJob

SHARD = {"fold": "example", "split": "test", "number": "00000"}
MAPS = {"model": "linear", "seed": "1", "method": "ig", "split": "test", "number": "00000"}
PARTS = [{"part": "p_A01"}, {"part": "p_A02"}]
CELL = 100 * (4 * 2 + 1)  # pixels × (channels × 16 bits, and the mask)


def job(rule, wildcards, to_run=True):
    return PlannedJob(rule, wildcards, to_run, 1, 1000, None)


def test_bytes_without_compression(facts):
    assert dense_bytes("crops", PARTS[0], facts) == 100 * CELL
    assert dense_bytes("shards", SHARD, facts) == 20 * CELL
    assert dense_bytes("attribute", MAPS, facts) == 20 * 100 * 3 * 4
    cam = MAPS | {"model": "simple_cnn", "method": "cam"}
    assert dense_bytes("attribute", cam, facts) == 20 * 100 * 4


def test_without_any_file_the_compression_of_stores_is_assumed_and_that_of_maps_unknown(facts):
    jobs = [job("crops", PARTS[0]), job("crops", PARTS[1], to_run=False), job("attribute", MAPS)]
    room = disk(jobs, facts, [])
    assert set(room) == {"crops", "attribute"}
    assert room["crops"].to_write == pytest.approx(100 * CELL / 6)
    assert room["crops"].whole == pytest.approx(200 * CELL / 6)
    assert "assumed" in room["crops"].source
    assert math.isnan(room["attribute"].whole)
    assert room["attribute"].source == "no measurement"


def test_files_that_are_there_tell_the_compression(facts, tmp_path):
    crops = tmp_path / "crops" / "p_A01.h5"
    maps = tmp_path / "attribute" / "linear" / "1" / "ig" / "test-00000.h5"
    for path, size in ((crops, 100 * CELL // 4), (maps, 12_000)):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x" * size)
    # Of a model that the study does not have: no part of it.
    gone = tmp_path / "attribute" / "gone" / "1" / "ig" / "test-00000.h5"
    gone.parent.mkdir(parents=True)
    gone.write_bytes(b"x" * 5)
    room = disk(
        [job("crops", PARTS[1]), job("attribute", MAPS)], facts, [("demo", tmp_path, facts)]
    )
    assert room["crops"].to_write == pytest.approx(100 * CELL / 4)
    assert room["crops"].source == "4.0× compression measured in demo"
    assert room["attribute"].to_write == pytest.approx(12_000)
