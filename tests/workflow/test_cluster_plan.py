"""What the profile for Slurm submits, and with what needs; a dry run, which takes no Slurm."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROFILE = ROOT / "profiles" / "slurm" / "config.yaml"
WELLS = 384
OF_WELLS = {"simulate", "crops", "shards_histogram"}
NETWORKS = set(yaml.safe_load(PROFILE.read_text())["set-resources"])


def submitted(checkout, *arguments: str) -> list[dict[str, object]]:
    """Return what a dry run under the profile would submit."""
    return checkout.submitted("--profile", "profiles/slurm", *arguments)


@pytest.fixture(scope="module")
def plate(unrun, tmp_path_factory) -> list[dict[str, object]]:
    """What a plate of 384 wells submits, up to where the shards are not known yet."""
    checkout = unrun.clone(tmp_path_factory.mktemp("plate") / "nascent")
    names = [f"{row}{column:02d}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
    rows = "".join(f"plate\t{name}\tnormal\n" for name in names)
    (checkout.path / "config" / "plate.tsv").write_text(f"plate\twell\tperturbation\n{rows}")
    checkout.configure(wells="config/plate.tsv")
    return submitted(checkout, "--configfile", "config/tiny.yaml")


@pytest.mark.slow
def test_the_wells_of_a_plate_are_sixty_submissions(plate):
    of_wells = [one for one in plate if OF_WELLS & set(one["rules"])]
    jobs = Counter(rule for one in of_wells for rule in one["rules"])
    assert jobs == dict.fromkeys(OF_WELLS, WELLS)
    assert len(of_wells) <= 60
    assert {len(set(one["rules"])) for one in of_wells} == {1}
    assert {len(one["rules"]) for one in of_wells} == {20, WELLS % 20}


@pytest.mark.slow
def test_a_group_asks_for_the_needs_of_one_job_and_the_time_of_all(plate):
    full = max(plate, key=lambda one: one["rules"].count("crops"))
    assert 16 < full["rules"].count("crops") <= 20
    # A crop takes two threads.
    assert full["_cores"] == 2
    assert full["mem_mb"] < 2000
    assert full["runtime"] == 10 * full["rules"].count("crops")


@pytest.mark.slow
def test_networks_run_alone_on_the_gpu_partition_and_nothing_else_does(plate):
    for one in plate:
        network = bool(NETWORKS & set(one["rules"]))
        assert one["slurm_partition"] == ("gpu" if network else "cpu")
        assert one["gpu"] == (1 if network else "None")
        assert not network or len(one["rules"]) == 1
    assert NETWORKS & {rule for one in plate for rule in one["rules"]}


@pytest.mark.slow
def test_without_gpus_no_job_asks_for_one(checkout):
    profile = yaml.safe_load((checkout.path / "profiles" / "slurm" / "config.yaml").read_text())
    for rule in profile["set-resources"]:
        profile["set-resources"][rule] = {"slurm_partition": "cpu", "gpu": 0}
    (checkout.path / "profiles" / "slurm" / "config.yaml").write_text(yaml.safe_dump(profile))
    plan = submitted(checkout, "--configfile", "config/tiny.yaml")
    assert {one["gpu"] for one in plan} == {0, "None"}
    assert {one["slurm_partition"] for one in plan} == {"cpu"}
