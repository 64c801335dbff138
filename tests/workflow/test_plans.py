"""What a change of config, code or place makes Snakemake repeat: just what stands on it."""

import os
import shutil
import subprocess
import sys

import pytest

from nascent.explain.checks import CHECKS as ALL_CHECKS

# Each of these needs the study to have run once.
pytestmark = pytest.mark.slow

EVERY_CHECK = {check.name: check for check in ALL_CHECKS}
TINY = ("--configfile", "config/tiny.yaml")
LOCAL = ("--profile", "profiles/local")
# As in the tiny study.
MODELS = {
    "linear": {"learning_rate": 0.01, "channels": ["15_SON", "00_DAPI"]},
    "simple_cnn": {"learning_rate": 0.001, "also_predict": ["area"]},
}
OPTIONS = {"epochs": 3, "batch_size": 8}
# Map sets of the tiny study: one a target of a model.
MAP_SETS = {"linear": ["ig"], "simple_cnn": ["ig", "ig.area"], "steep": ["ig"]}
# What is made of each map set, of all of them together, and shown of the lowest seed alone.
READ_OUTS = {"explain_maps"}
# The tiny study is simulated, names no regions and retrains nothing.
CHECKS = {name: check for name, check in EVERY_CHECK.items() if name not in ("regions", "roar")}
JOINED = sorted(name for name, check in CHECKS.items() if check.each)
JOINING = {
    "explain_gather": [""],
    "explain_join": JOINED,
    "explain_agreement": [""],
    "explain_features_gather": [""],
    "explain_use_gather": [""],
    "explain_scores": [""],
    "explain_standing": [""],
    "figures_checks": [""],
    "report_pages": [""],
}
# Of a model and method: they say the verdict, and show single cells of the lowest seed.
OF_MAPS = {"figures_maps_entry"}
# Of the networks that have a hidden layer.
EMBEDDING = {"embed", "embed_layout", "figures_embedding"}
EMBEDDED = {"simple_cnn"}
TRAINING = {
    *("train", "evaluate", "evaluate_verdict", "attribute", "figures_predictions"),
    *EMBEDDING,
}
COMPARING = {
    "all",
    "evaluate_gather",
    "evaluate_compare",
    "figures_models",
    "report_pages",
    "report_costs",
    "report_page",
}
# What shows the config, or tells it.
TOLD = {"all", "report_record", "report_pages", "report_costs", "report_page"}
# Of the explanations of the models.
OF_RUNS = {"explain_features", "explain_use"}
EXPLAINING = READ_OUTS | set(JOINING) | OF_MAPS | OF_RUNS | {"report_explorer"}
# What asks a model itself, and no map.
WITHOUT_MAPS = OF_RUNS | {
    "explain_features_gather",
    "explain_use_gather",
}


def of_one(model: str, seed: int = 1, further: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The jobs of one model and seed of the tiny study, with further map sets."""
    names = [*MAP_SETS[model], *further]
    map_sets = [f"{model}/{seed}/{name}" for name in names]
    shown = [f"{model}/{name}" for name in names]
    return {
        "train": [f"{model}/example/{seed}"],
        "evaluate": [f"{model}/example/{seed}"],
        "attribute": sorted(f"{name}/test/00000" for name in map_sets),
        **{rule: [f"{model}/{seed}"] for rule in OF_RUNS},
        "evaluate_verdict": [model],
        "figures_predictions": [model],
        **dict.fromkeys(READ_OUTS, map_sets),
        **dict.fromkeys(OF_MAPS, shown),
        **(_embedded(model, seed) if model in EMBEDDED else {}),
    }


def _embedded(model: str, seed: int) -> dict[str, list[str]]:
    one = [f"{model}/example/{seed}"]
    return {"embed": one, "embed_layout": one, "figures_embedding": [model]}


def judged_again(model: str, map_sets: list[str]) -> dict[str, list[str]]:
    """The jobs of a model that stand on its verdict alone."""
    shown = [f"{model}/{name}" for name in map_sets]
    return {"evaluate_verdict": [model], **dict.fromkeys(OF_MAPS, shown)}


def comparing() -> dict[str, list[str]]:
    """The jobs that show all models of the study together: each model's card says its verdict."""
    return {rule: [""] for rule in COMPARING | TOLD} | JOINING | {"report_explorer": [""]}


def with_models(checkout, **models):
    checkout.configure(train={"defaults": OPTIONS, "models": models})


def with_linear(checkout, **options):
    with_models(checkout, **MODELS | {"linear": MODELS["linear"] | options})


def edit(checkout, file: str, text: str = "EDITED = True") -> None:
    with (checkout.path / file).open("a") as stream:
        stream.write(f"\n{text}\n")


@pytest.mark.parametrize("how", [(), LOCAL], ids=["bare", "local"])
def test_a_second_run_finds_nothing_to_do(finished, how):
    assert finished.planned(*how, *TINY) == {}


def test_a_finished_study_has_the_tables_of_its_checks_and_no_others(finished):
    place = finished.results() / "explain"
    told = {
        table.format(model=model, seed=1, method=name)
        for check in CHECKS.values()
        for table in check.tables
        for model in MODELS
        for name in MAP_SETS[model]
    }
    assert {path.relative_to(place).as_posix() for path in place.rglob("*.tsv")} == told


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
    assert ran.planned(*TINY) == of_one("steep") | comparing()


def test_a_new_seed_is_run_and_compared_and_no_other_is_repeated(ran):
    with_linear(ran, seeds=[1, 2])
    # Maps of single cells are those of the first seed; their figures say the verdict on all.
    assert ran.planned(*TINY) == of_one("linear", 2) | comparing()


def test_a_model_that_is_taken_out_leaves_only_the_comparison_to_be_made(ran):
    with_models(ran, simple_cnn=MODELS["simple_cnn"])
    assert ran.planned(*TINY) == comparing()


def test_a_target_that_no_model_predicts_any_more_is_left_out_of_the_floors(ran):
    with_models(ran, linear=MODELS["linear"])
    again = judged_again("linear", MAP_SETS["linear"])
    assert ran.planned(*TINY) == comparing() | again | {"evaluate_floors": ["example"]}


def test_another_learning_rate_repeats_that_model_alone(ran):
    with_linear(ran, learning_rate=0.02)
    assert ran.planned(*TINY) == of_one("linear") | comparing()


def test_the_file_of_an_architecture_concerns_its_models_alone(ran):
    edit(ran, "src/nascent/train/architectures/simple_cnn.py")
    again = of_one("simple_cnn") | comparing()
    # The config stays as it is.
    del again["report_record"]
    assert ran.planned(*TINY) == again


@pytest.mark.parametrize("name", ["resnet50v2", "xception", "backbones"])
def test_the_file_of_an_architecture_that_no_model_has_concerns_nothing(ran, name):
    edit(ran, f"src/nascent/train/architectures/{name}.py")
    assert ran.planned(*TINY) == {}


def test_what_the_code_says_of_itself_repeats_nothing(ran):
    library = [*(ran.path / "src").rglob("*.py"), *(ran.path / "workflow/scripts").rglob("*.py")]
    assert len(library) > 300
    for path in library:
        edit(ran, str(path.relative_to(ran.path)), "# A comment.\n'A docstring.'")
    for path in [*(ran.path / "rules").rglob("*.smk"), ran.path / "workflow/Snakefile"]:
        edit(ran, str(path.relative_to(ran.path)), "# A comment.")
    assert ran.planned(*TINY) == {}


def test_a_file_more_that_is_found_by_name_repeats_nothing(ran):
    package = ran.path / "src" / "nascent"
    for model in (
        "attribute/methods/gradient.py",
        "train/architectures/linear.py",
        "tasks/regression.py",
        "readers/image.py",
    ):
        text = (package / model).read_text()
        (package / model).with_name("mine.py").write_text(text)
    shutil.copytree(package / "kinds" / "cells", package / "kinds" / "mine")
    assert ran.planned(*TINY) == {}
    # The new ones are known, and the old study stands on none of them.
    with_models(ran, **MODELS, new={"architecture": "mine"})
    assert ran.planned(*TINY)["train"] == ["new/example/1"]


@pytest.mark.parametrize(
    "name", ["occlusion", "methods/occlusion", "methods/gradient", "expected_gradients", "cam"]
)
def test_a_method_that_made_no_map_of_the_study_concerns_nothing(ran, name):
    edit(ran, f"src/nascent/attribute/{name}.py")
    assert ran.planned(*TINY) == {}


def test_the_file_of_a_method_concerns_its_maps_and_trains_nothing(ran):
    edit(ran, "src/nascent/attribute/methods/integrated_gradients.py")
    shown = {"all", "attribute", "report_costs", "report_page"}
    assert set(ran.planned(*TINY)) == (EXPLAINING - WITHOUT_MAPS) | shown


def test_what_the_machine_gives_a_model_trains_nothing(ran):
    with_linear(ran, resources={"threads": 1, "mem_mb": 3000, "runtime": 5})
    assert set(ran.planned(*TINY)) == TOLD


def test_another_way_to_predict_measures_that_model_again_and_trains_nothing(ran):
    with_linear(ran, prediction="eight_fold")
    planned = ran.planned(*TINY)
    assert planned["evaluate"] == ["linear/example/1"]
    assert planned["figures_predictions"] == ["linear"]
    assert not {"train", "attribute", "evaluate_floors"} & set(planned)


def test_one_more_target_trains_that_model_and_measures_the_floors_for_it(ran):
    with_linear(ran, also_predict=["mean_09_SRRM2"])
    floors = {"evaluate_floors": ["example"]}
    mine = of_one("linear", further=("ig.mean_09_SRRM2",))
    # The floors were measured anew: what the figures of the other model say of it is made again.
    for rule, jobs in judged_again("simple_cnn", MAP_SETS["simple_cnn"]).items():
        mine[rule] = sorted(mine[rule] + jobs)
    assert ran.planned(*TINY) == mine | floors | comparing()


def test_a_channel_less_trains_that_model_alone(ran):
    with_linear(ran, channels=["15_SON"])
    assert ran.planned(*TINY) == of_one("linear") | comparing()


def test_a_key_of_the_figures_draws_again_and_computes_nothing(ran):
    ran.configure(figures={"top_channels": 3})
    drawn = {"figures_data", "figures_maps_entry"}
    assert set(ran.planned(*TINY)) == TOLD | drawn


def test_more_bootstrap_draws_compare_again_and_train_nothing(ran):
    ran.configure(evaluate={"bootstrap": 300})
    planned = set(ran.planned(*TINY))
    assert {"evaluate_compare", "figures_models", "report_pages"} <= planned
    assert not {"train", "evaluate", "evaluate_floors", "evaluate_gather", "attribute"} & planned


def test_a_second_design_trains_its_own_fold_alone(ran):
    ran.configure(splits={"by": ["example", "shuffle"]})
    planned = ran.planned(*TINY)
    assert planned["splits"] == planned["shards_gather"] == ["shuffle"]
    assert planned["train"] == planned["evaluate"] == ["linear/shuffle/1", "simple_cnn/shuffle/1"]
    assert planned["evaluate_floors"] == ["shuffle"]
    # The first design stays the one that is explained.
    assert not {"attribute", "explain_maps", "figures_data", "crops"} & set(planned)


def test_each_well_in_turn_is_a_fold_with_shards_of_its_own(unrun):
    checkout_folds = ["without_tiny_A01", "without_tiny_A02"]
    planned = unrun.planned(
        "results/tiny/evaluate/comparison.tsv",
        *TINY,
        "--config",
        'splits={"by": ["leave_one_group_out", "example"]}',
    )
    folds = ["example", *checkout_folds]
    assert planned["splits"] == planned["shards_channels"] == folds
    assert planned["train"] == [f"{model}/{fold}/1" for model in MODELS for fold in folds]
    assert planned["evaluate_floors"] == folds
    assert planned["evaluate_gather"] == planned["evaluate_compare"] == [""]


def test_other_steps_of_a_method_repeat_the_maps_and_train_nothing(ran):
    ran.configure(attribute={"methods": {"ig": {"method": "integrated_gradients", "steps": 5}}})
    again = EXPLAINING - WITHOUT_MAPS
    assert set(ran.planned(*TINY)) == again | TOLD | {"attribute"}


@pytest.mark.parametrize(
    ("file", "repeated"),
    [
        ("src/nascent/figures/controls.py", {"figures_models"}),
        ("src/nascent/report/page.py", {"report_pages"}),
        ("src/nascent/figures/sizes.py", {"figures_data"}),
        (
            "src/nascent/explain/trend/slopes.py",
            {
                "explain_maps",
                "explain_join",
                "explain_gather",
                "explain_scores",
                "explain_standing",
                "figures_checks",
                "figures_maps_entry",
                "report_explorer",
                "report_pages",
            },
        ),
        # What all architectures share is in every training, and what follows; so is the reader.
        ("src/nascent/train/architectures/pooling.py", TRAINING | EXPLAINING | COMPARING),
        # A floor reads standardised crops, and so do correlations of channels.
        (
            "src/nascent/readers/image.py",
            TRAINING
            | EXPLAINING
            | COMPARING
            | {"evaluate_floors", "explain_duplicates", "figures_data"},
        ),
        # Read by no job: the command line, the benchmarks, the tests.
        ("src/nascent/cli.py", set()),
        ("tests/conftest.py", set()),
    ],
)
def test_an_edited_module_repeats_what_stands_on_it(ran, file, repeated):
    edit(ran, file)
    # Whatever ran again has a new time.
    summed = {"report_costs", "report_page"} if repeated else set()
    assert set(ran.planned(*TINY)) - {"all"} == repeated - {"all"} | summed


def test_an_edit_of_the_cropping_repeats_all_but_the_simulation(ran, unrun):
    edit(ran, "src/nascent/kinds/cells/crops/cutting.py")
    everything = unrun.planned(*TINY)
    left = {"simulate", "simulate_tables", "report_record"}
    assert left < set(everything)
    assert ran.planned(*TINY) == {
        rule: jobs for rule, jobs in everything.items() if rule not in left
    }


def test_an_edit_undone_replans_nothing(ran):
    path = ran.path / "src/nascent/store_writer.py"
    before = path.read_text()
    edit(ran, "src/nascent/store_writer.py")
    assert "crops" in ran.planned(*TINY)
    path.write_text(before)
    assert ran.planned(*TINY) == {}


def test_a_target_of_each_model_makes_that_model_alone(ran):
    with_models(ran, **{name: given | {"epochs": 2} for name, given in MODELS.items()})
    mine = of_one("simple_cnn") | {"simple_cnn": [""], "report_record": [""]}
    assert ran.planned("simple_cnn", *TINY) == mine
    assert ran.planned("results/tiny/train/linear/example/1/model.keras", *LOCAL, *TINY) == {
        "train": ["linear/example/1"]
    }


def test_from_nothing_a_model_needs_the_data_and_no_other_model(unrun):
    planned = unrun.planned("results/tiny/train/linear/example/1/model.keras", *TINY)
    assert planned["train"] == ["linear/example/1"]
    assert planned["crops"] == ["tiny_A01", "tiny_A02"]
    assert not {"evaluate", "explain_maps", "all"} & set(planned)


def test_the_targets_are_listed(unrun):
    listed = set(unrun.start(*TINY, "--list-target-rules").stdout.splitlines())
    assert {"all", "data", "models", "explanations", "report", "linear", "simple_cnn"} <= listed


@pytest.mark.parametrize(
    ("target", "made", "left"),
    [
        ("data", {"shards_gather", "shards_channels", "figures_data"}, {"train", "explain_maps"}),
        (
            "models",
            {"train", "evaluate_compare", "figures_models"},
            {"explain_maps", "report_pages"},
        ),
        (
            "explanations",
            {"explain_maps", "explain_gather", "figures_maps_entry"},
            {"report_pages"},
        ),
        ("report", {"train", "explain_gather", "report_pages"}, set()),
    ],
)
def test_a_target_makes_its_part_of_the_study(unrun, target, made, left):
    planned = set(unrun.planned(target, *TINY))
    assert made | {target} <= planned
    assert not left & planned
