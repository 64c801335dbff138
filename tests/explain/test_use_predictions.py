import numpy as np
import pandas as pd
import pytest

from nascent.config.checks import check_study
from nascent.config.target import study_levels
from nascent.errors import ConfigError
from nascent.examples import image_input
from nascent.explain.exports.scores import told_by_maps
from nascent.explain.use.predictions import predictions_of
from nascent.kinds.cells.parts import columns


class Logits:
    """Gives class 0 the mean of each image, class 1 nothing."""

    def predict_on_batch(self, inputs):
        means = inputs["image"].mean(axis=(1, 2, 3))
        return np.column_stack([means, np.zeros_like(means)])


def test_of_a_class_the_probability_is_measured():
    images = np.stack([np.full((2, 2, 1), level, np.float32) for level in (0.0, 1.0)])
    predict = predictions_of(Logits(), [image_input(2, 1)], task="classes", output=0)
    found = predict({"image": images, "mask": np.ones((2, 2, 2), bool)})
    np.testing.assert_allclose(found, [0.5, 1 / (1 + np.exp(-1))])


def test_of_a_class_against_the_rest_it_is_the_share_of_its_sigmoid():
    images = np.stack([np.full((2, 2, 1), level, np.float32) for level in (0.0, np.log(9))])
    predict = predictions_of(
        *(Logits(), [image_input(2, 1)]), task="classes", output=0, loss="binary_cross_entropy"
    )
    found = predict({"image": images, "mask": np.ones((2, 2, 2), bool)})
    np.testing.assert_allclose(found, [0.5, 0.9 / 1.4], rtol=1e-6)


CLASSES = {"task": "classes", "column": "perturbation"}
GROUPS = pd.DataFrame({"perturbation": ["DMSO", "TSA"]}, index=["a", "b"])


def study(**changes):
    return check_study({"study": "s", "simulate": {}, "target": CLASSES} | changes)


def test_cells_are_stratified_by_their_class_where_classes_are_predicted():
    assert study().strata_of_cells() | {"width": 0, "quantiles": 0} == {
        "by": "column", "column": "perturbation", "width": 0, "quantiles": 0,
    }  # fmt: skip
    assert study(target={}).strata_of_cells()["by"] == "sd"
    own = study(explain={"strata": {"by": "column", "column": "group"}})
    assert own.strata_of_cells()["column"] == "group"


def levels_of_study(config):
    return study_levels(config, columns(config, GROUPS, []), GROUPS)


def test_a_class_to_explain_must_be_there():
    assert levels_of_study(study(attribute={"read_out": "TSA"})) == ("DMSO", "TSA")
    with pytest.raises(ConfigError, match=r"no class 'TSB' to explain.*Did you mean 'TSA'"):
        levels_of_study(study(attribute={"read_out": "TSB"}))
    with pytest.raises(ConfigError, match="regression has no classes"):
        levels_of_study(study(target={}, attribute={"read_out": "TSA"}))


def test_a_class_has_no_residual():
    cells = pd.DataFrame(
        {"prediction": [1.0], "prediction_baseline": [0.5], "completeness_gap": [0.1]}
    )
    assert np.isnan(told_by_maps(cells, pd.Series(["TSA"]))["residual"]).all()
    assert told_by_maps(cells, pd.Series([3.0]))["residual"].item() == 2
