"""Jobs that retrain models: just those a study asks for, planned fast however many they are."""

import resource

import pytest

RETRAINED = {"methods": ["ig"], "fractions": [0.3, 0.7]}


def test_a_study_plans_the_retrainings_it_asks_for_and_no_other(checkout):
    assert "explain_roar_train" not in checkout.planned("--configfile", "config/tiny.yaml")
    checkout.configure(explain={"bootstrap": 200, "roar": RETRAINED})
    planned = checkout.planned("--configfile", "config/tiny.yaml")
    runs = [
        f"{model}/1/{order}/{fraction}"
        for model in ("linear", "simple_cnn")
        for order in ("ig", "random")
        for fraction in ("0.3", "0.7")
    ]
    for rule in ("explain_roar_remove", "explain_roar_train", "explain_roar_predict"):
        assert planned[rule] == runs
    assert planned["explain_roar"] == planned["figures_checks"] == [""]


def test_models_of_permuted_targets_are_trained_by_the_rule_that_explains_them(checkout):
    maps = "results/tiny/randomised/simple_cnn/1/ig/test-00000.h5"
    planned = checkout.planned(maps, "--configfile", "config/tiny.yaml")
    assert planned["explain_targets_attribute"] == ["simple_cnn/1/ig/test/00000"]
    for rule in ("explain_targets_train", "explain_targets"):
        assert planned[rule] == ["simple_cnn/1"]
    assert "train" not in planned


@pytest.mark.nightly
def test_thousands_of_jobs_are_planned_in_seconds(checkout):
    seeds = list(range(1, 11))
    models = {name: {"architecture": "linear", "seeds": seeds} for name in ("a", "b")}
    fractions = [round(0.05 * step, 2) for step in range(1, 18)]
    checkout.configure(
        train={"models": models},
        explain={"roar": RETRAINED | {"fractions": fractions, "seeds": seeds}},
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    table = "results/tiny/explain/roar.tsv"
    planned = checkout.planned(table, "--configfile", "config/tiny.yaml")
    assert len(planned["explain_roar_train"]) == 2 * 10 * 2 * 17
    # Of some 2,000 jobs, in processor time: the machine may be shared.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 40
