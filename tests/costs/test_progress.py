"""Time left of a run whose jobs take what was planted."""

import pytest

from nascent.costs.progress import PRIOR, Progress
from nascent.costs.schedule import Room, Task

JOBS = {
    "train": Task(90, 1),
    "maps": Task(60, 1, frozenset({"train"})),
    "table": Task(10, 1, frozenset({"maps"})),
}


@pytest.fixture
def run():
    progress = Progress(Room(cores=2))
    progress.expect(JOBS, frozenset())
    return progress


def test_before_anything_ran_the_estimates_count(run):
    assert run.left(0) == 160
    assert run.share(0) == 0


def test_a_job_counts_by_its_cost_and_not_as_one_of_three(run):
    run.start("train", 0)
    run.end("train", 90)
    assert run.share(90) == pytest.approx(90 / 160)
    assert run.left(90) == pytest.approx(70)


def test_of_a_running_job_the_time_that_it_has_run_is_gone(run):
    run.start("train", 0)
    assert run.left(40) == pytest.approx(120)
    assert run.share(40) == pytest.approx(40 / 160)


def test_a_job_that_takes_too_long_tells_of_a_slow_machine_before_it_ends(run):
    run.start("train", 0)
    # It may end at any moment; those behind it will take long as well.
    assert run.left(500) == pytest.approx(70 * (500 + PRIOR) / (90 + PRIOR))


def test_a_slow_machine_makes_what_follows_longer(run):
    run.start("train", 0)
    run.end("train", 180)
    scale = (180 + PRIOR) / (90 + PRIOR)
    assert run.left(180) == pytest.approx(70 * scale)


def test_a_job_that_was_quicker_than_expected_owes_nothing(run):
    run.start("train", 0)
    run.end("train", 10)
    assert run.left(10) == pytest.approx(70 * (10 + PRIOR) / (90 + PRIOR))


def test_jobs_that_become_known_later_are_added(run):
    run.start("train", 0)
    run.end("train", 90)
    run.expect(JOBS | {"late": Task(50, 1, frozenset({"table"}))}, frozenset())
    assert run.known == 4
    assert run.left(90) == pytest.approx(120)


def test_the_line_says_what_its_time_does_not_hold(run):
    run.expect(JOBS | {"new": Task(0, 1)}, frozenset({"new"}))
    assert run.line(0) == (
        "0% of the work is done, about 2 min 40 s left, without 1 job that nobody has timed yet."
    )
    run.end("new", 1)
    assert run.line(1) == "0% of the work is done, about 2 min 40 s left."
