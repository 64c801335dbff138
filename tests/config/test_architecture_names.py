import pytest

from nascent.architecture_names import BACKBONES, known_names, minimum_size, own_names
from nascent.config.checks import check_study
from nascent.errors import ConfigError

STUDY = {"study": "s", "data": "raw", "target": {"channel": "00_EU"}}


@pytest.mark.parametrize("name", own_names())
def test_every_architecture_of_nascent_is_a_model_by_its_name_alone(name):
    study = check_study(STUDY | {"train": {"models": {name: {}}}})
    assert study.train.model(name).architecture == name


@pytest.mark.parametrize("name", ["EfficientNetV2B0", "ConvNeXtTiny", "MobileNetV3Small"])
def test_a_backbone_of_keras_is_a_model_by_its_name(name):
    check_study(STUDY | {"train": {"models": {"mine": {"architecture": name}}}})


@pytest.mark.parametrize(
    "train",
    [
        {"models": {"simple_cmn": {}}},
        {"models": {"mine": {"architecture": "simple_cmn"}}},
        {"models": {"mine": {}}, "defaults": {"architecture": "simple_cmn"}},
    ],
)
def test_an_unknown_architecture_is_refused_before_the_first_job(train):
    with pytest.raises(ConfigError, match="Did you mean 'simple_cnn'"):
        check_study(STUDY | {"train": train})


@pytest.mark.parametrize(
    ("given", "meant"), [("ResNet50V3", "resnet50v2"), ("MobilNetV3Small", "MobileNetV3Small")]
)
def test_the_nearest_of_all_architectures_is_named(given, meant):
    assert meant in known_names()
    with pytest.raises(ConfigError, match=rf"'{given}'\. Did you mean '{meant}'\?"):
        check_study(STUDY | {"train": {"models": {"mine": {"architecture": given}}}})


@pytest.mark.parametrize("name", ["xception", "Xception", "resnet50v2", "InceptionV3", "VGG16"])
def test_a_crop_of_the_smallest_size_is_taken_and_a_smaller_one_is_refused(name):
    least = minimum_size(name)
    assert least == BACKBONES.get(name, least)
    given = STUDY | {"train": {"models": {"mine": {"architecture": name}}}}
    check_study(given | {"crops": {"size": least}})
    with pytest.raises(
        ConfigError,
        match=rf"models\.mine: {name} needs examples of at least {least} pixels.*{least - 1}",
    ):
        check_study(given | {"crops": {"size": least - 1}})
