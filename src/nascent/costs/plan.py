"""The plan of a study: its jobs as Snakemake tells them, and what they will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.costs.benchmarks import by_own_words, by_patterns, read_benchmarks
from nascent.costs.disk import Disk, disk
from nascent.costs.estimate import HERE, NO_MEASUREMENT, Past, PlannedJob, estimate
from nascent.costs.facts import Facts, facts_of, facts_of_results
from nascent.costs.reference import reference
from nascent.costs.schedule import Room, Task, makespan
from nascent.errors import ConfigError
from nascent.files import read_json
from nascent.kind import DEFAULT, kind_of
from nascent.stages import in_order, stage_of, stages_of


@dataclass(frozen=True)
class Plan:
    """A study's jobs, and what is known of its size and past.

    Attributes
    ----------
    jobs
        All of the targets asked for, those that have run too.
    facts
        Of the study.
    expected
        Folds whose examples are not yet split: their shards, and jobs that follow, are counted from
        the config.
    logs, results
        Folders of the study.
    benchmarks
        Rule → pattern of its benchmarks within `logs`.
    room
        What its jobs run on.
    """

    jobs: Sequence[PlannedJob]
    facts: Facts
    expected: Sequence[str]
    logs: Path
    results: Path
    benchmarks: Mapping[str, str]
    room: Room


def read_plan(path: str | Path) -> Plan:
    """Read what `workflow/plan.py` wrote; folders are relative to where that ran."""
    told: Mapping[str, Any] = read_json(path)
    logs = Path(told["logs"])
    return Plan(
        [PlannedJob(**job) for job in told["jobs"]],
        facts_of(told["facts"]),
        told["expected"],
        logs,
        results_of(logs),
        told["benchmarks"],
        Room(**told["room"]),
    )


def results_of(logs: Path) -> Path:
    """Return the results of the study whose logs these are: they lie side by side."""
    return logs.parent.parent / "results" / logs.name


def pasts(plan: Plan, others: Sequence[str | Path]) -> list[Past]:
    """Return what jobs took: of the study itself, then of others, then as shipped with the code.

    Parameters
    ----------
    plan
        Of the study. What its jobs had to do is told by the config with which its costs were summed
        up, where they were, else by that of the plan.
    others
        Folders of logs, `logs/<study>`.

    Raises
    ------
    ConfigError
        Where a folder is not there, or no benchmark in it names its rule.
    """
    own = read_benchmarks(plan.logs, by_patterns(plan.benchmarks))
    found = [Past(HERE, own, facts_of_results(plan.results) or plan.facts)]
    for logs in map(Path, others):
        measured = read_benchmarks(logs, by_own_words)
        if measured.empty:
            raise ConfigError(
                "there is no benchmark that names its rule",
                where=logs,
                mend="Name the folder of a study's logs, such as logs/demo. One that ran without"
                " `benchmark-extended: true` (profiles/default) tells nothing of others.",
            )
        found.append(Past(logs.name, measured, facts_of_results(results_of(logs.absolute()))))
    return [*found, reference()]


def compressions(plan: Plan, known: Sequence[Past], others: Sequence[str | Path]):
    """Return name, results and size of each study whose files tell how well pixels compress."""
    folders = [plan.results, *(results_of(Path(logs).absolute()) for logs in others)]
    return [
        (past.name, folder, past.facts)
        # The shipped measurements, the last, have no files.
        for past, folder in zip(known[:-1], folders, strict=True)
        if past.facts is not None
    ]


def planned_costs(plan: Plan, others: Sequence[str | Path]) -> tuple[pd.DataFrame, dict[str, Disk]]:
    """Return the estimate of every job (`nascent.costs.estimate`), and the room of each stage."""
    known = pasts(plan, others)
    room = disk(plan.jobs, plan.facts, compressions(plan, known, others))
    return estimate(plan.jobs, plan.facts, known), room


def wall_seconds(plan: Plan, estimates: pd.DataFrame) -> float:
    """Return how long the jobs still to run take beside each other, s; see `makespan`.

    Parameters
    ----------
    plan
        Of the study.
    estimates
        Of its jobs, as `planned_costs` returns them; those that nobody measured take no time.
    """
    seconds = estimates["seconds"].fillna(0)
    tasks = {
        number: Task(float(seconds.iloc[number]), job.threads, frozenset(job.needs))
        for number, job in enumerate(plan.jobs)
        if job.to_run
    }
    return makespan(tasks, plan.room)


STAGE_COSTS = (
    "stage",
    "jobs_to_run",
    "jobs",
    "unmeasured",
    "wall_hours",
    "cpu_hours",
    "gpu_hours",
    "peak_gb",
    "asked_gb",
    "disk_gb",
    "source",
)


def by_stage(
    estimates: pd.DataFrame, room: Mapping[str, Disk], kind: str = DEFAULT
) -> pd.DataFrame:
    """Return the estimate of each stage that has jobs, in order, and of all together.

    Parameters
    ----------
    estimates, room
        As `planned_costs` returns them.
    kind
        Of the study.

    Returns
    -------
    pandas.DataFrame
        The columns of `STAGE_COSTS`. Hours, memory and disk are those of the jobs still to run:
        hours of the measured ones, one after the other; `unmeasured` how many are not among them.
        GB of 1e9 bytes; missing where nothing tells. `disk_gb` of all is the sum of those told.
    """
    stages = estimates["rule"].map(stage_of)
    rows = [
        _row(stage, estimates[stages == stage], [room[stage]] if stage in room else [])
        for stage in in_order(stages, stages_of(kind_of(kind).first_stage))
    ]
    return pd.DataFrame(
        [*rows, _row("all", estimates, list(room.values()))], columns=list(STAGE_COSTS)
    )


def _row(stage: str, jobs: pd.DataFrame, room: Sequence[Disk]) -> dict[str, object]:
    ahead = jobs[jobs["to_run"]]
    told = ahead[ahead["seconds"].notna()]
    return {
        "stage": stage,
        "jobs_to_run": len(ahead),
        "jobs": len(jobs),
        "unmeasured": len(ahead) - len(told),
        "wall_hours": _sum(told["seconds"], ahead) / 3600,
        "cpu_hours": _sum(told["cpu_seconds"], ahead) / 3600,
        "gpu_hours": _sum(told["gpu_seconds"], ahead) / 3600,
        "peak_gb": ahead["peak_mb"].max() / 1000,
        "asked_gb": ahead["mem_mb"].max() / 1000,
        "disk_gb": pd.Series([each.to_write for each in room], dtype=float).sum(min_count=1) / 1e9,
        "source": sources(ahead),
    }


def _sum(values: pd.Series, ahead: pd.DataFrame) -> float:
    """Return the sum; 0 of no jobs, missing where there are jobs and none was measured."""
    return 0.0 if ahead.empty else float(values.sum(min_count=1))


def sources(jobs: pd.DataFrame) -> str:
    """Return where the times of some jobs are from, with how many and how far they were scaled."""
    parts = []
    for source, some in jobs.groupby("source", sort=True):
        factors = some["factor"].dropna()
        scaled = str(source).startswith("scaled") and not factors.empty
        ends = list(dict.fromkeys(f"{end:.2g}" for end in (factors.min(), factors.max())))
        parts.append(
            f"{source} ×{' to ×'.join(ends)} ({len(some)})" if scaled else f"{source} ({len(some)})"
        )
    return ", ".join(sorted(parts, key=lambda part: part.startswith(NO_MEASUREMENT)))
