"""What jobs have to do, computed by hand for a study of round numbers."""

import pytest

from nascent.config.model_checks import searched
from nascent.costs.work import WORK, kind, work
from nascent.tune.candidates import candidate_name

RUN = {"model": "linear", "fold": "example", "seed": "1"}
MAPS = {"model": "linear", "seed": "1", "method": "ig"}
ALL_SEEN = 100 * 3  # pixels × input channels: all but the target
STORED = 100 * 4


@pytest.mark.parametrize(
    ("rule", "wildcards", "expected"),
    [
        ("crops", {"part": "p_A01"}, 100 * STORED),
        ("shards_histogram", {"part": "p_A01", "fold": "example"}, 100 * STORED),
        # 160 training cells in shards of 64: the third holds 32.
        ("shards", {"fold": "example", "split": "train", "number": "00001"}, 64 * STORED),
        ("shards", {"fold": "example", "split": "train", "number": "00002"}, 32 * STORED),
        ("splits", {"fold": "example"}, 200),
        ("train", RUN, 160 * 5 * ALL_SEEN),
        ("train", RUN | {"model": "simple_cnn"}, 160 * 5 * 100),
        ("explain_roar_train", MAPS | {"order": "ig", "fraction": "0.5"}, 160 * 5 * ALL_SEEN),
        ("explain_targets_train", {"model": "linear", "seed": "1"}, 160 * 5 * ALL_SEEN),
        ("evaluate", RUN, 200 * ALL_SEEN),
        # 9 steps of the trapezoid are 10 points.
        ("attribute", MAPS | {"split": "test", "number": "00000"}, 20 * 10 * ALL_SEEN),
        (
            "attribute",
            {
                "model": "simple_cnn",
                "seed": "1",
                "method": "cam",
                "split": "val",
                "number": "00000",
            },
            20 * 100,
        ),
        # Copies × cells of three strata of the test cells, no more than there are; randomised
        # weights, small changes, truth; two orders and three random ones, 14 fractions, of 8 cells.
        # Of the 20 explained cells shares, similarity, clusters, radial, attention, and the export.
        (
            "explain_maps",
            MAPS,
            (8 * 12 * 10 + 6 * 8 * 10 + 4 * 8 * 10 + 8 * 10 + 5 * 14 * 8 + 6 * 20) * ALL_SEEN,
        ),
        # 20 test cells as they are, and with 3 channels levelled, ablated, exchanged 3 × 3 times.
        ("explain_use", {"model": "linear", "seed": "1"}, (1 + 3 * 11) * 20 * ALL_SEEN),
        # 3 map sets: ig of two models, cam of one.
        ("explain_agreement", {}, 9 * 8 * STORED),
        ("evaluate_compare", {}, 2000 * 2 * 20),
        ("report_study", {}, 1),
    ],
)
def test_work_is_what_it_grows_with(facts, rule, wildcards, expected):
    assert work(rule, wildcards, facts) == expected


def test_a_candidate_is_trained_for_its_own_epochs(facts):
    found = {
        work("tune", RUN | {"candidate": candidate_name(changes)}, facts)
        for changes in searched(facts.study, "linear")
    }
    assert found == {160 * 2 * ALL_SEEN, 160 * 7 * ALL_SEEN}


def test_eight_fold_prediction_is_eight_times_the_work(facts_with):
    models = {"linear": {"prediction": "eight_fold"}}
    facts = facts_with(train={"models": models}, attribute={}, tune={}, explain={})
    assert work("evaluate", RUN, facts) == 8 * 200 * ALL_SEEN


def test_trainings_are_alike_whatever_they_are_for_and_networks_are_not(facts):
    train = kind("train", RUN, facts)
    assert train == kind("explain_roar_train", MAPS, facts) == kind("tune", RUN, facts)
    assert train != kind("train", RUN | {"model": "simple_cnn"}, facts)
    ig = kind("attribute", MAPS | {"model": "simple_cnn"}, facts)
    assert ig == kind("explain_targets_attribute", MAPS | {"model": "simple_cnn"}, facts)
    assert ig != kind("attribute", {"model": "simple_cnn", "method": "cam"}, facts)
    assert kind("crops", {"part": "p_A01"}, facts) == ("crops",)


def test_every_rule_that_has_work_is_a_rule(root):
    text = "".join(path.read_text() for path in root.glob("rules/**/*.smk"))
    for rule in WORK:
        assert any(f"{word} {rule}" in text for word in ("rule", "checkpoint", "as")), rule
