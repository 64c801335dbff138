"""How far a run is, and how long it still takes: by what its jobs cost, not by their number."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

from nascent.costs.schedule import Room, Task, makespan
from nascent.logs import clock

PRIOR = 30.0
"""Seconds for which the estimates count as if they had been right, until this run tells more."""


class Progress:
    """The jobs of a run as they start and end, each with an estimate of its seconds.

    This run also measures the machine: estimates of the jobs to come are scaled by what the jobs
    that ended took, over what they were estimated to take.

    Parameters
    ----------
    room
        What the jobs run on.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._tasks: dict[Hashable, Task] = {}
        self._unmeasured: frozenset[Hashable] = frozenset()
        self._began: dict[Hashable, float] = {}
        self._took: dict[Hashable, float] = {}

    @property
    def known(self) -> int:
        """How many jobs the run is known to have."""
        return len(self._tasks)

    def expect(self, tasks: Mapping[Hashable, Task], unmeasured: frozenset[Hashable]) -> None:
        """Take all jobs of the run, those that have ended too; again whenever there are more.

        Parameters
        ----------
        tasks
            Name → job; seconds of those that nobody measured are 0.
        unmeasured
            Names of these.
        """
        self._tasks, self._unmeasured = dict(tasks), unmeasured

    def start(self, job: Hashable, now: float) -> None:
        """Note that a job starts at a time, s."""
        self._began[job] = now

    def end(self, job: Hashable, now: float) -> None:
        """Note that a job ends at a time, s."""
        self._took[job] = now - self._began.get(job, now)

    def left(self, now: float) -> float:
        """Return how long the jobs that have not ended will take beside each other, s."""
        scale, tasks = self._scale(now), {}
        for job, task in self._tasks.items():
            if job not in self._took:
                rest = task.seconds * scale - self._spent(job, now)
                tasks[job] = replace(task, seconds=max(rest, 0.0))
        return makespan(tasks, self._room)

    def share(self, now: float) -> float:
        """Return the share of the work that is done at a time, 0 to 1."""
        scale, done, total = self._scale(now), 0.0, 0.0
        for job, task in self._tasks.items():
            expected = task.seconds * scale
            spent = expected if job in self._took else min(self._spent(job, now), expected)
            done += spent * task.threads
            total += expected * task.threads
        return done / total if total > 0 else 0.0

    def line(self, now: float) -> str:
        """Return in words how far the run is, and how many jobs its time does not hold."""
        waiting = len(self._unmeasured - set(self._took))
        jobs = "1 job" if waiting == 1 else f"{waiting} jobs"
        more = f", without {jobs} that nobody has timed yet" if waiting else ""
        return (
            f"{self.share(now):.0%} of the work is done, about {clock(self.left(now))} left{more}."
        )

    def _spent(self, job: Hashable, now: float) -> float:
        """Return for how long a job has run, s; 0 of one that has not started."""
        return self._took.get(job, now - self._began.get(job, now))

    def _scale(self, now: float) -> float:
        """Return how much longer jobs take here than they were estimated to.

        A job that has not ended counts once it takes longer than estimated.
        """
        took = estimated = PRIOR
        for job, task in self._tasks.items():
            spent = self._spent(job, now)
            if task.seconds > 0 and (job in self._took or spent > task.seconds):
                took += spent
                estimated += task.seconds
        return took / estimated
