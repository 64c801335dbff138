"""Which models a study trains anew without their first entries, and what it may not ask for."""

import pytest

from nascent.attribute.method import known_methods, method_of
from nascent.config.checks import check_study
from nascent.config.retraining import ranked_by, retrainings
from nascent.errors import ConfigError
from nascent.explain.roar.orders import RANKED

STUDY = {
    "study": "demo",
    "simulate": {},
    "train": {
        "models": {"linear": {"seeds": [3, 2]}, "simple_cnn": {"warmup": 4, "seeds": [1, 2]}}
    },
    "attribute": {
        "methods": {
            "ig": {"method": "integrated_gradients"},
            "cam": {"method": "grad_cam", "models": ["simple_cnn"]},
            "ablation": {"method": "channel_ablation"},
        }
    },
}


def study(**roar):
    return check_study(STUDY | {"explain": {"roar": {"methods": ["ig"], **roar}}})


def told(checked):
    return [(one.model, one.seed, one.order, one.fraction) for one in retrainings(checked)]


def test_nothing_is_retrained_unless_asked_for():
    assert retrainings(check_study(STUDY)) == []


def test_every_model_is_retrained_at_every_fraction_beside_one_random_order():
    found = told(study(fractions=[0.1, 0.55]))
    assert found == [
        (model, seed, order, fraction)
        for model, seed in (("linear", 2), ("simple_cnn", 1))
        for order in ("ig", "random")
        for fraction in ("0.1", "0.55")
    ]


def test_models_and_seeds_are_those_asked_for():
    found = told(study(fractions=[0.5], models=["simple_cnn"], seeds=[2, 1]))
    assert [run[:3] for run in found] == [
        ("simple_cnn", seed, order) for seed in (2, 1) for order in ("ig", "random")
    ]


def test_a_method_of_some_models_retrains_those_alone():
    found = told(study(methods=["cam"], fractions=[0.5], rank="pixels"))
    assert [run[:3] for run in found] == [("simple_cnn", 1, "cam"), ("simple_cnn", 1, "random")]


@pytest.mark.parametrize(
    ("roar", "message"),
    [
        ({"methods": ["gi"]}, r"methods: 'gi' is not among.*Did you mean 'ig'"),
        ({"models": ["linaer"]}, r"models: 'linaer' is not among.*Did you mean 'linear'"),
        ({"methods": ["cam"]}, r"the maps of 'cam' rank no entries.*Set explain\.roar\.rank"),
        ({"methods": ["ablation"]}, r"rank no entries.*Leave it out"),
        ({"seeds": [2, 7]}, r"seeds: linear is not trained with seed 7.*\[3, 2\]"),
        ({"fractions": [0.5, 0.1]}, "fractions must ascend"),
        ({"fractions": [0.5, 0.5]}, "fractions must ascend"),
        ({"fractions": [1.0]}, "fractions"),
        ({"methods": ["ig", "ig"]}, "methods: an entry is listed twice"),
        ({"methods": []}, "methods"),
    ],
)
def test_what_cannot_be_retrained_is_refused_by_its_key(roar, message):
    with pytest.raises(ConfigError, match=message):
        study(**roar)


def test_no_method_may_bear_the_name_of_the_random_order():
    methods = {"random": {"method": "gradient"}}
    given = STUDY | {
        "attribute": {"methods": methods},
        "explain": {"roar": {"methods": ["random"]}},
    }
    with pytest.raises(ConfigError, match="'random' is the name of the order"):
        check_study(given)
    check_study(STUDY | {"attribute": {"methods": methods}})


@pytest.mark.parametrize("name", known_methods())
@pytest.mark.parametrize("channels", ["together", "each"])
def test_what_a_method_can_rank_is_what_its_maps_can(name, channels):
    options = {"channels": channels} if name == "occlusion" else {}
    methods = {"one": {"method": name, **options}}
    one = check_study(STUDY | {"attribute": {"methods": methods}}).attribute.methods["one"]
    axes = method_of(name).axes(one.options())
    assert ranked_by(one) == RANKED[axes]
