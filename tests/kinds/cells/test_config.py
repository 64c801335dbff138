"""What a study of single cells is told, and what it says of itself."""

import pytest

from nascent.config.checks import check_study
from nascent.errors import ConfigError
from nascent.kinds.cells.parts import columns, inputs

RATE = {"channel": "02_EU", "label": "rate", "unit": "counts"}


def study(**changes):
    return check_study({"study": "s", "simulate": {}} | changes)


@pytest.mark.parametrize(
    ("target", "label"),
    [
        (RATE, "rate (counts)"),
        ({"channel": "02_EU"}, "02_EU"),
        ({"channel": "02_EU", "unit": "counts"}, "02_EU (counts)"),
        ({"column": "area", "unit": "pixels"}, "area (pixels)"),
        ({"task": "classes", "column": "perturbation", "label": "compound"}, "compound"),
    ],
)
def test_the_words_for_the_target_are_those_of_the_config(target, label):
    assert study(target=target).label == label


def test_the_channel_of_the_target_is_hidden_and_its_mean_is_the_target_itself():
    mean = study(target=RATE)
    assert (mean.predicted, mean.hidden) == ("target", ("02_EU",))
    assert mean.answers == ("target", "mean_02_EU")
    column = study(target=RATE | {"column": "area"})
    assert (column.predicted, column.answers) == ("area", ("area",))
    assert column.hidden == ("02_EU",)


def test_what_models_see_of_a_cell_is_a_crop_of_the_other_channels():
    (image,) = inputs(study(target=RATE, crops={"size": 64}), ["A", "02_EU", "B", "BG488"])
    assert (image.features, image.shape) == (("A", "B"), (64, 64, 2))
    assert image.measured


def test_the_means_of_channels_are_columns_of_the_cell_table():
    found = columns(study(), None, ["A", "B"])
    assert {"area", "mean_A", "mean_B"} <= set(found.measured)
    assert found.further["perturbation"] is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "celsl"}, "no kind 'celsl'. Did you mean 'cells'"),
        ({"kind": "labs/nothing"}, "no kind in the folder labs/nothing"),
        ({"kind": 7}, "7 is no name of a kind"),
        ({"crops": {"target": "EU"}}, "unknown key 'crops.target'"),
        ({"target": {"task": "reconstruction"}}, "a study of kind cells cannot do reconstruction"),
    ],
)
def test_a_kind_or_task_that_is_not_there_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        study(**changes)


@pytest.mark.parametrize(
    ("crops", "edge"),
    [
        ({}, None),
        ({"pixel_size": 0.1083}, 0.1083),
        ({"pixel_size": 0.2, "oversize": "shrink"}, None),
    ],
)
def test_the_size_of_a_pixel_is_known_where_all_crops_share_it(crops, edge):
    assert study(crops=crops).pixel_size == edge


@pytest.mark.parametrize("edge", [0, -0.1, float("inf"), float("nan"), "large"])
def test_a_pixel_of_no_size_is_refused(edge):
    with pytest.raises(ConfigError, match=r"crops\.pixel_size"):
        study(crops={"pixel_size": edge})
