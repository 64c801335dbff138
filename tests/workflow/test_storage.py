"""Results in a storage, by the plugin for file systems: jobs see copies on a disk of their node."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("rsync") is None, reason="there is no rsync"),
]

SHARD = "results/tiny/shards/example/test-00000.h5"
# The first is a table, the last a figure.
SOME = (
    "results/tiny/evaluate/linear/example/1/metrics.tsv",
    "results/tiny/attribute/linear/1/ig/test-00000.h5",
    "results/tiny/figures/balance.png",
)
MOST = (
    "results/tiny/evaluate/comparison.tsv",
    "results/tiny/explain/channel_importance.tsv",
    "results/tiny/figures/comparison.png",
)


@dataclass(frozen=True)
class Stored:
    """A checkout whose results lie in a storage."""

    checkout: object
    store: Path
    scratch: Path
    targets: tuple[str, ...]

    def options(self, config: str = "tiny") -> tuple[str, ...]:
        """Return the options of Snakemake; targets stand before them."""
        return (
            *("--profile", "profiles/local", "--configfile", f"config/{config}.yaml"),
            *("--default-storage-provider", "fs", "--default-storage-prefix", str(self.store)),
            *("--local-storage-prefix", str(self.scratch)),
        )

    def run(self, *targets: str, config: str = "tiny") -> None:
        """Make targets of a study."""
        done = self.checkout.snakemake(*targets, *self.options(config))
        assert done.returncode == 0, done.stdout


def tables(results: Path) -> dict[str, bytes]:
    """Return every table below a folder: name → content."""
    return {str(path.relative_to(results)): path.read_bytes() for path in results.rglob("*.tsv")}


def files(folder: Path) -> list[str]:
    return [name for _, _, names in os.walk(folder) for name in names]


@pytest.fixture(
    scope="module",
    params=[SOME, pytest.param(MOST, marks=pytest.mark.nightly)],
    ids=["some", "most"],
)
def stored(request, unrun, tmp_path_factory) -> Stored:
    """The tiny study, or some of it, run with its results in a storage."""
    place = tmp_path_factory.mktemp("stored")
    checkout = unrun.clone(place / "nascent")
    study = Stored(checkout, place / "store", place / "scratch", request.param)
    study.run(*study.targets)
    return study


def test_a_study_in_a_storage_has_the_tables_of_one_on_disk(stored, finished):
    found, on_disk = tables(stored.store / "results" / "tiny"), tables(finished.results())
    assert found == {name: on_disk[name] for name in found}
    asked = {target.removeprefix("results/tiny/") for target in stored.targets}
    assert {name for name in asked if name.endswith(".tsv")} <= set(found)
    for name in asked:
        ours, theirs = stored.store / "results" / "tiny" / name, finished.results() / name
        assert ours.read_bytes() == theirs.read_bytes()


def test_each_result_has_its_record_beside_it_in_the_storage(stored):
    results = [path for path in stored.store.rglob("*") if path.is_file()]
    made = {path for path in results if path.parent.name != ".provenance"}
    recorded = {
        path.parents[1] / path.stem for path in results if path.parent.name == ".provenance"
    }
    assert made == recorded
    assert stored.store / stored.targets[0] in made


def test_logs_and_benchmarks_stay_in_the_clone_and_copies_are_gone(stored):
    logs = stored.checkout.path / "logs" / "tiny"
    assert (logs / "train" / "linear" / "example" / "1.log").is_file()
    assert (logs / "train" / "linear" / "example" / "1.tsv").is_file()
    # What jobs of several parts keep of each is state of this machine, no result.
    results = stored.checkout.results()
    assert {each.name for each in results.iterdir()} <= {".state"}
    assert files(stored.scratch) == []


def test_a_second_run_does_nothing(stored):
    assert stored.checkout.planned(*stored.targets, *stored.options()) == {}


def test_a_figure_of_a_storage_gets_into_the_report(stored):
    figure = stored.targets[-1]
    done = stored.checkout.snakemake(figure, "--report", "report.html", *stored.options())
    assert done.returncode == 0, done.stdout
    assert Path(figure).name in (stored.checkout.path / "report.html").read_text()


def test_what_is_temporary_leaves_the_storage(stored):
    search = {"linear": {"keys": {"learning_rate": [0.01, 0.02]}}}
    stored.checkout.configure("tuned", study="tiny", tune=search)
    stored.run("results/tiny/tune/linear/example/candidates.tsv", config="tuned")
    tuned = stored.store / "results" / "tiny" / "tune" / "linear" / "example"
    assert (tuned / "candidates.tsv").is_file()
    assert len(list(tuned.glob("*/card.json"))) == 2
    assert list(tuned.glob("*/model.keras")) == []


def test_results_may_stay_where_they_are_and_jobs_work_on_copies(checkout, finished, tmp_path):
    target = "results/tiny/crops/cells.tsv"
    done = checkout.snakemake(
        *(target, "--profile", "profiles/local", "--configfile", "config/tiny.yaml"),
        *("--default-storage-provider", "fs", "--local-storage-prefix", str(tmp_path / "scratch")),
    )
    assert done.returncode == 0, done.stdout
    log = (checkout.path / "logs/tiny/crops/tiny_A01.log").read_text()
    assert str(tmp_path / "scratch") in log
    assert (checkout.path / target).read_bytes() == (finished.path / target).read_bytes()
    assert checkout.results().joinpath("crops/.provenance/cells.tsv.json").is_file()
    assert files(tmp_path / "scratch") == []


def test_measured_wells_are_read_where_they_are(stored, finished):
    wells = "plate\twell\tperturbation\tpath\ntiny\tA01\tnormal\ttiny_A01\n"
    (stored.checkout.path / "config" / "measured.tsv").write_text(wells)
    stored.checkout.configure(
        "measured",
        wells="config/measured.tsv",
        simulate=None,
        data=str(finished.results() / "simulate"),
        target={"channel": "00_EU"},
        tables={"cell_cycle": "tables/cell_cycle_classification.csv"},
    )
    crops = "results/measured/crops/tiny_A01.h5"
    stored.run(crops, config="measured")
    assert (stored.store / crops).is_file()


def test_a_result_that_was_changed_in_the_storage_is_refused_by_name(stored):
    crops = stored.store / "results/tiny/crops/tiny_A01.h5"
    crops.write_bytes(crops.read_bytes() + b"0")
    done = stored.checkout.snakemake("-f", SHARD, *stored.options())
    assert done.returncode != 0
    assert "this result was changed after it was made" in done.stdout
    assert str(crops) in done.stdout
