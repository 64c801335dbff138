import pytest

from nascent.config.checks import check_study
from nascent.embed.hidden_layers import has_hidden_layer
from nascent.errors import ConfigError


def study(**changes):
    return check_study({"study": "mine", "simulate": {}} | changes)


def test_all_but_a_body_that_returns_its_input_have_a_hidden_layer():
    assert not has_hidden_layer("linear")
    assert has_hidden_layer("linear", head=[16])
    assert has_hidden_layer("linear", embedding=8)
    for name in ("simple_cnn", "resnet50v2", "xception", "DenseNet121"):
        assert has_hidden_layer(name), name


def test_networks_are_embedded_unless_the_study_says_otherwise():
    models = {"models": {"linear": {}, "simple_cnn": {}}}
    assert study(train=models).embedded_models() == ["simple_cnn"]
    assert study(train=models, embed={"models": []}).embedded_models() == []
    deep = {"models": {"linear": {"layers": {"head": [8]}}}}
    assert study(train=deep).embedded_models() == ["linear"]
    # A named layer is there whatever the architecture.
    named = {"models": ["linear"], "layer": "measured_average"}
    assert study(train=models, embed=named).embedded_models() == ["linear"]


@pytest.mark.parametrize(
    ("model", "said"), [("linear", "has no hidden layer"), ("cnn", "is not in train.models")]
)
def test_a_model_that_cannot_be_embedded_is_refused_by_name(model, said):
    with pytest.raises(ConfigError, match=f"embed.models: {model} {said}"):
        study(train={"models": {"linear": {}}}, embed={"models": [model]})
