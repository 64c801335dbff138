"""Calls that contradict themselves are refused before anything is read."""

import pytest

from nascent.errors import NascentError
from nascent.notebook.model import Model
from nascent.notebook.study import Study


def test_a_model_is_not_explained_as_one_of_another_seed(tmp_path):
    model = Model(tmp_path, name="cnn", fold="example", seed=1)
    with pytest.raises(NascentError, match="trained with seed 1, and seed 2 is asked for"):
        object.__new__(Study).explain(model, 7, "ig", seed=2)


@pytest.mark.parametrize(
    "asked",
    [{"ids": [7], "split": "val"}, {"ids": [], "store": "a.h5"}, {"split": "a", "store": 1}],
)
def test_examples_are_told_in_one_way_alone(tmp_path, asked):
    with pytest.raises(NascentError, match="exclude each other"):
        Model(tmp_path, name="cnn").predict(**asked)
