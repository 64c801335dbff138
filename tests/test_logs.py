import logging

import pytest

from nascent.errors import RawDataError
from nascent.logs import job_log, progress


def test_a_job_that_fails_for_a_known_reason_ends_with_one_message(tmp_path):
    with pytest.raises(SystemExit) as stop, job_log(tmp_path / "job.log"):
        raise RawDataError("the well is gone", where="A01")
    assert stop.value.code == 1
    lines = (tmp_path / "job.log").read_text().splitlines()
    assert len(lines) == 1
    assert "A01: the well is gone." in lines[0]


def test_a_defect_keeps_its_traceback_in_the_log(tmp_path):
    with pytest.raises(ZeroDivisionError), job_log(tmp_path / "job.log"):
        1 / 0  # noqa: B018
    assert "ZeroDivisionError" in (tmp_path / "job.log").read_text()


def test_a_job_on_a_full_disk_ends_with_its_message_though_its_log_cannot_hold_it(
    tmp_path, file_size_limit, capsys
):
    with file_size_limit(10), pytest.raises(SystemExit), job_log(tmp_path / "job.log"):
        raise RawDataError("the disk is full", where="A01")
    assert "A01: the disk is full." in capsys.readouterr().err


def test_progress_passes_everything_on_and_says_when_it_is_done(caplog):
    with caplog.at_level(logging.INFO, logger="nascent"):
        assert list(progress(iter("abc"), total=3, what="cells")) == ["a", "b", "c"]
    assert caplog.messages == ["cells 3/3 (100 %), 0 s left"]


def test_progress_is_told_as_often_as_asked(caplog):
    with caplog.at_level(logging.INFO, logger="nascent"):
        list(progress(range(4), total=4, what="cells", every_seconds=0))
    assert [message.split(",")[0] for message in caplog.messages] == [
        "cells 1/4 (25 %)",
        "cells 2/4 (50 %)",
        "cells 3/4 (75 %)",
        "cells 4/4 (100 %)",
    ]
