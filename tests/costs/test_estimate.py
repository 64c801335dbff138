"""Hours of planned jobs from planted measurements, computed by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from nascent.costs.benchmarks import BENCHMARKS
from nascent.costs.estimate import ESTIMATES, Past, PlannedJob, estimate
from nascent.costs.plan import by_stage
from nascent.costs.reference import reference

RUN = {"model": "linear", "fold": "example", "seed": "1"}
OTHER = RUN | {"seed": "2"}


def job(rule, wildcards, to_run=True, mem_mb=2000, gpu=None):
    return PlannedJob(rule, wildcards, to_run, 2, mem_mb, gpu)


def benchmarks(*rows):
    return pd.DataFrame(rows, columns=list(BENCHMARKS))


def measured(rule, wildcards, seconds, cpu=np.nan, peak=np.nan, gpu=0.0):
    return (rule, wildcards, seconds, cpu, peak, 2.0, 2000.0, gpu)


def test_a_job_that_ran_here_is_told_by_its_own_benchmark(facts):
    here = benchmarks(measured("train", RUN, 100, 150, 900), measured("train", OTHER, 300, 400))
    row = estimate([job("train", RUN)], facts, [Past("here", here, facts)]).iloc[0]
    assert tuple(row.index) == ESTIMATES
    assert (row["seconds"], row["cpu_seconds"], row["peak_mb"]) == (100, 150, 900)
    assert row["source"] == "measured here"


def test_one_that_did_not_by_the_others_of_its_kind(facts):
    here = benchmarks(measured("train", RUN, 100), measured("train", OTHER, 300))
    row = estimate([job("train", RUN | {"seed": "3"})], facts, [Past("here", here, facts)]).iloc[0]
    assert row["seconds"] == 200
    assert row["source"] == "scaled from here"


def test_twice_the_epochs_are_twice_the_time(facts, facts_with):
    here = Past("here", benchmarks(measured("train", RUN, 100, 150, 900)), facts)
    longer = facts_with(
        train={"models": {"linear": {"epochs": 10}}}, attribute={}, tune={}, explain={}
    )
    row = estimate([job("train", RUN)], longer, [here]).iloc[0]
    assert (row["seconds"], row["cpu_seconds"], row["factor"]) == (200, 300, 2)
    assert row["source"] == "scaled from here"


def test_another_study_is_scaled_by_cells_pixels_and_channels(facts, facts_with):
    past = Past("demo", benchmarks(measured("train", RUN, 100, peak=900)), facts)
    # Twice the cells of three times the edge: 2 × 9 times the work.
    larger = facts_with(cells=320, crops={"size": 30})
    row = estimate([job("train", RUN)], larger, [past]).iloc[0]
    assert row["seconds"] == pytest.approx(1800)
    assert row["factor"] == pytest.approx(18)
    assert row["source"] == "scaled from demo"
    # Memory of other crops tells nothing.
    assert math.isnan(row["peak_mb"])


def test_a_past_is_asked_before_the_next(facts):
    pasts = [
        Past("here", benchmarks(), facts),
        Past("first", benchmarks(measured("train", RUN, 100)), facts),
        Past("second", benchmarks(measured("train", RUN, 900)), facts),
    ]
    row = estimate([job("train", RUN)], facts, pasts).iloc[0]
    assert (row["seconds"], row["source"]) == (100, "scaled from first")


@pytest.mark.parametrize(
    ("planned", "source"),
    [
        (job("train", RUN | {"model": "simple_cnn"}), "no measurement"),
        (job("evaluate", RUN), "no measurement"),
        (job("train", RUN, gpu=1), "no measurement on a GPU"),
    ],
    ids=["another architecture", "another rule", "another device"],
)
def test_what_nobody_measured_has_no_number(facts, planned, source):
    past = Past("demo", benchmarks(measured("train", RUN, 100)), facts)
    row = estimate([planned], facts, [past]).iloc[0]
    assert row["source"] == source
    assert row[["seconds", "cpu_seconds", "peak_mb", "factor"]].isna().all()


def test_gpu_hours_are_wall_times_gpus(facts):
    past = Past("demo", benchmarks(measured("train", RUN, 3600, gpu=2.0)), facts)
    row = estimate([job("train", RUN, gpu=2)], facts, [past]).iloc[0]
    assert row["gpu_seconds"] == 7200


def test_a_study_of_unknown_size_tells_only_what_does_not_depend_on_it(facts):
    rows = benchmarks(measured("train", RUN, 100), measured("report_study", {}, 4))
    told = estimate([job("train", RUN), job("report_study", {})], facts, [Past("old", rows, None)])
    assert list(told["source"]) == ["no measurement", "scaled from old"]
    assert told["seconds"].iloc[1] == 4


def test_measured_jobs_of_what_the_study_no_longer_has_are_left_out(facts):
    rows = benchmarks(measured("train", RUN | {"model": "gone"}, 1), measured("train", RUN, 50))
    (row,) = estimate([job("train", RUN)], facts, [Past("here", rows, facts)]).to_dict("records")
    assert row["seconds"] == 50


def test_stages_sum_the_jobs_to_run_and_count_what_nobody_measured(facts):
    rows = benchmarks(measured("train", RUN, 1800, 3600, 1500), measured("report_study", {}, 36))
    jobs = [
        job("train", RUN, mem_mb=5000),
        job("train", OTHER, mem_mb=6000),
        job("train", RUN | {"model": "simple_cnn"}, mem_mb=None),
        job("report_study", {}, to_run=False),
        job("evaluate", RUN),
    ]
    table = by_stage(estimate(jobs, facts, [Past("demo", rows, facts)]), {}).set_index("stage")
    assert list(table.index) == ["train", "evaluate", "report", "all"]
    train = table.loc["train"]
    assert (train["jobs_to_run"], train["jobs"], train["unmeasured"]) == (3, 3, 1)
    assert (train["wall_hours"], train["cpu_hours"], train["gpu_hours"]) == (1, 2, 0)
    assert (train["peak_gb"], train["asked_gb"]) == (1.5, 6)
    assert train["source"] == "scaled from demo ×1 (2), no measurement (1)"
    # Nobody knows is not nothing; nothing to do is.
    assert math.isnan(table.loc["evaluate", "wall_hours"])
    assert table.loc["report", "wall_hours"] == 0
    assert table.loc["all", "jobs_to_run"] == 4
    assert table.loc["all", "unmeasured"] == 2
    assert table.loc["all", "wall_hours"] == 1


def test_the_shipped_measurements_know_every_kind_of_job_of_the_demo():
    shipped = reference()
    jobs = [
        PlannedJob(row["rule"], row["wildcards"], True, 1, 1000, None)
        for row in shipped.benchmarks.to_dict("records")
    ]
    estimates = estimate(jobs, shipped.facts, [shipped])
    assert estimates["seconds"].notna().all()
    # A job is not told by itself but by its kind: together they take what they took.
    assert estimates["seconds"].sum() == pytest.approx(shipped.benchmarks["seconds"].sum())
