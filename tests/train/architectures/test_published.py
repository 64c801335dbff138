"""Every network of Becker (2021) as a config: its number of weights for 33 channels at 224 px."""

import re
from pathlib import Path

import pytest
import yaml

from nascent.train.architectures.options import Layers

PAGE = Path(__file__).parents[3] / "docs" / "architectures.md"

# All weights, and those that training changes.
PUBLISHED = {
    "Linear_Regression": (34, 34),
    "simple_CNN": (161_281, 160_129),
    "baseline_CNN": (102_888_961, 102_887_809),
    "baseline_CNN_test1": (102_888_449, 102_887_553),
    "baseline_CNN_test2": (161_281, 160_129),
    "baseline_CNN_test3": (160_769, 159_873),
    "baseline_CNN_test4": (160_769, 159_873),
    "baseline_CNN_test5": (102_273, 101_761),
    "Quick_test": (21_569, 21_377),
    "ResNet50V2": (75_107_969, 75_061_249),
    "ResNet50V2_R2": (75_107_586, 75_061_122),
    "ResNet50V2_PreTrained": (26_286_465, 26_238_977),
    "ResNet50V2_v2": (24_217_985, 24_171_777),
    "ResNet50V2_v2_test1": (24_875_905, 24_828_673),
    "ResNet50V2_v2_test2": (23_660_929, 23_615_489),
    "ResNet50V2_test": (126_425_473, 126_377_985),
    "ResNet50V2_test2": (25_762_177, 25_714_689),
    "ResNet50V2_test3": (26_286_465, 26_238_977),
    "ResNet50V2_test4": (26_286_465, 26_238_977),
    "Xception": (21_429_225, 21_373_929),
}


def documented():
    rows = re.findall(
        r"^\| `(\w+)` \| `(\{.*\})` \| ([\d,]+) \| ([\d,]+) \|$",
        PAGE.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    return {
        name: (yaml.safe_load(config), tuple(int(n.replace(",", "")) for n in counts))
        for name, config, *counts in rows
    }


def test_the_page_gives_a_config_and_the_published_numbers_for_each():
    assert {name: counts for name, (_, counts) in documented().items()} == PUBLISHED


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_config_has_the_published_number_of_weights(name, parameters):
    config, _ = documented()[name]
    targets = 1 + len(config.get("also_predict", []))
    counts = parameters(
        config["architecture"],
        size=224,
        channels=33,
        target_mean=[0.0] * targets,
        target_sd=[1.0] * targets,
        layers=Layers(**config.get("layers", {})),
    )
    assert counts == PUBLISHED[name]


@pytest.mark.parametrize(
    ("name", "total", "trainable"),
    [
        ("linear", 34, 34),
        ("simple_cnn", 161_281, 160_129),
        ("resnet50v2", 24_217_985, 24_171_777),
        ("xception", 21_429_225, 21_373_929),
    ],
)
def test_the_architectures_as_they_come_have_the_published_number_of_weights(
    name, total, trainable, parameters
):
    assert parameters(name, size=224, channels=33) == (total, trainable)
