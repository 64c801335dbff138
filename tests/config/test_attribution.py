"""The attribution section: a method has its own options, and others are refused."""

import pytest

from nascent.attribute.method import known_methods, method_of
from nascent.attribute.options import needs_training_cells, options_of
from nascent.config.attribution import Method
from nascent.config.checks import check_study
from nascent.errors import AttributionError, ConfigError

MEASURED = {"study": "mine", "data": "wells", "target": {"channel": "00_EU"}}


def study(**method):
    return check_study(MEASURED | {"attribute": {"methods": {"m": method}}})


def test_every_method_of_the_config_is_made_by_the_library():
    for name in known_methods():
        options = Method(method=name).options()
        assert options_of(name, options) == options
        assert method_of(name).axes(options) in ("entry", "place", "feature")
        assert method_of(name).evaluations(options, (64, 64, 3)) >= 1


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ({"method": "integrated_gradients", "sigma": 1.0}, "sigma: integrated_gradients with"),
        ({"method": "vargrad", "layer": "conv_2"}, "layer: vargrad over integrated_gradients"),
        ({"method": "vargrad", "over": "gradient", "steps": 9}, "steps: vargrad over gradient"),
        ({"method": "gradient", "baseline": "black"}, "gradient takes no such option"),
        ({"method": "smoothgrad", "sample": 9}, r"'attribute.methods.m.sample'.*'samples'\?"),
        ({"method": "smoothgrad", "statistic": "sd"}, "statistic: smoothgrad over gradient"),
        ({"method": "occlusion", "blur": 3}, "occlusion with baseline black takes no such option"),
        ({"method": "occlusion", "window": 4, "stride": 5}, "leave gaps"),
        ({"method": "channel_ablation", "samples": 3}, "channel_ablation with baseline black to"),
        ({"method": "channel_ablation", "to": "permutation", "baseline": "noise"}, "to permut"),
        ({"method": "vargard"}, r"Did you mean 'vargrad'\?"),
        ({"baseline": "blured"}, r"Did you mean 'blurred'\?"),
        ({"rule": "simpson"}, "none of trapezoid, midpoint, gauss_legendre"),
        ({"tolerance": 0}, "attribute.methods.m.tolerance"),
        ({"models": ["cnn"]}, "methods.m.models: cnn is not among the models"),
        ({"models": ["linear", "linear"]}, "listed twice"),
    ],
)
def test_an_option_that_a_method_does_not_take_is_refused(method, message):
    with pytest.raises(ConfigError, match=message):
        study(**method)


def test_the_nearest_option_is_named():
    with pytest.raises(ConfigError, match=r"sigma: grad_cam takes .*; nearest: sign"):
        study(method="grad_cam", sigma=2.0)


@pytest.mark.parametrize("name", known_methods())
def test_the_plain_config_holds_what_the_method_takes_and_is_valid_again(name):
    plain = study(method=name).plain()
    method = plain["attribute"]["methods"]["m"]
    assert check_study(plain).plain() == plain
    assert set(method) - {"method", "models"} == set(Method(method=name).options())


def test_null_stands_for_what_is_usual_of_the_method():
    assert Method(method="vargrad").options()["over"] == "integrated_gradients"
    assert Method(method="smoothgrad").options()["over"] == "gradient"
    assert Method(method="grad_cam").options()["sign"] == "positive"
    assert Method(method="hirescam").options()["sign"] == "both"
    assert Method(method="occlusion", window=9).options()["stride"] == 9


def test_only_methods_that_compare_with_training_cells_need_them():
    needing = [
        name
        for name in known_methods()
        if needs_training_cells(name, Method(method=name).options())
    ]
    assert needing == ["expected_gradients"]
    for method in (
        {"method": "vargrad", "baseline": "training_cells"},
        {"method": "channel_ablation", "to": "permutation"},
    ):
        assert needs_training_cells(method["method"], Method(**method).options())


def test_a_method_may_explain_some_of_the_models():
    given = study(method="grad_cam", models=["simple_cnn"])
    assert given.models_explained_by("m") == ["simple_cnn"]
    assert study(method="gradient").models_explained_by("m") == ["linear", "simple_cnn"]


def test_the_library_refuses_options_too():
    given = Method(method="vargrad").options()
    with pytest.raises(AttributionError, match="needs the option 'sigma'"):
        options_of("vargrad", {name: given[name] for name in given if name != "sigma"})
    with pytest.raises(AttributionError, match=r"no option 'sigmas' here. Did you mean 'sigma'\?"):
        options_of("vargrad", given | {"sigmas": 1.0})
    with pytest.raises(AttributionError, match="'vargrad'"):
        options_of("vargard", {})
