import os
import shutil

import pytest

from nascent import integrity, jobs, provenance, staging
from nascent.errors import ResultError


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A store and a disk of the node, of which jobs are told."""
    # What is set here is undone after the test, and so is what `tell` sets in its place.
    monkeypatch.setenv(staging.VARIABLE, "")
    store, scratch = tmp_path / "store", tmp_path / "scratch"
    staging.tell(scratch, store)
    return store, scratch


@pytest.fixture
def copied(places):
    """A result in the store, with its record, and a copy of it with the same time."""
    store, scratch = (place / "results" / "mine" / "crops" / "cells.tsv" for place in places)
    for path in (store, scratch):
        path.parent.mkdir(parents=True)
    store.write_text("id\n1\n")
    provenance.write(store, {"seed": 1} | integrity.made(store))
    shutil.copy2(store, scratch)
    return store, scratch


def test_where_nothing_is_staged_a_file_is_its_own_origin(tmp_path):
    environment = {}
    staging.tell(None, None, environment)
    assert environment == {}
    assert staging.origin_of(tmp_path / "a", environment) == tmp_path / "a"
    assert not staging.is_copy(tmp_path / "a", environment)


def test_a_copy_is_told_from_other_files_and_led_back_to_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environment = {}
    staging.tell("scratch/fs", "/", environment)
    copy = "scratch/fs/data/results/mine/a.tsv"
    assert str(staging.origin_of(copy, environment)) == "/data/results/mine/a.tsv"
    assert str(staging.origin_of(tmp_path / copy, environment)) == "/data/results/mine/a.tsv"
    for other in ("scratch/a.tsv", "scratch/fs2/a.tsv", "results/mine/a.tsv"):
        assert not staging.is_copy(other, environment)
    monkeypatch.chdir("/")
    assert staging.is_copy(tmp_path / copy, environment)


def test_what_was_said_before_is_forgotten(tmp_path):
    environment = {}
    staging.tell(tmp_path, "/", environment)
    staging.tell(None, None, environment)
    assert environment == {}


def test_a_job_keeps_the_record_beside_the_result_and_not_beside_its_copy(
    places, tmp_path, described
):
    store, scratch = places
    copy = scratch / "results" / "mine" / "crops" / "cells.tsv"
    with jobs.job(described(log=tmp_path / "log", output=[copy], params={"seed": 1})):
        copy.parent.mkdir(parents=True)
        copy.write_text("id\n")
    kept = provenance.read(store / "results" / "mine" / "crops" / "cells.tsv")
    assert kept["artefact"] == "crops/cells.tsv"
    assert kept["sha256"] == provenance.file_digest(copy)
    assert not list(scratch.rglob(provenance.FOLDER))


def test_a_copy_is_checked_against_the_record_of_the_result(copied):
    store, scratch = copied
    assert integrity.checked(scratch) == provenance.file_digest(store)
    # As a copy that went wrong would be: as long, as old, and other bytes.
    status = scratch.stat()
    scratch.write_text("id\n2\n")
    os.utime(scratch, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(ResultError, match="other bytes") as refused:
        integrity.checked(scratch)
    assert str(store) in str(refused.value)
    assert "`snakemake -f results/mine/crops/cells.tsv`" in str(refused.value)


def test_a_result_made_anew_elsewhere_is_no_changed_copy(copied):
    store, scratch = copied
    integrity.checked(scratch)
    store.write_text("id\n1\n2\n")
    provenance.write(store, {"seed": 2} | integrity.made(store))
    shutil.copy2(store, scratch)
    assert integrity.checked(scratch) == provenance.file_digest(store)


def test_a_copy_from_where_no_file_system_is_has_no_record_and_is_used_unchecked(
    tmp_path, monkeypatch, described
):
    monkeypatch.setenv(staging.VARIABLE, "")
    staging.tell(tmp_path / "s3", None)
    copy = tmp_path / "s3" / "results" / "mine" / "crops" / "cells.tsv"
    with jobs.job(described(log=tmp_path / "log", output=[copy], params={"seed": 1})):
        copy.parent.mkdir(parents=True)
        copy.write_text("id\n")
    assert provenance.read(copy) is None
    assert integrity.checked(copy) is None
    assert not list(tmp_path.rglob(provenance.FOLDER))
