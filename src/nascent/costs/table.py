"""What each rule of a study cost: hours, memory, and how much of what it asked for it used."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nascent.stages import in_order, stage_of

COSTS = (
    "rule",
    "jobs",
    "wall_hours",
    "cpu_hours",
    "gpu_hours",
    "longest_minutes",
    "peak_memory_mb",
    "asked_memory_mb",
    "memory_used",
    "cpu_used",
    "sampled",
)
SECONDS_AN_HOUR = 3600


def cost_table(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Return what each rule cost, the dearest first.

    Parameters
    ----------
    benchmarks
        As `read_benchmarks` returns it.

    Returns
    -------
    pandas.DataFrame
        The columns of `COSTS`. Hours are sums over jobs; `gpu_hours` wall time × GPUs asked for;
        `memory_used` the largest share of its memory that a job took; `cpu_used` CPU time over
        wall time × threads, of the jobs that have both; `sampled` jobs whose memory and CPU time
        were measured. What no job tells is missing.
    """
    rows = [_of_rule(str(rule), jobs) for rule, jobs in benchmarks.groupby("rule", sort=True)]
    table = pd.DataFrame(rows, columns=list(COSTS))
    return table.sort_values("wall_hours", ascending=False, kind="stable", ignore_index=True)


def by_stage(costs: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """Return jobs, hours and peak memory of each stage that has jobs, in order, and of all.

    Parameters
    ----------
    costs
        As `cost_table` returns it.
    stages
        Of the study, in order; jobs of others come last.
    """
    sums = ["jobs", "wall_hours", "cpu_hours", "gpu_hours"]
    stage = costs["rule"].map(stage_of)
    found = costs.groupby(stage)[sums].sum(min_count=1)
    found = found.reindex(in_order(found.index, stages))
    found["peak_memory_mb"] = costs.groupby(stage)["peak_memory_mb"].max()
    found = found.dropna(subset="jobs").astype({"jobs": int})
    whole = pd.DataFrame(
        {
            **{name: [found[name].sum(min_count=1)] for name in sums},
            "peak_memory_mb": [found["peak_memory_mb"].max()],
        },
        index=["all"],
    )
    return pd.concat([found, whole]).rename_axis("stage").reset_index()


def _of_rule(rule: str, jobs: pd.DataFrame) -> dict[str, object]:
    seconds, threads = jobs["seconds"], jobs["threads"]
    had_gpu = jobs["gpu"].notna()
    both = jobs["cpu_seconds"].notna() & threads.notna()
    room = (seconds * threads)[both].sum()
    return {
        "rule": rule,
        "jobs": len(jobs),
        "wall_hours": seconds.sum() / SECONDS_AN_HOUR,
        "cpu_hours": jobs["cpu_seconds"].sum(min_count=1) / SECONDS_AN_HOUR,
        "gpu_hours": (seconds * jobs["gpu"])[had_gpu].sum(min_count=1) / SECONDS_AN_HOUR,
        "longest_minutes": seconds.max() / 60,
        "peak_memory_mb": jobs["peak_mb"].max(),
        "asked_memory_mb": jobs["mem_mb"].max(),
        "memory_used": (jobs["peak_mb"] / jobs["mem_mb"]).max(),
        "cpu_used": jobs.loc[both, "cpu_seconds"].sum() / room if room > 0 else np.nan,
        "sampled": int(jobs["peak_mb"].notna().sum()),
    }
