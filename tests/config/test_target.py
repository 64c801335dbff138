"""Targets that a study cannot have, told before the first job."""

import pandas as pd
import pytest

from nascent.config.checks import check_study
from nascent.config.target import study_levels
from nascent.errors import ConfigError
from nascent.kinds.cells.parts import columns

CHANNELS = ["00_EU", "00_DAPI"]
CLASSES = {"task": "classes", "column": "perturbation"}


def study(target=None, **changes):
    return check_study({"study": "s", "simulate": {}, "target": target or {}, **changes})


def wells(*names):
    index = [f"P_A{number}" for number in range(len(names))]
    return pd.DataFrame({"plate": "P", "well": index, "perturbation": names}, index=index)


def levels(target, *names, **changes):
    config, table = study(target, **changes), wells(*names)
    return study_levels(config, columns(config, table, CHANNELS), table)


def test_numbers_have_no_classes():
    assert levels({}, "DMSO") is None
    assert levels({"column": "area"}, "DMSO") is None
    assert study({"column": "area"}).predicted == "area"
    assert study().predicted == "target"
    assert study({**CLASSES, "label": "compound"}).label == "compound"


def test_classes_of_wells_are_known_before_the_first_job():
    assert levels(CLASSES, "TSA", "DMSO", "TSA") == ("DMSO", "TSA")
    chosen = {**CLASSES, "levels": ["TSA", "DMSO"]}
    assert levels(chosen, "TSA", "DMSO") == ("TSA", "DMSO")


@pytest.mark.parametrize(
    ("target", "names", "message"),
    [
        ({**CLASSES, "levels": ["TSA", "DSMO"]}, ("TSA", "DMSO"), r"'DSMO'.*Did you mean 'DMSO'"),
        (CLASSES, ("TSA", "TSA"), "all are of one class"),
        ({**CLASSES, "most": 2}, ("a", "b", "c"), r"more than 2 classes.*Did you mean a number"),
        (CLASSES, ("TSA", None), r"not known before its examples are read.*Name them"),
        ({"task": "classes", "column": "area"}, ("TSA",), "Did you mean a number"),
        ({"task": "classes", "column": "mean_00_DAPI"}, ("TSA",), "Did you mean a number"),
        ({**CLASSES, "column": "perturbaton"}, ("TSA",), r"Did you mean 'perturbation'"),
        ({"column": "perturbation"}, ("TSA",), "holds text"),
    ],
)
def test_classes_that_cannot_be_are_refused(target, names, message):
    with pytest.raises(ConfigError, match=message):
        levels(target, *names)


def test_a_class_of_one_well_cannot_be_left_out_and_learnt():
    with pytest.raises(ConfigError, match="'TSA' is of P_A2 alone"):
        levels(CLASSES, "DMSO", "DMSO", "TSA", splits={"by": "leave_one_group_out"})


@pytest.mark.parametrize(
    ("target", "changes", "message"),
    [
        ({"task": "clases"}, {}, r"'clases'.*Did you mean 'classes'"),
        ({"task": "distribution", "column": "x"}, {}, "cannot do distribution; it can do regress"),
        ({"task": "classes"}, {}, "name the column"),
        ({"levels": ["a", "b"]}, {}, "did you mean target.task: classes"),
        (CLASSES, {"train": {"defaults": {"loss": "huber"}}}, "huber is none of classes"),
        (CLASSES, {"train": {"defaults": {"monitor": "val_mae"}}}, "val_mae is none of classes"),
        ({}, {"train": {"defaults": {"loss": "cross_entropy"}}}, "is none of regression"),
        (CLASSES, {"train": {"defaults": {"also_predict": ["area"]}}}, "predicts one column"),
        (CLASSES, {"train": {"models": {"majority": {}}}}, "is the name of a reference predictor"),
    ],
)
def test_options_of_another_task_are_refused(target, changes, message):
    with pytest.raises(ConfigError, match=message):
        study(target, **changes)
