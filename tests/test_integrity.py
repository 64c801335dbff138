import os

import pytest

from nascent import integrity, provenance
from nascent.errors import ResultError


@pytest.fixture
def result(tmp_path):
    """A result with its record."""
    path = tmp_path / "cells.tsv"
    path.write_bytes(b"id\n1\n")
    provenance.write(path, integrity.made(path))
    return path


@pytest.fixture
def digests(monkeypatch):
    """The files that are read through, in order."""
    through = []
    digest = provenance.file_digest

    def counted(path):
        through.append(path)
        return digest(path)

    monkeypatch.setattr(provenance, "file_digest", counted)
    return through


def test_a_result_as_it_was_made_is_told_by_its_digest(result):
    assert integrity.checked(result) == provenance.file_digest(result)


@pytest.mark.parametrize("content", [b"", b"id\n", b"id\n2\n", b"id\n1\n2\n"])
def test_a_changed_result_is_refused_with_its_name_and_the_mend(result, content):
    integrity.checked(result)
    result.write_bytes(content)
    # A clock of coarse ticks must not hide that it was written again.
    os.utime(result, ns=(0, result.stat().st_mtime_ns + 1))
    with pytest.raises(ResultError, match=r"cells\.tsv: .*snakemake -f"):
        integrity.checked(result)


def test_what_the_message_says_mends_it(result):
    result.write_bytes(b"mine")
    provenance.sidecar(result).unlink()
    assert integrity.checked(result) is None


def test_a_result_that_is_gone_is_told(result):
    result.unlink()
    with pytest.raises(ResultError, match="gone"):
        integrity.checked(result)


def test_a_file_is_read_through_once_however_many_jobs_read_it(result, digests):
    for _ in range(5):
        integrity.checked(result)
    assert digests == [result]
    os.utime(result, ns=(0, 0))
    for _ in range(5):
        integrity.checked(result)
    assert digests == [result, result]


def test_where_nothing_may_be_written_a_result_is_checked_all_the_same(
    result, digests, file_size_limit
):
    with file_size_limit(0):
        assert integrity.checked(result) == integrity.checked(result)
    assert len(digests) == 2


def test_a_file_without_a_record_has_no_digest(tmp_path):
    (tmp_path / "old.tsv").write_text("a\n")
    assert integrity.checked(tmp_path / "old.tsv") is None
    provenance.write(tmp_path / "old.tsv", {"stage": "crops"})
    assert integrity.checked(tmp_path / "old.tsv") is None
