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

TARGETS = (
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


@pytest.fixture(scope="module")
def stored(unrun, tmp_path_factory) -> Stored:
    """The tiny study, run with its results in a storage."""
    place = tmp_path_factory.mktemp("stored")
    study = Stored(unrun.clone(place / "nascent"), place / "store", place / "scratch")
    study.run(*TARGETS)
    return study


def test_a_study_in_a_storage_has_the_tables_of_one_on_disk(stored, finished):
    found, on_disk = tables(stored.store / "results" / "tiny"), tables(finished.results())
    assert found == {name: on_disk[name] for name in found}
    assert {target.removeprefix("results/tiny/") for target in TARGETS[:2]} <= set(found)


def test_each_result_has_its_record_beside_it_in_the_storage(stored):
    results = [path for path in stored.store.rglob("*") if path.is_file()]
    made = {path for path in results if path.parent.name != ".provenance"}
    recorded = {
        path.parents[1] / path.stem for path in results if path.parent.name == ".provenance"
    }
    assert made == recorded
    assert stored.store / TARGETS[0] in made


def test_logs_and_benchmarks_stay_in_the_clone_and_copies_are_gone(stored):
    logs = stored.checkout.path / "logs" / "tiny"
    assert (logs / "train" / "linear" / "cell" / "1.log").is_file()
    assert (logs / "train" / "linear" / "cell" / "1.tsv").is_file()
    # What jobs of several parts keep of each is state of this machine, no result.
    results = stored.checkout.results()
    assert {each.name for each in results.iterdir()} <= {".state"}
    assert files(stored.scratch) == []


def test_a_second_run_does_nothing(stored):
    assert stored.checkout.planned(*TARGETS, *stored.options()) == {}


def test_a_figure_of_a_storage_gets_into_the_report(stored):
    done = stored.checkout.snakemake(TARGETS[2], "--report", "report.html", *stored.options())
    assert done.returncode == 0, done.stdout
    assert "comparison.png" in (stored.checkout.path / "report.html").read_text()


def test_what_is_temporary_leaves_the_storage(stored):
    search = {"linear": {"keys": {"learning_rate": [0.01, 0.02]}}}
    stored.checkout.configure("tuned", study="tiny", tune=search)
    stored.run("results/tiny/tune/linear/cell/candidates.tsv", config="tuned")
    tuned = stored.store / "results" / "tiny" / "tune" / "linear" / "cell"
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
        tables={"cell_cycle": "tables/cell_cycle_classification.csv"},
    )
    crops = "results/measured/crops/tiny_A01.h5"
    stored.run(crops, config="measured")
    assert (stored.store / crops).is_file()


def test_a_result_that_was_changed_in_the_storage_is_refused_by_name(stored):
    controls = stored.store / "results/tiny/evaluate/linear/cell/1/controls.tsv"
    controls.write_bytes(controls.read_bytes().replace(b"0", b"1"))
    target = "results/tiny/evaluate/controls.tsv"
    done = stored.checkout.snakemake("-f", target, *stored.options())
    assert done.returncode != 0
    assert "this result was changed after it was made" in done.stdout
    assert str(controls) in done.stdout
