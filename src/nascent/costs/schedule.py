"""How long jobs take beside each other: the time from the first start to the last end."""

import heapq
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter


@dataclass(frozen=True)
class Task:
    """A job that has to run.

    Attributes
    ----------
    seconds
        How long it takes, s.
    threads
        Cores that it keeps busy.
    needs
        Names of the jobs that have to end before; names of no task are ignored.
    """

    seconds: float
    threads: int
    needs: frozenset[Hashable] = frozenset()


@dataclass(frozen=True)
class Room:
    """What there is to run jobs on.

    Attributes
    ----------
    cores
        Of all jobs at a time; None where a cluster has as many as are asked for.
    jobs
        At a time; None where cores alone limit them.
    """

    cores: int | None
    jobs: int | None = None


def makespan(tasks: Mapping[Hashable, Task], room: Room) -> float:
    """Return the time that jobs take in all, s.

    Whenever there is room, the waiting job starts that is at the head of the longest chain of
    jobs (list scheduling by critical path; Graham, 1969, SIAM J. Appl. Math. 17: 416, bounds how
    far from the best order this can be). Starting jobs takes no time here.

    Parameters
    ----------
    tasks
        Name → job.
    room
        What they run on.
    """
    order = _order(tasks)
    chain = _chains(tasks, order)
    waiting = {name: _needed(task, tasks) for name, task in tasks.items()}
    followers: dict[Hashable, list[Hashable]] = {name: [] for name in tasks}
    for name, needs in waiting.items():
        for need in needs:
            followers[need].append(name)
    place = {name: number for number, name in enumerate(order)}
    ready = [(-chain[name], place[name], name) for name in order if not waiting[name]]
    heapq.heapify(ready)
    running: list[tuple[float, int, Hashable, int]] = []
    free, now = room.cores, 0.0
    while ready or running:
        later = []
        while ready and (room.jobs is None or len(running) < room.jobs):
            first = heapq.heappop(ready)
            threads = _threads(tasks[first[2]], room)
            if free is not None and threads > free:
                later.append(first)
                if free == 0:
                    break
                continue
            if free is not None:
                free -= threads
            end = now + tasks[first[2]].seconds
            heapq.heappush(running, (end, first[1], first[2], threads))
        for first in later:
            heapq.heappush(ready, first)
        now, _, ended, threads = heapq.heappop(running)
        if free is not None:
            free += threads
        for name in followers[ended]:
            waiting[name] = waiting[name] - {ended}
            if not waiting[name]:
                heapq.heappush(ready, (-chain[name], place[name], name))
    return now


def _needed(task: Task, tasks: Mapping[Hashable, Task]) -> frozenset[Hashable]:
    return frozenset(need for need in task.needs if need in tasks)


def _threads(task: Task, room: Room) -> int:
    return task.threads if room.cores is None else min(task.threads, room.cores)


def _order(tasks: Mapping[Hashable, Task]) -> list[Hashable]:
    """Return the names so that each stands behind those that it needs."""
    return list(
        TopologicalSorter(
            {name: _needed(task, tasks) for name, task in tasks.items()}
        ).static_order()
    )


def _chains(tasks: Mapping[Hashable, Task], order: list[Hashable]) -> dict[Hashable, float]:
    """Return the seconds of the longest chain of jobs that begins with each."""
    behind = dict.fromkeys(order, 0.0)
    chain = {}
    for name in reversed(order):
        chain[name] = behind[name] + tasks[name].seconds
        for need in _needed(tasks[name], tasks):
            behind[need] = max(behind[need], chain[name])
    return chain
