"""Specifications of inputs and targets contradict themselves nowhere, and survive JSON."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent import examples
from nascent.errors import ExampleError
from nascent.examples import Batch, InputSpec, TargetSpec

LETTERS = "abcdefghijklmnopqrstuvwxyz"
words = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
texts = st.text(min_size=1, max_size=8)


def names(of=texts, **sizes):
    return st.lists(of, unique=True, **sizes).map(tuple)


@st.composite
def input_specs(draw):
    axes = "".join(draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=5, unique=True)))
    features = draw(names(min_size=1, max_size=4))
    places = draw(st.tuples(*[st.integers(1, 9)] * (len(axes) - 1)))
    has_places = len(axes) > 1
    return InputSpec(
        draw(words),
        axes,
        (*places, len(features)),
        features,
        measured=has_places and draw(st.booleans()),
        regions=draw(names(words.filter(lambda name: name != "measured"), max_size=3))
        if has_places
        else (),
        enters=draw(st.none() | texts),
    )


@st.composite
def target_specs(draw):
    column = draw(st.none() | texts)
    axes = "" if column else "".join(draw(st.lists(st.sampled_from(LETTERS), unique=True)))
    levels = draw(names(min_size=2, max_size=4) | st.just(()))
    return TargetSpec(*(draw(texts) for _ in range(4)), column, axes, levels)


@given(input_specs() | target_specs())
def test_a_specification_comes_back_from_json(spec):
    assert type(spec).from_plain(json.loads(json.dumps(spec.to_plain()))) == spec


@given(input_specs())
def test_masks_are_of_the_places_and_the_measured_one_comes_first(spec):
    assert (*spec.places, len(spec.features)) == spec.shape
    assert spec.masks[int(spec.measured) :] == spec.regions
    assert (spec.masks[:1] == ("measured",)) == spec.measured


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "half life"}, "is called 'half life'"),
        ({"axes": "yx"}, "2 axes"),
        ({"axes": "yyc"}, "all different"),
        ({"axes": "YXC"}, "small letter"),
        ({"shape": (4, 0, 2)}, "no place"),
        ({"features": ("a", "a")}, "feature 'a' comes twice"),
        ({"features": ("a", "")}, "a feature is empty"),
        ({"features": ("a", "b", "c")}, "3 names of features for an axis of 2"),
        ({"regions": ("cell", "cell")}, "region 'cell' comes twice"),
        ({"regions": ("measured",)}, "a region is called 'measured'"),
        ({"regions": ("a/b",)}, "is called 'a/b'"),
        ({"axes": "f", "shape": (2,)}, "no places"),
        ({"enters": ""}, "no name"),
    ],
)
def test_an_input_that_contradicts_itself_is_refused(changes, said):
    given = {
        "name": "image",
        "axes": "yxc",
        "shape": (4, 4, 2),
        "features": ("a", "b"),
        "measured": True,
        "regions": ("cell",),
    }
    InputSpec(**given)
    with pytest.raises(ExampleError, match=said):
        InputSpec(**given | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "without a name"),
        ({"task": ""}, "without a task"),
        ({"column": ""}, "no name"),
        ({"axes": "yx"}, "a column of a table holds one value"),
        ({"column": None, "axes": "yy"}, "all different"),
        ({"levels": ("a",)}, "only level is 'a'"),
        ({"levels": ("a", "a")}, "level 'a' comes twice"),
    ],
)
def test_a_target_that_contradicts_itself_is_refused(changes, said):
    given = {"name": "rate", "task": "regression", "label": "EU", "unit": "counts", "column": "y"}
    TargetSpec(**given)
    with pytest.raises(ExampleError, match=said):
        TargetSpec(**given | changes)


def test_an_unknown_key_is_answered_with_the_nearest_and_a_missing_one_is_named():
    plain = TargetSpec("rate", "regression", "EU", "counts", "y").to_plain()
    with pytest.raises(ExampleError, match="Did you mean 'label'"):
        TargetSpec.from_plain({**plain, "lable": "EU"})
    del plain["unit"]
    with pytest.raises(ExampleError, match="unit"):
        TargetSpec.from_plain(plain)


def test_two_things_of_one_name_are_refused():
    image = InputSpec("image", "f", (1,), ("a",))
    with pytest.raises(ExampleError, match="'image' comes twice"):
        examples.refuse_doubled_names(
            [image], [TargetSpec("image", "distribution", "", "", None, "yx")]
        )


def test_a_batch_is_of_one_number_of_examples():
    whole = Batch({"x": np.zeros((3, 2))}, {"y": np.zeros((3, 4, 4))}, {"y": np.ones(3)}, range(3))
    assert len(whole) == 3
    Batch(whole.inputs, whole.targets, {"y": np.ones((3, 4, 4))}, range(3))
    for parts, said in (
        (({"x": np.zeros((2, 2))}, {}, {}), "input 'x': 2 values for 3 examples"),
        (({}, {"y": np.zeros(4)}, {}), "target 'y': 4 values for 3"),
        (({}, {"rate": np.zeros(3)}, {"rat": np.ones(3)}), "Did you mean 'rate'"),
        (({}, whole.targets, {"y": np.ones((3, 4))}), "one an example, or one a value"),
    ):
        with pytest.raises(ExampleError, match=said):
            Batch(*parts, range(3))


def test_the_ground_floor_imports_errors_alone():
    tree = ast.parse(Path(examples.__file__).read_text())
    own = [
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("nascent")
    ]
    assert own == ["nascent.errors"]
