"""Jobs beside each other: known schedules, and the bounds that hold for every one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.costs.schedule import Room, Task, makespan


def test_a_chain_takes_its_sum_however_many_cores_there_are():
    chain = {1: Task(3, 1), 2: Task(4, 1, frozenset({1})), 3: Task(5, 1, frozenset({2}))}
    assert makespan(chain, Room(cores=8)) == 12


@pytest.mark.parametrize(("cores", "expected"), [(1, 12), (2, 6), (4, 3), (None, 3)])
def test_jobs_apart_share_the_cores(cores, expected):
    assert makespan({name: Task(3, 1) for name in range(4)}, Room(cores)) == expected


def test_a_job_of_all_cores_waits_for_all_of_them():
    tasks = {"small": Task(2, 1), "large": Task(3, 2)}
    assert makespan(tasks, Room(cores=2)) == 5


def test_a_job_that_asks_for_more_cores_than_there_are_has_all_of_them():
    assert makespan({"large": Task(3, 16)}, Room(cores=2)) == 3


def test_a_cluster_runs_as_many_jobs_as_it_may():
    assert makespan({name: Task(3, 4) for name in range(4)}, Room(cores=None, jobs=2)) == 6


def test_the_longest_chain_starts_first():
    tasks = {"short": Task(1, 1), "other": Task(1, 1), "first": Task(2, 1)}
    tasks["last"] = Task(2, 1, frozenset({"first"}))
    assert makespan(tasks, Room(cores=2)) == 4


def test_what_is_needed_and_need_not_run_is_not_waited_for():
    assert makespan({"b": Task(2, 1, frozenset({"done"}))}, Room(cores=1)) == 2


def test_of_no_jobs_there_is_nothing_to_wait_for():
    assert makespan({}, Room(cores=2)) == 0


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3), st.sets(st.integers(0, 9)))),
    st.integers(1, 4),
)
def test_no_schedule_beats_its_work_or_takes_longer_than_one_job_after_the_other(jobs, cores):
    tasks = {
        number: Task(seconds, threads, frozenset(need for need in needs if need < number))
        for number, (seconds, threads, needs) in enumerate(jobs)
    }
    found = makespan(tasks, Room(cores))
    work = sum(task.seconds * min(task.threads, cores) for task in tasks.values())
    assert work / cores <= found + 1e-9
    assert found <= sum(task.seconds for task in tasks.values())
