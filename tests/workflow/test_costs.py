"""What Snakemake tells of a study's jobs before it runs, and what its benchmarks tell after."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest

from nascent.costs.benchmarks import by_patterns, read_benchmarks
from nascent.costs.plan import by_stage, planned_costs, read_plan
from nascent.costs.table import COSTS

pytestmark = pytest.mark.slow

TINY = ("--configfile", "config/tiny.yaml")


def ask(checkout, *arguments):
    """Return what `workflow/plan.py` tells of a checkout's study."""
    told = checkout.path / "told.json"
    command = [sys.executable, "workflow/plan.py", str(told), "-n", *arguments]
    done = subprocess.run(
        command, cwd=checkout.path, env=checkout.environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(told.read_text())


def of_jobs(told, to_run=True):
    """Return rule and wildcards of the jobs that have, or have not, to run."""
    jobs = [job for job in told["jobs"] if job["to_run"] is to_run]
    return sorted((job["rule"], "/".join(job["wildcards"].values())) for job in jobs)


def costs_of(checkout):
    return pd.read_csv(checkout.results() / "report" / "costs.tsv", sep="\t")


def nascent(checkout, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "nascent.cli", *arguments],
        cwd=checkout.path,
        env=checkout.environment(),
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_jobs_planned_for_a_fresh_study_are_those_that_run(unrun, finished, tmp_path):
    fresh = ask(unrun.clone(tmp_path / "fresh"), *TINY)
    after = ask(finished.clone(tmp_path / "after"), *TINY)
    assert fresh["expected"] == ["example"]
    assert fresh["facts"]["raw"] == {"tiny_A01": 40, "tiny_A02": 40}
    # Those behind the checkpoint, too: shards are counted from wells and nuclei.
    assert of_jobs(fresh) == of_jobs(after, to_run=False)
    assert {"shards", "attribute"} <= {rule for rule, _ in of_jobs(fresh)}
    assert of_jobs(fresh, to_run=False) == of_jobs(after) == []
    assert after["expected"] == []


def test_every_job_has_a_benchmark_that_the_table_counts(finished, tmp_path):
    costs = costs_of(finished)
    assert tuple(costs) == COSTS
    jobs = of_jobs(ask(finished.clone(tmp_path / "copy"), *TINY), to_run=False)
    planned = pd.Series([rule for rule, _ in jobs])
    # What sums up cannot count itself.
    expected = planned[~planned.isin(["report_costs", "report_page"])].value_counts().to_dict()
    assert costs.set_index("rule")["jobs"].to_dict() == expected
    train = costs.set_index("rule").loc["train"]
    assert train["wall_hours"] > 0
    assert train["asked_memory_mb"] > 2000
    assert train["memory_used"] > 0
    assert train["cpu_used"] > 0


def test_the_page_is_in_the_report_and_tells_every_rule(finished):
    page = (finished.results() / "report" / "costs.html").read_text()
    for rule in costs_of(finished)["rule"]:
        assert f">{rule}<" in page


def test_new_benchmarks_make_nothing_anew(ran):
    for path in (ran.path / "logs").rglob("*.tsv"):
        header, row = path.read_text().splitlines()
        path.write_text(f"{header}\n{row}\n{row}\n")
    assert ran.planned(*TINY) == {}


def test_a_model_taken_out_no_longer_counts(ran):
    def trainings():
        plan = ask(ran, *TINY)
        found = read_benchmarks(ran.path / plan["logs"], by_patterns(plan["benchmarks"]))
        return [job["model"] for job in found.loc[found["rule"] == "train", "wildcards"]]

    assert trainings() == ["linear", "simple_cnn"]
    models = {"simple_cnn": {"learning_rate": 0.001, "also_predict": ["area"]}}
    ran.configure(train={"defaults": {"epochs": 3, "batch_size": 8}, "models": models})
    assert trainings() == ["simple_cnn"]


def test_a_finished_study_plans_itself_from_its_own_jobs(ran):
    ran.configure(train={
        "defaults": {"epochs": 6, "batch_size": 8},
        "models": {
            "linear": {"learning_rate": 0.01, "channels": ["15_SON", "00_DAPI"], "epochs": 3},
            "simple_cnn": {"learning_rate": 0.001, "also_predict": ["area"]},
        },
    })  # fmt: skip
    model = "results/tiny/train/simple_cnn/example/1/model.keras"
    code, said = nascent(ran, "plan", model, *TINY, "--profile", "profiles/local")
    assert code == 0, said
    # Twice the epochs of the one model that is trained anew.
    assert "scaled from here ×2 (1)" in said
    assert "no measurement" not in said.split("\n\n")[1]
    # It ran where there was no GPU, and a job with one is none of its kind.
    code, said = nascent(ran, "plan", model, *TINY)
    assert code == 0, said
    assert "no measurement on a GPU (1)" in said
    assert "--profile profiles/local" in said


def test_another_study_is_planned_from_the_logs_of_this_one(ran):
    ran.configure("larger", simulate={"nuclei": 80, "mean_area": 300, "channels": [
        "00_DAPI", "09_SRRM2", "15_SON", "10_POL2RA_pS2", "00_EU"]})  # fmt: skip
    told = ask(ran, "--configfile", "config/larger.yaml", "--profile", "profiles/local")
    plan = read_plan(ran.path / "told.json")
    assert told["facts"]["cells"]["example"] == {"train": 128, "val": 16, "test": 16}
    estimates, room = planned_costs(plan, [ran.path / "logs" / "tiny"])
    crops = estimates[estimates["rule"] == "crops"]
    assert set(crops["source"]) == {"scaled from tiny"}
    assert crops["factor"].to_list() == pytest.approx([2, 2])
    assert "measured in tiny" in room["attribute"].source
    table = by_stage(estimates, room).set_index("stage")
    assert table.loc["all", "unmeasured"] == 0
    assert table.loc["train", "wall_hours"] > 0


def test_on_the_first_day_the_shipped_measurements_count_and_say_so(unrun):
    code, said = nascent(unrun, "plan", *TINY, "--profile", "profiles/local", "--cores", "2")
    assert code == 0, said
    assert "scaled from shipped" in said.split("\n\n")[1]
    assert re.search(r"On 2 cores the run takes (about|at least) \d+", said)
    assert "follow from the demo's jobs on" in said
    assert "are expected, as if quality control removed none" in said


def test_what_nobody_measured_has_no_number(unrun):
    # The demo ran on a CPU: its networks tell nothing of a GPU.
    code, said = nascent(unrun, "plan", *TINY)
    assert code == 0, said
    assert "no measurement on a GPU" in said
    assert "takes at least" in said


def test_a_past_that_tells_nothing_is_refused_by_name(unrun):
    code, said = nascent(unrun, "plan", *TINY, "--past", "logs/nowhere")
    assert code == 1
    assert "logs/nowhere" in said
    assert "benchmark-extended" in said


def test_a_wrong_study_is_told_as_snakemake_tells_it(checkout):
    checkout.configure(train={"models": {"linear": {"epoch": 3}}})
    code, said = nascent(checkout, "plan", *TINY)
    assert code == 1
    assert "epochs" in said
