"""All methods alike: on a trained architecture, in batches of any size, alone and among others."""

from itertools import pairwise

import numpy as np
import pytest

from nascent.attribute.explained import ExplainedModel, LayerOutputs
from nascent.attribute.inputs import CellBatch, MethodData
from nascent.attribute.maps import AXES
from nascent.attribute.method import known_methods, method_of
from nascent.attribute.references import References
from nascent.config.attribution import Method
from nascent.errors import AttributionError
from nascent.examples import image_input
from nascent.explain.randomisation.redraw import cascade
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

SIZE, CHANNELS = 16, 3
SHORT = {
    "integrated_gradients": {"steps": 6},
    "expected_gradients": {"samples": 7},
    "smoothgrad": {"samples": 5},
    "smoothgrad_squared": {"samples": 5, "over": "input_x_gradient"},
    "vargrad": {"samples": 4, "steps": 5},
    "occlusion": {"window": 6, "stride": 4, "baseline": "blurred", "channels": "each"},
    "channel_ablation": {"to": "permutation", "samples": 3},
}
ALL = [{"method": name, **SHORT.get(name, {})} for name in known_methods()] + [
    {"method": "integrated_gradients", "tolerance": 0.05, "rule": "gauss_legendre"},
    {"method": "integrated_gradients", "baseline": "training_cells", "rule": "midpoint"},
    {"method": "occlusion", "baseline": "noise"},
    {"method": "channel_ablation", "baseline": "training_mean"},
]
IDS = ["-".join(map(str, given.values())) for given in ALL]


@pytest.fixture(scope="module")
def model():
    made = build(
        "simple_cnn",
        [image_input(SIZE, CHANNELS)],
        target_mean=300.0,
        target_sd=50.0,
        layers=Layers(widths=(4, 6), head=(5,), pooling="masked_average"),
    )
    stream = np.random.default_rng(1)
    for variable in made.variables:
        drawn = stream.normal(0, 0.5, variable.shape)
        variable.assign(np.abs(drawn) + 0.5 if "variance" in variable.path else drawn)
    return ExplainedModel(made)


def cells(count=5, seed=2):
    stream = np.random.default_rng(seed)
    masks = np.zeros((count, SIZE, SIZE), bool)
    for mask in masks:
        first, last = stream.integers(1, 4, 2), stream.integers(10, 15, 2)
        mask[first[0] : last[0], first[1] : last[1]] = True
    images = stream.normal(size=(count, SIZE, SIZE, CHANNELS)).astype(np.float32)
    return CellBatch(images * masks[..., None], masks, [f"p/{i}" for i in range(count)])


def data():
    others = cells(6, seed=8)
    return MethodData(3, np.float32([0.5, 0, -1]), References(others.images, others.masks))


def some(batch, chosen):
    ids = [batch.ids[i] for i in chosen]
    return CellBatch(batch.images[chosen], batch.masks[chosen], ids)


@pytest.mark.parametrize("given", ALL[: len(known_methods())], ids=known_methods())
def test_what_is_prepared_once_sees_the_weights_that_the_model_has_now(model, given):
    """Its maps are those of a method that is prepared for the new weights, to the bit."""
    method, batch = Method(**given), cells(2)

    def ready(explained):
        return method_of(method.method).ready(explained, data(), method.options())

    prepared = ready(model)
    trained = prepared(batch).maps
    for _ in cascade(model.model, 1, np.random.default_rng(5)):
        redrawn = prepared(batch).maps
        assert not np.allclose(redrawn, trained, rtol=0.1)
        np.testing.assert_array_equal(redrawn, ready(ExplainedModel(model.model))(batch).maps)
    np.testing.assert_array_equal(prepared(batch).maps, trained)


@pytest.mark.parametrize("given", ALL, ids=IDS)
def test_maps_do_not_depend_on_the_batch(model, given):
    batch, found = cells(), []
    for batch_size in (2, 64):
        method = Method(**given, batch_size=batch_size)
        prepared = method_of(method.method).prepare(model, data(), method.options())
        found.append(prepared(batch))
    alone = prepared(some(batch, [3]))
    small, large = found
    axes = method_of(method.method).axes(method.options())
    assert small.maps.shape == (5, *AXES[axes]((SIZE, SIZE), CHANNELS))
    assert small.maps.dtype == np.float32
    assert small.maps.any(axis=(1, 2, 3)).all()
    # What is a difference of predictions has their rounding, of 300 with 24 bits.
    whole = np.abs(small.maps).max(axis=(1, 2, 3))
    if method.method in ("occlusion", "channel_ablation"):
        whole = np.maximum(whole, np.abs(small.prediction))
    for cell in range(5):
        np.testing.assert_allclose(large.maps[cell], small.maps[cell], atol=1e-6 * whole[cell])
    np.testing.assert_allclose(alone.maps[0], small.maps[3], atol=1e-6 * whole[3])
    np.testing.assert_array_equal(large.steps, small.steps)
    for made in (*found, alone):
        assert made.prediction.dtype == made.completeness_gap.dtype == np.float64
        assert made.converged.dtype == bool
        assert made.steps.dtype == np.int64
    expected = model.outputs(batch.images, batch.masks)
    np.testing.assert_allclose(small.prediction, expected, rtol=1e-5)


@pytest.mark.parametrize("given", ALL, ids=IDS)
def test_no_more_images_than_a_batch_are_evaluated_at_once(model, given, monkeypatch):
    seen = []

    def spied(owner, name):
        real = getattr(owner, name)

        def spy(self, points, *context):
            seen.append(len(points))
            return real(self, points, *context)

        monkeypatch.setattr(owner, name, spy)

    for owner in (ExplainedModel, LayerOutputs):
        spied(owner, "gradients")
    spied(ExplainedModel, "outputs")
    spied(LayerOutputs, "features")
    method = Method(**given, batch_size=4)
    method_of(method.method).attribute(
        model,
        cells(),
        3,
        method.options(),
        training_mean=data().training_mean,
        references=data().references,
    )
    assert max(seen, default=0) <= 4
    assert seen or method.method == "integrated_gradients"


@pytest.mark.parametrize("name", ["integrated_gradients", "expected_gradients"])
def test_a_smooth_model_is_complete(explained, name, nuclei):
    from keras import ops

    smooth = explained(lambda x: ops.sum(ops.tanh(x), axis=(1, 2, 3)) ** 2 / 9, (6, 6, 2))
    others = nuclei(5, seed=9)
    options = {"integrated_gradients": {"steps": 64}, "expected_gradients": {"samples": 4000}}
    method = Method(method=name, batch_size=500, **options[name])
    found = method_of(name).attribute(
        smooth, nuclei(2), 1, method.options(), references=References(others.images, others.masks)
    )
    change = found.prediction - found.prediction_baseline
    np.testing.assert_allclose(
        found.completeness_gap, found.maps.sum(axis=(1, 2, 3), dtype=float) - change, atol=1e-5
    )
    assert (np.abs(found.completeness_gap) < 0.02 * np.abs(change) + 0.02).all()


def test_gauss_legendre_comes_closer_than_the_trapezoid_with_as_many_steps(explained, nuclei):
    from keras import ops

    smooth = explained(lambda x: ops.sum(ops.tanh(2 * x), axis=(1, 2, 3)) ** 2, (6, 6, 2))
    gaps = []
    for rule in ("gauss_legendre", "midpoint", "trapezoid"):
        options = Method(method="integrated_gradients", rule=rule, steps=8).options()
        found = method_of("integrated_gradients").attribute(smooth, nuclei(6), 1, options)
        gaps.append(np.abs(found.completeness_gap).mean())
    assert all(less < more for less, more in pairwise(gaps))


def test_what_a_method_lacks_is_told_before_any_cell_is_read(model):
    for given in (
        {"method": "expected_gradients"},
        {"method": "channel_ablation", "to": "permutation"},
        {"method": "vargrad", "baseline": "training_cells"},
    ):
        method = Method(**given)
        with pytest.raises(AttributionError, match="drawn training cells"):
            method_of(method.method).prepare(model, MethodData(1), method.options())
    with pytest.raises(AttributionError, match=r"Did you mean 'conv_2\w*'\?"):
        method_of("hirescam").prepare(
            model, MethodData(1), Method(method="hirescam", layer="conv2").options()
        )
