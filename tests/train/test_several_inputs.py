"""A model takes any number of inputs, each with any number of places."""

import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.examples import InputSpec, image_input, mask_inputs
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

SEQUENCE = InputSpec("sequence", "pb", (12, 4), tuple("ACGT"))
COLUMNS = InputSpec("columns", "f", (3,), ("length", "gc", "half_life"))
STACK = InputSpec("stack", "zyxc", (4, 6, 5, 2), ("a", "b"), measured=True)


def arrays(*specs, examples=5, seed=0):
    rng = np.random.default_rng(seed)
    found = {one.name: rng.normal(size=(examples, *one.shape)).astype(np.float32) for one in specs}
    for name, mask in mask_inputs(specs).items():
        found[mask] = rng.random(found[name].shape[:-1]) < 0.7
    return found


@pytest.mark.parametrize("name", ["linear", "simple_cnn"])
@pytest.mark.parametrize(
    "specs",
    [
        (SEQUENCE,),
        (COLUMNS,),
        (STACK,),
        (SEQUENCE, COLUMNS),
        (image_input(8, 2), SEQUENCE, COLUMNS, STACK),
    ],
    ids=lambda specs: "-".join(one.name for one in specs),
)
def test_inputs_of_any_places_are_pooled_and_joined(name, specs):
    model = build(name, specs, target_mean=7.0)
    given = arrays(*specs)
    assert set(model.input) == set(given)
    np.testing.assert_array_equal(model.predict_on_batch(given), np.full((5, 1), 7.0))
    model.get_layer("output").kernel.assign(np.ones(model.get_layer("output").kernel.shape))
    told = model.predict_on_batch(given)
    for one in specs:
        # Every input has a way to the output.
        other = given | {one.name: given[one.name] + np.float32(1)}
        assert (model.predict_on_batch(other) != told).all()


def test_linear_weighs_each_place_of_an_input_without_a_mask_and_each_column():
    model = build("linear", [SEQUENCE, COLUMNS])
    weights = np.random.default_rng(1).normal(size=(12 * 4 + 3, 1))
    model.get_layer("output").kernel.assign(weights)
    given = arrays(SEQUENCE, COLUMNS)
    flat = np.hstack([given["sequence"].reshape(5, -1), given["columns"]])
    np.testing.assert_allclose(model.predict_on_batch(given), flat @ weights, rtol=1e-4)


def test_masks_are_named_after_their_inputs_but_for_the_first():
    first = image_input(8, 2)
    assert mask_inputs([COLUMNS, first, SEQUENCE, STACK]) == {
        "image": "mask",
        "stack": "stack_mask",
    }


def test_what_takes_one_input_with_places_refuses_a_second():
    with pytest.raises(TrainError, match="ResNet50V2 takes one input that has places"):
        build("ResNet50V2", [image_input(32, 3), image_input(32, 3, name="other")])


def test_a_masked_average_of_an_input_without_a_mask_is_refused():
    with pytest.raises(TrainError, match="without a mask cannot be pooled by masked_average"):
        build("simple_cnn", [SEQUENCE], layers=Layers(pooling="masked_average"))
