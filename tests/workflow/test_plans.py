"""What a change of config, code or place makes Snakemake repeat: just what stands on it."""

import os
import subprocess
import sys

import pytest

# Each of these needs the study to have run once.
pytestmark = pytest.mark.slow

TINY = ("--configfile", "config/tiny.yaml")
LOCAL = ("--profile", "profiles/local")
MODELS = {"linear": {"learning_rate": 0.01}, "simple_cnn": {"learning_rate": 0.001}}
OPTIONS = {"epochs": 3, "batch_size": 8}
COMPARING = {
    rule: [""]
    for rule in (
        "all",
        "evaluate_gather",
        "explain_gather",
        "figures_learning",
        "figures_metrics",
        "report_study",
    )
}


def of_one(model: str, seed: int = 1) -> dict[str, list[str]]:
    """The jobs of one model and seed of the tiny study."""
    return {
        "train": [f"{model}/{seed}"],
        "evaluate": [f"{model}/{seed}"],
        "attribute": [f"{model}/{seed}/ig/test/00000"],
        "explain": [f"{model}/{seed}/ig"],
        "figures_predictions": [model],
        "figures_score_maps": [f"{model}/ig"],
        "figures_importance": [f"{model}/ig"],
    }


def with_models(checkout, **models):
    checkout.configure(train={"defaults": OPTIONS, "models": models})


@pytest.mark.parametrize("how", [(), LOCAL], ids=["bare", "local"])
def test_a_second_run_finds_nothing_to_do(finished, how):
    assert finished.planned(*how, *TINY) == {}


def test_a_copy_elsewhere_has_nothing_to_do_and_works_with_its_own_library(ran):
    assert ran.planned(*TINY) == {}
    told = subprocess.run(
        [sys.executable, "-c", "import nascent; print(nascent.__file__)"],
        env=ran.environment(),
        cwd=ran.path,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == str(ran.path / "src" / "nascent" / "__init__.py")


def test_touching_or_checking_out_the_code_again_replans_nothing(ran):
    for path in list(ran.path.rglob("*")):
        first = path.relative_to(ran.path).parts[0]
        if path.is_file() and first not in ("results", "logs", ".snakemake"):
            # As git does when branches are switched: a new file with the old text.
            text = path.read_bytes()
            path.unlink()
            path.write_bytes(text)
    assert ran.planned(*TINY) == {}


def test_touching_results_replans_nothing(ran):
    for path in ran.results().rglob("*"):
        if path.is_file():
            os.utime(path)
    assert ran.planned(*TINY) == {}


def test_a_new_model_is_run_and_compared_and_no_other_is_repeated(ran):
    with_models(ran, **MODELS, steep={"architecture": "linear", "learning_rate": 0.1})
    assert ran.planned(*TINY) == of_one("steep") | COMPARING


def test_a_new_seed_is_run_and_compared_and_no_other_is_repeated(ran):
    with_models(ran, **MODELS | {"linear": {"learning_rate": 0.01, "seeds": [1, 2]}})
    # Maps of single cells are those of the first seed.
    expected = {rule: jobs for rule, jobs in of_one("linear", 2).items() if "score" not in rule}
    assert ran.planned(*TINY) == expected | COMPARING


def test_a_model_that_is_taken_out_leaves_only_the_comparison_to_be_made(ran):
    with_models(ran, linear=MODELS["linear"])
    assert ran.planned(*TINY) == COMPARING


def test_another_learning_rate_repeats_that_model_alone(ran):
    with_models(ran, **MODELS | {"linear": {"learning_rate": 0.02}})
    assert ran.planned(*TINY) == of_one("linear") | COMPARING


def test_other_steps_of_a_method_repeat_the_maps_and_train_nothing(ran):
    ran.configure(attribute={"methods": {"ig": {"method": "integrated_gradients", "steps": 5}}})
    assert set(ran.planned(*TINY)) == {
        "all",
        "attribute",
        "explain",
        "explain_gather",
        "figures_importance",
        "figures_score_maps",
        "report_study",
    }


EXPLAINING = {"all", "explain", "explain_gather", "figures_importance", "figures_score_maps"}


@pytest.mark.parametrize(
    ("file", "repeated"),
    [
        ("src/nascent/figures/metrics.py", {"all", "figures_metrics"}),
        ("src/nascent/report/page.py", {"all", "report_study"}),
        ("workflow/scripts/figures_sizes.py", {"all", "figures_sizes"}),
        ("src/nascent/explain/importance.py", EXPLAINING | {"explain_groups", "report_study"}),
        # An architecture is imported with the others by all that builds or loads a model.
        (
            "src/nascent/train/architectures/linear.py",
            {"train", "evaluate", "attribute", "figures_predictions"} | EXPLAINING | set(COMPARING),
        ),
        # Read by no job: the command line, the benchmarks, the tests.
        ("src/nascent/cli.py", set()),
        ("tests/conftest.py", set()),
    ],
)
def test_an_edited_module_repeats_what_stands_on_it(ran, file, repeated):
    with (ran.path / file).open("a") as stream:
        stream.write("\n# edited\n")
    assert set(ran.planned(*TINY)) == repeated


def test_an_edit_of_the_cropping_repeats_all_but_the_simulation(ran, unrun):
    with (ran.path / "src/nascent/crops/cutting.py").open("a") as stream:
        stream.write("\n# edited\n")
    everything = unrun.planned(*TINY)
    simulation = {"simulate", "simulate_tables"}
    assert simulation < set(everything)
    assert ran.planned(*TINY) == {
        rule: jobs for rule, jobs in everything.items() if rule not in simulation
    }


def test_an_edit_undone_replans_nothing(ran):
    path = ran.path / "src/nascent/store.py"
    before = path.read_text()
    path.write_text(before + "\n# edited\n")
    assert "crops" in ran.planned(*TINY)
    path.write_text(before)
    assert ran.planned(*TINY) == {}


def test_a_target_of_each_model_makes_that_model_alone(ran):
    with_models(ran, **{name: given | {"epochs": 2} for name, given in MODELS.items()})
    mine = of_one("simple_cnn") | {"simple_cnn": [""]}
    assert ran.planned("simple_cnn", *TINY) == mine
    assert ran.planned("results/tiny/train/linear/1/model.keras", *LOCAL, *TINY) == {
        "train": ["linear/1"]
    }


def test_from_nothing_a_model_needs_the_data_and_no_other_model(unrun):
    planned = unrun.planned("results/tiny/train/linear/1/model.keras", *TINY)
    assert planned["train"] == ["linear/1"]
    assert planned["crops"] == ["tiny_A01", "tiny_A02"]
    assert not {"evaluate", "explain", "all"} & set(planned)


def test_the_targets_are_listed(unrun):
    listed = set(unrun.snakemake(*TINY, "--list-target-rules").stdout.splitlines())
    assert {"all", "data", "models", "explanations", "report", "linear", "simple_cnn"} <= listed


@pytest.mark.parametrize(
    ("target", "made", "left"),
    [
        ("data", {"shards_gather", "shards_channels", "figures_crops"}, {"train", "explain"}),
        ("models", {"train", "evaluate_gather", "figures_metrics"}, {"explain", "report_study"}),
        ("explanations", {"explain", "explain_gather", "figures_importance"}, {"report_study"}),
        ("report", {"train", "explain_gather", "report_study"}, set()),
    ],
)
def test_a_target_makes_its_part_of_the_study(unrun, target, made, left):
    planned = set(unrun.planned(target, *TINY))
    assert made | {target} <= planned
    assert not left & planned


def test_the_entry_point_of_the_workflow_catalog_plans_the_same_jobs(unrun):
    usual, catalog = (
        unrun.planned(*how, *TINY) for how in ((), ("--snakefile", "workflow/Snakefile"))
    )
    assert usual.pop("all") == catalog.pop("catalog_default")
    assert usual == catalog
