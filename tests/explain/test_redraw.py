from contextlib import contextmanager

import keras
import numpy as np
import pytest

from nascent.examples import image_input
from nascent.explain.randomisation.redraw import blocks, cascade, redraw
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    layers = Layers(widths=(3, 4), head=(5,))
    model = build("simple_cnn", [image_input(8, 2)], target_mean=300.0, layers=layers)
    stream = np.random.default_rng(0)
    # As if it were trained: nothing is at its first value, running statistics neither.
    model.set_weights(
        [np.abs(stream.normal(1, 0.3, values.shape)) for values in model.get_weights()]
    )
    return model


def weights_of(model):
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


@contextmanager
def whole_redrawn(model, seed=2):
    stages = cascade(model, 1, np.random.default_rng(seed))
    next(stages)
    yield
    stages.close()


def test_a_block_is_a_layer_with_a_kernel_and_the_normalisation_behind_it(model):
    names = [[layer.name for layer in block] for block in blocks(model)]
    assert names == [
        ["output"],
        ["head_1_norm", "head_1"],
        ["conv_2_norm", "conv_2"],
        ["conv_1_norm", "conv_1"],
    ]


def test_layers_are_redrawn_from_the_output_down_and_stay_redrawn(model):
    before = weights_of(model)
    stages = []
    for stage in cascade(model, 9, np.random.default_rng(2)):
        changed = {
            name
            for name, values in weights_of(model).items()
            if not all(map(np.array_equal, values, before[name]))
        }
        stages.append((stage.number, stage.layer, stage.weights, changed))
    assert [number for number, *_ in stages] == [1, 2, 3, 4]
    assert [layer for _, layer, *_ in stages] == ["output", "head_1", "conv_2", "conv_1"]
    for place, (*_, changed) in enumerate(stages):
        upper = [layer.name for block in blocks(model)[: place + 1] for layer in block]
        assert changed == set(upper)
    shares = [share for *_, share, _ in stages]
    assert shares[0] == pytest.approx(6 / model.count_params())
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize("stages", [1, 9])
def test_the_model_has_its_weights_again_even_where_the_check_is_broken_off(model, stages):
    before = model.get_weights()
    for _ in cascade(model, stages, np.random.default_rng(2)):
        pass
    assert all(map(np.array_equal, before, model.get_weights()))
    broken_off = cascade(model, stages, np.random.default_rng(2))
    next(broken_off)
    assert not all(map(np.array_equal, before, model.get_weights()))
    broken_off.close()
    assert all(map(np.array_equal, before, model.get_weights()))


def test_few_stages_share_the_blocks_and_end_at_the_first_layer(model):
    found = list(cascade(model, 2, np.random.default_rng(2)))
    assert [stage.layer for stage in found] == ["head_1", "conv_1"]
    assert found[-1].weights == 1


def test_an_output_layer_that_starts_at_zero_is_not_redrawn_as_zero(model):
    with whole_redrawn(model):
        kernel, bias = model.get_layer("output").get_weights()
    assert np.ptp(kernel) > 0
    assert not bias.any()


def test_normalisations_forget_scale_offset_and_running_statistics(model):
    with whole_redrawn(model):
        norm = model.get_layer("conv_1_norm")
        names = [weight.name for weight in norm.weights]
        values = dict(zip(names, norm.get_weights(), strict=True))
    assert set(values) == {"gamma", "beta", "moving_mean", "moving_variance"}
    for name, value in values.items():
        np.testing.assert_array_equal(value, float(name in ("gamma", "moving_variance")))


def test_kernels_follow_glorots_law():
    layer = keras.layers.Conv2D(64, 3)
    layer.build((None, 8, 8, 32))
    redraw(layer, np.random.default_rng(0))
    kernel = np.asarray(layer.kernel)
    limit = np.sqrt(6 / (9 * (32 + 64)))
    assert limit * 0.99 < np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    assert kernel.mean() == pytest.approx(0, abs=0.002)


def test_the_stream_alone_decides_the_weights(model):
    def last(seed):
        with whole_redrawn(model, seed):
            return np.concatenate([values.ravel() for values in model.get_weights()])

    np.testing.assert_array_equal(last(5), last(5))
    assert not np.array_equal(last(5), last(6))
