"""What jobs to come will take, from what jobs like them took."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.costs.facts import Facts
from nascent.costs.work import WORK, kind, work
from nascent.errors import NascentError

NO_MEASUREMENT = "no measurement"
HERE = "here"
"""The past of the study that is planned."""

ALIKE = 0.05
"""Work that differs by less is called the same."""


@dataclass(frozen=True)
class PlannedJob:
    """A job of a study.

    Attributes
    ----------
    rule, wildcards
        What it is.
    to_run
        Whether it still has to run.
    needs
        Places, in the list of the study's jobs, of those that have to end before.
    threads
        Asked for.
    mem_mb, gpu
        Asked for, MB and GPUs; None where the job asks for none or nobody knows yet.
    """

    rule: str
    wildcards: Mapping[str, str]
    to_run: bool
    threads: int
    mem_mb: int | None
    gpu: int | None
    needs: Sequence[int] = ()


@dataclass(frozen=True)
class Past:
    """What jobs took, of this study or another.

    Attributes
    ----------
    name
        Of the study; `here` for the one that is planned.
    benchmarks
        As `nascent.costs.benchmarks.read_benchmarks` returns it.
    facts
        How large the study was; None where nobody knows, and then only jobs of rules whose work
        does not depend on it tell anything.
    """

    name: str
    benchmarks: pd.DataFrame
    facts: Facts | None


@dataclass(frozen=True)
class _Measured:
    """One measured job: its work and what it took."""

    rule: str
    wildcards: Mapping[str, str]
    work: float
    seconds: float
    cpu_seconds: float
    peak_mb: float
    crop: tuple[int, int] | None


ESTIMATES = (
    "rule",
    "to_run",
    "seconds",
    "cpu_seconds",
    "gpu_seconds",
    "peak_mb",
    "mem_mb",
    "source",
    "factor",
)
"""Columns of an estimate. `factor`: work over that of the job it was told from."""


def estimate(jobs: Sequence[PlannedJob], facts: Facts, pasts: Sequence[Past]) -> pd.DataFrame:
    """Return what each job will take, or that nobody knows.

    A job that has run here is told by its own last benchmark, times what its work has grown since.
    Any other is told by the jobs of its kind (`nascent.costs.work.kind`) of the first past that has
    such: their seconds over their work, times its own. Jobs with and without a GPU are two kinds.

    Parameters
    ----------
    jobs
        Of the study.
    facts
        How large it is.
    pasts
        In the order in which they are asked.

    Returns
    -------
    pandas.DataFrame
        One row a job, the columns of `ESTIMATES`. Seconds are missing where nothing was measured;
        `peak_mb` where nothing of this crop and these channels was.
    """
    known = [(past, _measured(past)) for past in pasts]
    rows = []
    for job in jobs:
        row = _told(job, facts, known)
        seconds = row.get("seconds", np.nan)
        rows.append(
            {
                "rule": job.rule,
                "to_run": job.to_run,
                "mem_mb": np.nan if job.mem_mb is None else job.mem_mb,
                "gpu_seconds": seconds * job.gpu if job.gpu else 0.0,
                **row,
            }
        )
    return pd.DataFrame(rows, columns=list(ESTIMATES))


def _measured(past: Past) -> Mapping[tuple[object, ...], list[_Measured]]:
    """Return the measured jobs of a past by their kind, and whether they had a GPU."""
    found: dict[tuple[object, ...], list[_Measured]] = defaultdict(list)
    for row in past.benchmarks.to_dict("records"):
        rule, wildcards = row["rule"], row["wildcards"]
        try:
            like, done, crop = _sized(rule, wildcards, past.facts)
        except (KeyError, ValueError, NascentError):
            # Of a model, method or fold that the study no longer has.
            continue
        job = _Measured(
            rule, wildcards, done, row["seconds"], row["cpu_seconds"], row["peak_mb"], crop
        )
        if done > 0 and not np.isnan(job.seconds):
            found[(*like, row["gpu"] > 0)].append(job)
    return found


def _sized(
    rule: str, wildcards: Mapping[str, str], facts: Facts | None
) -> tuple[tuple[str, ...], float, tuple[int, int] | None]:
    """Return a job's kind, its work, and the places and channels of what it works on."""
    if facts is None:
        if rule in WORK:
            raise KeyError(rule)
        return (rule,), 1.0, None
    channels = facts.inputs(wildcards["model"]) if "model" in wildcards else len(facts.features)
    crop = (facts.pixels, channels)
    return kind(rule, wildcards, facts), work(rule, wildcards, facts), crop


def _told(
    job: PlannedJob,
    facts: Facts,
    known: Sequence[tuple[Past, Mapping[tuple[object, ...], list[_Measured]]]],
) -> dict[str, object]:
    like, todo, crop = _sized(job.rule, job.wildcards, facts)
    for past, measured in known:
        of_kind = measured.get((*like, bool(job.gpu)), [])
        itself = [
            other
            for other in of_kind
            if past.name == HERE and (other.rule, other.wildcards) == (job.rule, job.wildcards)
        ]
        chosen = itself or of_kind
        if not chosen:
            continue
        done = sum(other.work for other in chosen)
        sampled = [other for other in chosen if not np.isnan(other.cpu_seconds)]
        peaks = [other.peak_mb for other in chosen if other.crop == crop]
        factor = todo / (done / len(chosen))
        return {
            "seconds": todo * sum(other.seconds for other in chosen) / done,
            "cpu_seconds": (
                todo
                * sum(other.cpu_seconds for other in sampled)
                / sum(other.work for other in sampled)
                if sampled
                else np.nan
            ),
            "peak_mb": pd.Series(peaks, dtype=float).max(),
            "source": _source(past, bool(itself), factor),
            "factor": factor,
        }
    elsewhere = any((*like, not job.gpu) in measured for _, measured in known)
    where = (" on a GPU" if job.gpu else " without a GPU") if elsewhere else ""
    return {"source": f"{NO_MEASUREMENT}{where}"}


def _source(past: Past, itself: bool, factor: float) -> str:
    if itself and abs(factor - 1) < ALIKE:
        return "measured here"
    return f"scaled from {past.name}"
