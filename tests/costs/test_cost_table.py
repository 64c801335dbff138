"""Hours and shares of planted jobs, computed by hand."""

import numpy as np
import pandas as pd
import pytest

from nascent.costs.benchmarks import BENCHMARKS
from nascent.costs.table import COSTS, by_stage, cost_table
from nascent.stages import stages_of

NAN = np.nan
JOBS = pd.DataFrame(
    [
        # rule, wildcards, s, CPU s, peak MB, threads, asked MB, GPUs
        ("train", {"seed": "1"}, 3600, 5400, 1500, 2, 2000, 1),
        ("train", {"seed": "2"}, 1800, 1800, 1000, 2, 4000, 1),
        ("crops", {"well": "A"}, 900, 450, 500, 1, 1000, 0),
        ("crops", {"well": "B"}, 0.5, NAN, NAN, 1, 1000, 0),
        ("crops_gather", {}, 360, NAN, NAN, NAN, NAN, NAN),
    ],
    columns=list(BENCHMARKS),
)


def test_each_rule_has_its_hours_and_shares():
    table = cost_table(JOBS).set_index("rule")
    assert (*("rule",), *table) == COSTS
    assert list(table.index) == ["train", "crops", "crops_gather"]
    train = table.loc["train"]
    assert train["jobs"] == train["sampled"] == 2
    assert train["wall_hours"] == 1.5
    assert train["cpu_hours"] == 2.0
    assert train["gpu_hours"] == 1.5
    assert train["longest_minutes"] == 60
    assert train["peak_memory_mb"] == 1500
    assert train["asked_memory_mb"] == 4000
    # 1500 of 2000 MB, not 1500 of the largest that any asked for.
    assert train["memory_used"] == 0.75
    # 7200 s of 2 × 5400 s.
    assert train["cpu_used"] == pytest.approx(2 / 3)


def test_a_job_that_was_not_sampled_counts_in_time_alone():
    crops = cost_table(JOBS).set_index("rule").loc["crops"]
    assert crops["jobs"] == 2
    assert crops["sampled"] == 1
    assert crops["wall_hours"] == pytest.approx(900.5 / 3600)
    assert crops["cpu_used"] == 0.5
    assert crops["gpu_hours"] == 0


def test_what_nobody_told_is_missing_and_not_zero():
    gather = cost_table(JOBS).set_index("rule").loc["crops_gather"]
    assert gather["wall_hours"] == 0.1
    told = ["cpu_hours", "gpu_hours", "peak_memory_mb", "asked_memory_mb", "memory_used"]
    assert gather[[*told, "cpu_used"]].isna().all()


def test_stages_come_in_their_order_with_their_sum():
    table = by_stage(cost_table(JOBS), stages_of("crops"))
    assert list(table["stage"]) == ["crops", "train", "all"]
    assert list(table["jobs"]) == [3, 2, 5]
    assert table["wall_hours"].to_numpy() == pytest.approx([1260.5 / 3600, 1.5, 6660.5 / 3600])
    assert table["gpu_hours"].to_numpy() == pytest.approx([0, 1.5, 1.5])
    assert list(table["peak_memory_mb"]) == [500, 1500, 1500]


def test_a_stage_that_nobody_knows_comes_last_and_is_not_lost():
    table = by_stage(cost_table(JOBS.replace({"crops": "windows"})), stages_of("crops"))
    assert list(table["stage"]) == ["crops", "train", "windows", "all"]
    assert table["jobs"].iloc[-1] == 5


def test_of_no_jobs_there_is_an_empty_table():
    table = cost_table(JOBS.iloc[:0])
    assert tuple(table) == COSTS
    assert table.empty
