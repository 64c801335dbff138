"""The studies that come with nascent pass their checks and plan their jobs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nascent.config.checks import check_study
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well
from nascent.kinds.cells.simulate.tables import write_plate_tables
from nascent.kinds.cells.wells_table import read_wells

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published_plate(root, tmp_path_factory) -> Path:
    """A simulated plate with the files of the published one, a few small nuclei a well."""
    place = tmp_path_factory.mktemp("plate")
    wells = read_wells(root / "config" / "mpm_wells.tsv")
    cycles = []
    for position, (name, well) in enumerate(wells.iterrows()):
        cycles.append(place / "truth" / f"{name}.csv")
        simulate_well(
            place / well["path"],
            WellPlace(well["plate"], well["well"], position),
            Simulation(nuclei=3, mean_area=300, layout="numpy"),
            truth_path=place / "truth" / f"{name}.h5",
            cycle_path=cycles[-1],
        )
    listed = (place / wells["path"].iloc[0] / "channels.csv").read_text().splitlines()
    channels = [line.split(",")[-1] for line in listed]
    write_plate_tables(place, wells[["plate", "well", "perturbation"]], cycles, channels)
    return place


def trained(planned: dict[str, list[str]]) -> set[tuple[str, ...]]:
    """Model and fold of the trainings that are planned, whatever their seeds."""
    return {tuple(job.split("/")[:2]) for job in planned["train"]}


def test_the_published_study_plans_its_jobs_on_a_plate_of_its_layout(root, unrun, published_plate):
    planned = unrun.planned(
        "--configfile", "config/mpm.yaml", "--config", f"data={published_plate}"
    )
    assert len(planned["crops"]) == 6
    assert "plate01_J10" in planned["crops"]
    # With whole wells held out, and as published.
    assert planned["splits"] == planned["evaluate_floors"] == ["group", "shuffle"]
    assert len(planned["shards_histogram"]) == 6 * 2
    models = check_study(yaml.safe_load((root / "config" / "mpm.yaml").read_text())).train.models
    assert trained(planned) == {(model, fold) for model in models for fold in ("group", "shuffle")}
    assert {f"simple_cnn/1/{method}" for method in ("vargrad", "ig", "gradient")} <= set(
        planned["explain_maps"]
    )
    # Nine fractions, by the published map and by chance.
    assert len(planned["explain_roar_train"]) == 9 * 2
    assert planned["report_pages"] == [""]
    assert "simulate" not in planned


def test_the_published_study_without_its_data_says_what_is_missing(unrun):
    refused = unrun.dry_run("--configfile", "config/mpm.yaml")
    assert refused.returncode != 0
    assert "Error in the study: data/mpm/184A1_hannah_unperturbed/J10" in refused.stdout


def test_the_demo_plans_its_jobs_without_being_named(unrun):
    planned = unrun.planned()
    assert len(planned["simulate"]) == len(planned["crops"]) == 4
    assert planned["train"] == ["linear/example/1", "simple_cnn/example/1"]


@pytest.mark.parametrize(
    ("name", "folds"),
    [("structure", {"group"}), ("intensity", {"group"}), ("wells", {"example", "group"})],
)
def test_the_measured_claims_plan_their_jobs(root, unrun, name, folds):
    planned = unrun.planned("--configfile", f"config/{name}.yaml")
    study = check_study(yaml.safe_load((root / "config" / f"{name}.yaml").read_text()))
    assert planned["crops"] == sorted(read_wells(root / study.wells).index)
    assert {fold for _, fold in trained(planned)} == folds
    assert planned["evaluate_floors"] == sorted(folds)
    # Where structure sets the rate the maps are held against it; the others have none.
    assert ("explain_maps" in planned) == (name == "structure")


@pytest.mark.parametrize("form", ["text", "npy"])
def test_the_real_wells_plan_their_jobs_in_both_forms(unrun, real_data, form):
    data = real_data / "mpm_codex" / form
    planned = unrun.planned(
        "--configfile", "config/codex.yaml", "--config", f"data={data}", f"study=codex_{form}"
    )
    assert planned["crops"] == ["codex_A01", "codex_A02"]
    folds = ["without_codex_A01", "without_codex_A02"]
    assert planned["splits"] == planned["evaluate_floors"] == folds
    models = ("linear", "simple_cnn", "EfficientNetV2B0")
    assert trained(planned) == {(model, fold) for model in models for fold in folds}
    methods = ("ig", "vargrad", "gradient", "grad_cam")
    explained = {f"simple_cnn/{seed}/{method}" for seed in (1, 2) for method in methods}
    assert set(planned["explain_maps"]) == explained
    assert len(planned["explain_roar_train"]) == 2


@pytest.mark.nightly
def test_a_plate_of_384_wells_and_8_models_is_planned_in_a_minute(root):
    told = subprocess.run(
        [sys.executable, root / "benchmarks" / "dryrun.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    figures = json.loads(told.stdout.splitlines()[-1])
    assert figures["jobs"] > 384 * 3
    assert figures["dry_run_seconds"] < 60
