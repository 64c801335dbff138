"""The list of failed jobs: each with the error that ended it, as its log tells."""

import logging

import pytest

from nascent.errors import NascentError
from nascent.failures import NO_REASON, Failure, failures_in_words, reason
from nascent.logs import job_log


def test_the_reason_is_the_message_of_the_error(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit), job_log(log):
        logging.getLogger("nascent.crops").info("well 1 of 2")
        raise NascentError("the column 'x' is missing", where="pixels.tsv")
    assert reason([log]) == "pixels.tsv: the column 'x' is missing."


def test_of_a_defect_the_reason_is_the_last_line_of_its_traceback(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError), job_log(log):
        1 / 0  # noqa: B018
    assert reason([log]) == "ZeroDivisionError: division by zero"


def test_a_job_that_was_killed_left_no_reason(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("10:00:00 INFO nascent.train: epoch 1/60\n")
    assert reason([log, tmp_path / "none.log"]) == NO_REASON


def test_the_list_names_job_reason_log_and_the_command_to_go_on(tmp_path):
    log = tmp_path / "crops.log"
    log.write_text("10:00:00 ERROR nascent: B02/pixels.tsv: it has no rows.\n")
    failures = [Failure("Crop the nuclei of well B02", (str(log),))]
    said = list(failures_in_words(failures, 3, "snakemake --profile profiles/local"))
    assert said == [
        "1 job failed:",
        "  Crop the nuclei of well B02",
        "    reason: B02/pixels.tsv: it has no rows.",
        f"    log: {log}",
        "3 jobs did not run.",
        "What is made stays. Once the cause is mended, go on with:",
        "  snakemake --profile profiles/local",
    ]


def test_of_very_many_failures_the_first_are_listed_and_the_rest_counted():
    said = list(failures_in_words([Failure(f"job {n}", ()) for n in range(50)], 0, "snakemake"))
    assert said[0] == "50 jobs failed:"
    assert "  and 30 more." in said
    assert len(said) < 70
