"""Methods asked for by name: the defaults are those of the config, wherever they are written."""

import importlib
import inspect
import pkgutil

import pytest

import nascent.attribute
from nascent.attribute.method import known_methods
from nascent.config.attribution import Method
from nascent.errors import AttributionError
from nascent.notebook.methods import chosen_method, default_values
from nascent.study_record import RecordedMethod

IG = RecordedMethod("integrated_gradients", Method(steps=7, baseline="blurred").options(), ())
STUDY = {"ig": IG}


@pytest.mark.parametrize("name", known_methods())
def test_a_method_without_options_has_those_of_the_config(name):
    assert chosen_method(name, {}, {}) == (name, Method(method=name).options())


def test_functions_of_the_library_have_the_defaults_of_the_config_too():
    # `references` are the drawn examples there, not how many.
    defaults, found = default_values(), []
    del defaults["references"]
    for module in pkgutil.walk_packages(nascent.attribute.__path__, "nascent.attribute."):
        for name, thing in vars(importlib.import_module(module.name)).items():
            takes_options = inspect.isfunction(thing) or name == "BaselineData"
            if getattr(thing, "__module__", None) != module.name or not takes_options:
                continue
            parameters = inspect.signature(thing).parameters.values()
            given = {one.name: one.default for one in parameters if one.default is not one.empty}
            for option in given.keys() & defaults.keys():
                assert given[option] == defaults[option], (module.name, name, option)
                found.append(option)
    assert {"steps", "rule", "tolerance", "batch_size", "blur", "baseline_sd"} <= set(found)


def test_a_method_of_the_study_has_its_options_but_for_those_given():
    assert chosen_method("ig", {}, STUDY) == ("integrated_gradients", dict(IG.options))
    assert chosen_method("ig", {"steps": 3}, STUDY)[1] == dict(IG.options) | {"steps": 3}
    # A blur belongs to the baseline that is no longer asked for.
    _, black = chosen_method("ig", {"baseline": "black"}, STUDY)
    assert black == Method(steps=7, baseline="black").options()
    _, usual = chosen_method("integrated_gradients", {}, STUDY)
    assert usual["steps"] == Method.model_fields["steps"].default


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("integrated_gradient", {}, "no method 'integrated_gradient'. Did you mean 'integrated_"),
        ("gi", {}, "no method 'gi'. Did you mean 'ig'"),
        ("ig", {"step": 3}, "ig takes no option 'step' here. Did you mean 'steps'"),
        ("gradient", {"steps": 3}, "gradient takes no option 'steps' here"),
        ("ig", {"blur": 3.0, "baseline": "black"}, "takes no option 'blur' here"),
        ("ig", {"steps": 0}, "ig: steps: input should be greater than or equal to 1, not 0"),
        ("ig", {"rule": "simpson"}, "rule: 'simpson' is none of trapezoid, midpoint"),
    ],
)
def test_what_there_is_not_names_what_is_nearest(name, options, said):
    with pytest.raises(AttributionError) as error:
        chosen_method(name, options, STUDY)
    assert said in str(error.value)
