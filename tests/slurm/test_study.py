"""A small study on a cluster: what runs where, and that its results are those of one machine."""

from pathlib import Path

import pytest
import yaml
from cluster import rule_of

ROOT = Path(__file__).parents[2]
STUDY = {
    "study": "tiny",
    "wells": "wells.tsv",
    "simulate": {
        "nuclei": 40,
        "mean_area": 300,
        "channels": ["00_DAPI", "09_SRRM2", "15_SON", "00_EU"],
    },
    "crops": {"size": 32},
    "shards": {"cells": 64},
    "train": {"models": {"linear": {"learning_rate": 0.01, "epochs": 3, "batch_size": 8}}},
    "evaluate": {"bootstrap": 200},
    "attribute": {"methods": {"ig": {"method": "integrated_gradients", "steps": 4}}},
    "explain": {"bootstrap": 200, "cells": 4, "untrained": {"models": 2, "cells": 1}},
}
TARGETS = (
    "results/tiny/evaluate/comparison.tsv",
    "results/tiny/explain/channel_importance.tsv",
    "results/tiny/figures/comparison.png",
    "results/tiny/figures/learning.png",
)
WELLS = "plate\twell\tperturbation\ntiny\tA01\tnormal\ntiny\tA02\tDMSO\ntiny\tA03\tnormal\n"
# They run a network, so they belong on the partition with GPUs.
NETWORKS = {"train", "evaluate", "attribute", "explain_importance_null"}


def write_study(folder: Path, **changes: object) -> tuple[str, ...]:
    """Write the study and return the arguments that run the shipped workflow on it."""
    folder.mkdir(exist_ok=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY | changes))
    (folder / "wells.tsv").write_text(WELLS)
    return ("--snakefile", str(ROOT / "Snakefile"), "--configfile", "study.yaml")


def tables(folder: Path) -> dict[str, bytes]:
    """Return every table of a study: name → content."""
    results = folder / "results"
    return {str(path.relative_to(results)): path.read_bytes() for path in results.rglob("*.tsv")}


@pytest.fixture(scope="module")
def local_tables(tmp_path_factory, local_snakemake) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("local")
    given = write_study(folder)
    local_snakemake(folder, "--cores", "2", *TARGETS, *given)
    return tables(folder)


def test_a_study_gives_the_same_tables_with_networks_on_the_gpu_partition(
    snakemake, submitted, cluster, local_tables
):
    given = write_study(snakemake.folder)
    assert snakemake.run(*TARGETS, *given, seconds=400) == 0, snakemake.said()[-4000:]
    jobs = submitted()
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    on_gpus = {rule_of(job) for job in jobs if job["Partition"] == cluster.gpu}
    assert on_gpus == NETWORKS
    for job in jobs:
        asked = job.get("TresPerJob") == "gres:gpu:1"
        assert asked == (rule_of(job) in NETWORKS), job
        assert job["Requeue"] == "0"
    # Wells and figures go together; joined tables never were jobs.
    rules = [rule_of(job) for job in jobs]
    assert rules.count("simulate_simulate") == rules.count("crops_crops") == 1
    assert rules.count("histograms_shards_histogram") == 1
    assert rules.count("figures_figures_comparison_figures_learning") == 1
    assert not {"simulate_tables", "explain_gather"} & set(rules)
    assert tables(snakemake.folder) == local_tables
