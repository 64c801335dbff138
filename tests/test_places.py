"""Attribution and read-outs on lines, planes and volumes, against closed forms.

And in planes against the formulas of rows and columns that the general ones stand for, to the bit.
"""

from dataclasses import replace
from itertools import product

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers
from scipy.ndimage import distance_transform_edt, gaussian_filter

from nascent.attribute import cam
from nascent.attribute.baselines import blurred
from nascent.attribute.chain import chain_of
from nascent.attribute.draws import measured_noise, stream
from nascent.attribute.evaluations import evaluations
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, MethodData, baselines_of
from nascent.attribute.map_writer import MapParts, join_maps, write_maps
from nascent.attribute.maps import MapSource, open_maps
from nascent.attribute.method import known_methods, method_of
from nascent.attribute.occlusion import windows_of
from nascent.attribute.options import options_of
from nascent.attribute.plans import PrefixPlan, plan_of
from nascent.attribute.references import References, fitted
from nascent.config.attribution import Method
from nascent.errors import AttributionError
from nascent.explain.attention import features as feature_attention
from nascent.explain.attention import maps as attention
from nascent.explain.clusters.correlations import correlate
from nascent.explain.clusters.permuted_maps import common_outline, unit_maps, without_outline
from nascent.explain.importance import aggregates
from nascent.explain.reading import map_levels
from nascent.explain.reading.cells import ExplainedCell
from nascent.explain.regions import shares as regions
from nascent.explain.removal import deletion
from nascent.explain.sensitivity import table as sensitivity
from nascent.explain.similarity import table as similarity
from nascent.explain.statistics import image_nulls
from nascent.explain.truth import scores as truth
from nascent.explain.use import changes as use_changes
from nascent.figures.gather import read_examples
from nascent.kinds.cells.planted import Planted
from nascent.places import bounding_box, has_places
from nascent.report.explorer import stage as explorer_stage
from nascent.smoothing import smoothed
from nascent.train.layers import MaskedAverage

SHAPES = {"line": (40, 4), "plane": (16, 16, 4), "volume": (8, 12, 12, 4)}
CHANNELS = ["a", "b", "c", "d"]
BASELINES = ("black", "training_mean", "blurred", "noise", "training_cells")
MEAN = np.float32([0.1, -0.2, 0.3, 0.4])


def outlines(count, places, seed):
    """Ellipsoids (on a line stretches) somewhere in the frame, each with a hole."""
    drawn = np.random.default_rng(seed)
    masks = np.zeros((count, *places), bool)
    for mask in masks:
        distance = 0.0
        for line, size in zip(np.ogrid[tuple(map(slice, places))], places, strict=True):
            middle, radius = size * drawn.uniform(0.45, 0.55), size * drawn.uniform(0.3, 0.42)
            distance = distance + ((line - middle) / radius) ** 2
        mask[...] = distance < 1
        mask[tuple(size // 2 for size in places)] = False
    return masks


def nuclei(shape, count, seed):
    masks = outlines(count, shape[:-1], seed)
    values = np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)
    return CellBatch(values * masks[..., None], masks, list(range(10, 10 + count)))


def inputs_of(shape):
    return keras.Input(shape, name="image"), keras.Input(shape[:-1], name="mask", dtype="bool")


def linear_model(shape):
    image, mask = inputs_of(shape)
    output = layers.Dense(1, name="output")(layers.Flatten()(image))
    return keras.Model({"image": image, "mask": mask}, output)


def network(shape, pooled=None):
    """Convolution, ReLU, max pooling, convolution, and a mean over places."""
    rank = len(shape) - 1
    image, mask = inputs_of(shape)
    convolution = getattr(layers, f"Conv{rank}D")
    x = layers.ReLU()(convolution(5, 3, padding="same", name="first")(image))
    x = getattr(layers, f"MaxPooling{rank}D")(2)(x)
    x = convolution(6, 3, padding="same", name="features")(x)
    if pooled is None:
        x = getattr(layers, f"GlobalAveragePooling{rank}D")()(x)
    else:
        x = pooled([x, mask])
    x = layers.Dense(1, use_bias=False, name="output")(x)
    return keras.Model({"image": image, "mask": mask}, x)


class Case:
    """A linear model f = Σ w x + 7, a network, cells and references of one shape."""

    def __init__(self, shape):
        keras.utils.set_random_seed(5)
        self.shape, self.places = shape, shape[:-1]
        self.weights = np.random.default_rng(3).normal(size=shape).astype(np.float32)
        model = linear_model(shape)
        model.get_layer("output").set_weights([self.weights.reshape(-1, 1), np.float32([7])])
        self.linear, self.network = ExplainedModel(model), ExplainedModel(network(shape))
        self.cells = nuclei(shape, 3, 1)
        others = nuclei(shape, 5, 2)
        self.data = MethodData(4, MEAN, References(others.images, others.masks))

    def explain(self, explained, method, cells=None, **given):
        options = options_of(method, Method(method=method, batch_size=16, **given).options())
        return method_of(method).prepare(explained, self.data, options)(cells or self.cells)


@pytest.fixture(scope="module", params=SHAPES)
def case(request):
    return Case(SHAPES[request.param])


@pytest.fixture(scope="module")
def plane():
    return nuclei(SHAPES["plane"], 3, 1)


def close(found, expected):
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)


# Methods, against what they are for f = Σ w x + 7.


def test_gradients(case):
    everywhere = np.broadcast_to(case.weights, case.cells.images.shape)
    for method, expected in (
        ("gradient", everywhere),
        ("input_x_gradient", case.weights * case.cells.images),
    ):
        found = case.explain(case.linear, method)
        close(found.maps, expected)
        close(found.prediction, (case.weights * case.cells.images).reshape(3, -1).sum(axis=1) + 7)


@pytest.mark.parametrize("baseline", BASELINES)
def test_integrated_gradients_are_weights_times_the_difference_from_the_baseline(case, baseline):
    found = case.explain(case.linear, "integrated_gradients", baseline=baseline, steps=3)
    options = Method(method="integrated_gradients", baseline=baseline).options()
    starts = baselines_of(case.cells, case.data.baseline(options))
    assert not starts[~case.cells.masks].any()
    assert baseline == "black" or starts[case.cells.masks].any()
    close(found.maps, case.weights * (case.cells.images - starts))
    close(found.completeness_gap + 1e4, [1e4] * 3)


def test_integrated_gradients_of_a_network_sum_to_the_change(case):
    found = case.explain(case.network, "integrated_gradients", baseline="blurred", steps=200)
    change = np.abs(found.prediction - found.prediction_baseline)
    assert (np.abs(found.completeness_gap) < 0.02 * change).all()


def test_expected_gradients_are_weights_times_the_mean_difference_from_references(case):
    found = case.explain(case.linear, "expected_gradients", samples=20)
    for number, example_id in enumerate(case.cells.ids):
        image, mask = case.cells.images[number], case.cells.masks[number]
        drawn = stream(case.data.seed, example_id, "expected_gradients").integers(5, size=20)
        starts = np.mean([case.data.references.fitted(k, mask) for k in drawn], axis=0)
        close(found.maps[number], case.weights * (image - starts))
    close(found.completeness_gap + 1e4, [1e4] * 3)


def test_means_and_spreads_over_noise(case):
    found = case.explain(case.linear, "smoothgrad", samples=4)
    close(found.maps, np.broadcast_to(case.weights, found.maps.shape))
    found = case.explain(case.linear, "smoothgrad_squared", samples=4)
    close(found.maps, np.broadcast_to(case.weights**2, found.maps.shape))
    for over in ({"over": "input_x_gradient"}, {"over": "integrated_gradients", "steps": 3}):
        found = case.explain(case.linear, "vargrad", samples=4, sigma=0.5, **over)
        for number, example_id in enumerate(case.cells.ids):
            mask = case.cells.masks[number]
            noise = [
                measured_noise(mask, 4, 0.5, stream(case.data.seed, example_id, "noise", draw))
                for draw in range(4)
            ]
            close(found.maps[number], np.abs(case.weights) * np.std(noise, axis=0))


@pytest.mark.parametrize("channels", ["each", "together"])
def test_occlusion_of_a_single_pixel_is_its_part_of_the_change(case, channels):
    cells = nuclei(case.shape, 1, 1)
    found = case.explain(
        case.linear, "occlusion", cells, window=1, channels=channels, baseline="black"
    )
    expected = case.weights * cells.images
    if channels == "together":
        expected = expected.sum(axis=-1, keepdims=True)
    # A difference of two predictions in float32.
    scale = np.abs(found.prediction).max()
    np.testing.assert_allclose(found.maps, expected, rtol=1e-3, atol=1e-6 * scale)


@pytest.mark.parametrize(("window", "stride"), [(2, 2), (5, 3), (99, 7)])
def test_occlusion_covers_every_measured_pixel_and_is_counted(case, window, stride):
    found = case.explain(
        case.linear, "occlusion", window=window, stride=stride, channels="each", baseline="black"
    )
    np.testing.assert_array_equal((found.maps != 0).any(axis=-1), case.cells.masks)
    options = {"window": window, "stride": stride, "channels": "each"}
    whole = windows_of(np.ones(case.places, bool), window, stride)
    assert evaluations("occlusion", options, case.shape) == len(whole) * 4
    if window == stride == 2:
        # Windows side by side: the map sums to all of f(x) − f(0).
        change = found.prediction - found.prediction_baseline
        close(found.maps.reshape(3, -1).sum(axis=1, dtype=float), change)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(0, 999),
)
def test_windows_cover_every_measured_pixel(places, window, stride, seed):
    mask = np.random.default_rng(seed).random(places) < 0.3
    covered = np.zeros(places, bool)
    for here in windows_of(mask, window, min(stride, window)):
        assert mask[here].shape == tuple(min(window, size) for size in places)
        covered[here] = True
    assert covered[mask].all()


def test_ablation_has_one_value_a_channel(case):
    found = case.explain(case.linear, "channel_ablation", to="baseline", baseline="training_mean")
    starts = case.cells.masks[..., None] * MEAN
    parts = (case.weights * (case.cells.images - starts)).reshape(3, -1, 4).sum(axis=1)
    assert found.maps.shape == (3, *[1] * len(case.places), 4)
    close(found.maps.reshape(3, 4), parts)
    found = case.explain(case.linear, "channel_ablation", to="permutation", samples=2)
    assert found.maps.shape == (3, *[1] * len(case.places), 4)


@pytest.mark.parametrize("method", ["grad_cam", "hirescam"])
def test_class_activation_maps_are_weighted_features_at_full_size(case, method):
    """Behind a mean over P places both are A · v / P, made larger."""
    assert cam.layer_of(case.network, None).name == "features"
    found = case.explain(case.network, method, sign="both")
    features = case.network.at_layer("features").features(case.cells.images, case.cells.masks)
    head = np.asarray(case.network.model.get_layer("output").get_weights()[0])[:, 0]
    expected = features @ head / np.prod(features.shape[1:-1])
    for axis, size in enumerate(case.places, start=1):
        expected = np.apply_along_axis(enlarged, axis, expected, size)
    close(found.maps[..., 0], expected)


def enlarged(values, size):
    """A line at another length, straight between the middles of its pixels."""
    middles = (np.arange(size) + 0.5) / size
    return np.interp(middles, (np.arange(len(values)) + 0.5) / len(values), values)


def test_every_method_of_a_network_gives_finite_maps(case):
    given = {"integrated_gradients": {"steps": 3}, "occlusion": {"window": 6}}
    given |= {"smoothgrad": {"samples": 2}, "smoothgrad_squared": {"samples": 2}}
    given |= {"vargrad": {"samples": 2, "steps": 3}, "expected_gradients": {"samples": 3}}
    for name in known_methods():
        found = case.explain(case.network, name, **given.get(name, {}))
        options = options_of(name, Method(method=name, **given.get(name, {})).options())
        source = MapSource(tuple(CHANNELS), name, options, 0, "", "", method_of(name).axes(options))
        assert found.maps.shape[1:] == source.map_shape(case.places)
        assert np.isfinite(found.maps).all()
        assert found.maps.any()


def test_windows_around_the_nucleus_are_for_squares_alone(case):
    chain = chain_of(case.network.model)
    assert (chain is not None) == (case.shape == SHAPES["plane"])
    oblong = ExplainedModel(network((16, 12, 4)))
    assert chain_of(oblong.model) is None
    assert isinstance(plan_of(oblong), PrefixPlan)


def test_maps_are_written_and_joined(case, tmp_path):
    made = case.explain(case.linear, "gradient")
    source = MapSource(tuple(CHANNELS), "gradient", {}, 0, "", "")
    write_maps(tmp_path / "a", made, ids=[1, 2, 3], masks=case.cells.masks, source=source)
    join_maps([MapParts(source, case.places, [tmp_path / "a"])], tmp_path / "b")
    with open_maps(tmp_path / "b") as maps:
        assert maps.places == case.places
        np.testing.assert_array_equal(np.stack(list(maps)), made.maps)
        np.testing.assert_array_equal(maps.mask(1), case.cells.masks[1])


# Images: other nuclei in an outline, blur, changes.


def test_a_nucleus_in_its_own_outline_or_moved_is_itself(case):
    image, mask = case.cells.images[0], case.cells.masks[0]
    np.testing.assert_array_equal(fitted(image, mask, mask), image)
    axes = tuple(range(len(case.places)))
    moved = [np.roll(values, (-1,) * len(axes), axes) for values in (image, mask)]
    np.testing.assert_array_equal(fitted(image, mask, moved[1]), moved[0])


def test_a_nucleus_is_stretched_along_every_axis(case):
    axes = len(case.places)
    image, measured, mask = np.zeros(case.shape), np.zeros(case.places, bool), None
    measured[(slice(1, 4),) * axes] = True
    image[measured] = np.random.default_rng(1).random((3**axes, 4))
    mask = np.zeros(case.places, bool)
    mask[(slice(2, 8),) * axes] = True
    found = fitted(image, measured, mask)[(slice(2, 8),) * axes]
    expected = image[(slice(1, 4),) * axes]
    for axis in range(axes):
        expected = np.repeat(expected, 2, axis=axis)
    np.testing.assert_array_equal(found, expected)


def test_an_even_nucleus_is_not_changed_by_blur(case):
    mask = case.cells.masks[0]
    even = mask[..., None] * MEAN
    np.testing.assert_allclose(blurred(even, mask, 2.0), even, rtol=1e-6)
    np.testing.assert_allclose(smoothed(even, mask, 2.0), even, rtol=1e-6)
    spread = blurred(case.cells.images[0], mask, 50.0)[mask].std(axis=0)
    assert (spread < 0.02).all()
    assert not blurred(case.cells.images[0], np.zeros_like(mask), 2.0).any()


def test_channels_are_exchanged_where_measured(case):
    image, mask = case.cells.images[0], case.cells.masks[0]
    pixels = np.random.default_rng(1).random((mask.sum(), 2)).astype(np.float32)
    found = use_changes.exchanged(image, mask, [3, 1], pixels)
    np.testing.assert_array_equal(found[mask][:, [3, 1]], pixels)
    np.testing.assert_array_equal(found[..., [0, 2]], image[..., [0, 2]])
    assert not found[~mask].any()


def test_maps_of_the_image(case):
    axes = len(case.places)
    slopes = np.arange(1, axes + 1)
    ramp = np.tensordot(slopes, np.indices((14,) * axes), 1).astype(float)
    found = image_nulls.image_map("edge", np.stack([ramp, -ramp], axis=-1), ramp >= 0)
    # In the middle, beyond the reach of the borders.
    close(found[(slice(6, 8),) * axes], np.full((*(2,) * axes, 2), np.linalg.norm(slopes)))
    image, mask = case.cells.images[0], case.cells.masks[0]
    for name in image_nulls.IMAGE_MAPS:
        found = image_nulls.image_map(name, image, mask)
        assert found.shape == image.shape
        assert (found >= 0).all()
        assert not found[~mask].any()


# Read-outs of maps.


def channel_map(case):
    return np.arange(1, 5, dtype=np.float32).reshape(*[1] * len(case.places), 4)


def test_sums_of_a_map_are_over_measured_pixels(case):
    scores, mask = case.cells.images[0], case.cells.masks[0]
    measured = scores[mask].astype(float)
    levels = map_levels.magnitudes(scores, mask)
    close(levels["entries"], np.abs(measured).ravel())
    close(levels["pixels"], np.abs(measured).sum(axis=1))
    close(levels["channels"], np.abs(measured).sum(axis=0))
    assert list(map_levels.magnitudes(scores[..., :1], mask)) == ["pixels"]
    assert map_levels.magnitudes(channel_map(case), mask)["channels"].tolist() == [1, 2, 3, 4]
    found = aggregates.aggregated(scores, mask)
    close(found["absolute"], np.abs(measured).sum(axis=0))
    close(found["signed"], measured.sum(axis=0))
    close(found["squared"], (measured**2).sum(axis=0))
    assert aggregates.aggregated(channel_map(case), mask)["signed"].tolist() == [1, 2, 3, 4]
    assert map_levels.agreement(*[map_levels.ranked(scores, mask)] * 2) == pytest.approx(
        dict.fromkeys(map_levels.LEVELS, 1.0)
    )


def test_maps_of_other_places_than_the_mask_are_refused(case):
    mask = case.cells.masks[0]
    assert has_places(case.cells.images[0], mask)
    assert not has_places(channel_map(case), mask)
    other = np.zeros((*[size + 1 for size in case.places], 4))
    for read in (aggregates.aggregated, map_levels.magnitudes):
        with pytest.raises(AttributionError, match=r"does not fit a mask of shape"):
            read(other, mask)


def test_shares_in_the_nucleus_and_its_rim(case):
    mask = case.cells.masks[0]
    scores = np.zeros(case.shape)
    scores[mask] = 3
    scores[~mask] = 1
    scores[..., 1] *= -1
    rim = attention.with_rim(mask, 1)
    # Distance at most 1: the mask and the neighbours along each axis.
    expected = np.pad(mask, 1)
    for axis, by in product(range(mask.ndim), (-1, 1)):
        expected = expected | np.roll(np.pad(mask, 1), by, axis)
    np.testing.assert_array_equal(rim, expected[(slice(1, -1),) * mask.ndim])
    others = np.stack([mask, ~mask])
    masks = {attention.CELL: mask, attention.RIM: rim}
    nucleus, around = attention.cell_rows(0, scores, masks, dict.fromkeys(masks, others))
    inside, frame = mask.sum(), mask.size
    assert nucleus["share"] == pytest.approx(3 * inside / (3 * inside + frame - inside))
    assert nucleus["chance"] == pytest.approx(inside / frame)
    assert nucleus["exchanged"] == pytest.approx(0.5)
    assert nucleus["p"] == pytest.approx(2 / 3)
    assert around["share"] > nucleus["share"]


def cells_with(case, maps):
    return [
        ExplainedCell(number, image, mask, scores, 0.0, 0.0)
        for number, (image, mask, scores) in enumerate(
            zip(case.cells.images, case.cells.masks, maps, strict=True)
        )
    ]


def test_channels_of_one_pattern_correlate(case):
    maps = np.random.default_rng(1).normal(size=(3, *case.shape)).astype(np.float32)
    maps[..., 1], maps[..., 2] = 2 * maps[..., 0], -maps[..., 0]
    whole = [replace(cell, mask=np.ones(case.places, bool)) for cell in cells_with(case, maps)]
    found = correlate(iter(whole), sigma=1.0)
    assert found.tested.tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.within[:, 0, :3], [[1, 1, -1]] * 3, rtol=1e-5)
    assert (np.abs(found.within[:, 0, 3]) < 0.9).all()
    of_tested = np.einsum("nkp,nlp->nkl", found.maps, found.maps)
    np.testing.assert_allclose(of_tested[:, 0, :3], [[1, 1, -1]] * len(found.tested), rtol=1e-4)


@pytest.mark.parametrize("shape", [(), (9,), (9, 11), (5, 9, 11)])
def test_the_bounding_box_is_the_smallest_that_holds_a_mask(shape):
    mask = np.zeros(shape, bool)
    assert bounding_box(mask) == tuple(slice(0, size) for size in shape)
    ends = np.array([[1, size - 2] for size in shape], int).reshape(-1, 2)
    mask[tuple(ends[:, 0])] = mask[tuple(ends[:, 1])] = True
    assert bounding_box(mask) == tuple(slice(first, last + 1) for first, last in ends)


def test_the_common_outline_fits_into_the_frame(case):
    outline = common_outline(case.places)
    edges = [line.stop - line.start for line in bounding_box(outline)]
    assert edges == [min(size, 14) for size in case.places]
    # A ball has π / 6 of its cube, a disc π / 4 of its square, a line all of it.
    share = {1: 1, 2: np.pi / 4, 3: np.pi / 6}[len(edges)]
    assert outline.sum() == pytest.approx(share * np.prod(edges), rel=0.06)
    found = unit_maps(case.cells.images[0], case.cells.masks[0])
    assert found.shape == (4, outline.sum())
    np.testing.assert_allclose((found**2).sum(axis=1), 1, rtol=1e-5)


def test_what_follows_the_outline_is_taken_away(case):
    mask = case.cells.masks[0]
    depth = distance_transform_edt(np.pad(mask, 1))[(slice(1, -1),) * mask.ndim]
    other = case.cells.images[0][..., 0]
    found = without_outline(np.stack([depth * mask, other], axis=-1), mask)
    assert np.abs(found[..., 0]).max() < 0.1 * np.ptp(depth[mask])
    assert found[mask][:, 1].std() > 0.5 * other[mask].std()
    assert not found[~mask].any()


def test_a_map_that_is_the_image_is_most_like_it(case):
    cells = dict(enumerate(cells_with(case, case.cells.images)))
    found = similarity.compare(cells, [0, 1, 2], np.array([[1, 2, 0]]), bins=4)
    own, chance = found.found[:, 0], found.chance[0, :, 0]
    np.testing.assert_allclose(np.diagonal(own, axis1=1, axis2=2), 1, rtol=1e-5)
    assert np.isfinite(chance).all()
    assert (np.abs(chance) < 0.9).all()


def test_a_map_on_a_region_alone_is_enriched_by_its_area(case):
    image, mask = case.cells.images[0], case.cells.masks[0]
    region = regions.region_mask(image[..., 2], mask, 75)
    area = region.sum() / mask.sum()
    scores = np.where(region[..., None], 1.0, 0) * np.ones(4)
    np.testing.assert_allclose(regions.enrichment(scores, region, mask), 1 / area)
    even = np.ones(case.shape)
    np.testing.assert_allclose(regions.enrichment(even, region, mask), 1)
    found = regions.compare_regions(
        dict(enumerate(cells_with(case, [even] * 3))),
        lambda cell: regions.RegionCell(
            cell,
            case.cells.masks[cell],
            {"r": regions.region_mask(case.cells.images[cell][..., 2], case.cells.masks[cell], 75)},
        ),
        [0, 1, 2],
        np.array([[1, 2, 0]]),
        CHANNELS,
    )
    np.testing.assert_allclose(found["enrichment"], 1)
    np.testing.assert_allclose(found["null"], 1)


def test_truth_is_found_in_a_map_of_it(case):
    mask = case.cells.masks[0]
    causal = mask & (case.cells.images[0][..., 0] > 0.5)
    scores = np.zeros(case.shape)
    scores[causal, :2] = 1
    found = truth.scores(scores, mask, causal, CHANNELS, ["a", "b"]).found
    assert found["pixel_share"] == (1, pytest.approx(causal.sum() / mask.sum()))
    assert found["entry_precision"][0] == found["channel_share"][0] == 1
    of_channels = truth.scores(channel_map(case), mask, causal, CHANNELS, ["c", "d"]).found
    assert of_channels["channel_share"] == (0.7, 0.5)
    assert np.isnan(of_channels["pixel_share"][0])


def test_a_linear_map_changes_as_its_image_does(case):
    def explain(images, masks, ids):
        maps = case.weights * images
        return maps, maps.reshape(len(maps), -1).sum(axis=1)

    image, mask = case.cells.images[0], case.cells.masks[0]
    found = sensitivity.map_changes(explain, image, mask, 0, radius=0.1, draws=2, seed=1)
    changes = [
        np.linalg.norm((case.weights * sensitivity.uniform_noise(mask, 4, 0.1, 1, 0, draw))[mask])
        for draw in range(2)
    ]
    norm = np.linalg.norm((case.weights * image)[mask])
    assert found[sensitivity.CHANGE] == pytest.approx(max(changes) / norm, rel=1e-4)


def test_deletion_moves_the_prediction_by_what_is_deleted(case):
    image, mask = case.cells.images[0], case.cells.masks[0]
    scores = case.weights * image

    def predict(images, masks):
        return (case.weights * images).reshape(len(images), -1).sum(axis=1)

    found = deletion.cell_changes(
        predict,
        image,
        mask,
        scores,
        {"black": np.zeros_like(image)},
        deletion.Removal((0.5, 1.0), 1, 8),
        np.random.default_rng(1),
    )
    curve = found[deletion.ENTRIES, "black", deletion.DELETION, deletion.ATTRIBUTION]
    first = np.sort(np.abs(scores[mask]).ravel())[::-1][: round(mask.sum() * 4 * 0.5)]
    kept = np.abs(scores) < first[-1]
    np.testing.assert_allclose(
        curve, [0, abs(scores[mask & True][~kept[mask]].sum()), abs(scores.sum())], rtol=1e-3
    )


def test_features_of_a_network_and_their_share_in_the_nucleus(case):
    assert feature_attention.pooled_layer(case.network.model) == "features"
    coarse = tuple(size // 2 for size in case.places)
    masks = case.cells.masks
    weight = feature_attention.inside_weights(masks, coarse)
    halves = [part for size in coarse for part in (size, 2)]
    between = tuple(range(2, 2 * len(coarse) + 1, 2))
    np.testing.assert_allclose(weight, masks.reshape(3, *halves).mean(axis=between), atol=1e-6)
    features = np.random.default_rng(1).random((3, *coarse, 5))
    found = feature_attention.feature_shares(features, np.ones_like(features), masks)
    flat, parts = features.reshape(3, -1, 5), weight.reshape(3, -1)
    np.testing.assert_allclose(found.inside, np.einsum("np,npf->nf", parts, flat))
    np.testing.assert_allclose(found.chance, masks.reshape(3, -1).mean(axis=1))
    np.testing.assert_allclose(found.gradient, np.prod(coarse))


def test_the_masked_average_is_over_measured_places(case):
    coarse = tuple(size // 2 for size in case.places)
    features = np.random.default_rng(1).random((3, *coarse, 5)).astype(np.float32)
    weight = feature_attention.inside_weights(case.cells.masks, coarse)[..., None]
    places = tuple(range(1, 1 + len(coarse)))
    expected = (features * weight).sum(axis=places) / weight.sum(axis=places)
    layer = MaskedAverage()
    found = keras.ops.convert_to_numpy(layer([features, case.cells.masks]))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    model = network(case.shape, layer)
    assert model.output.shape == (None, 1)
    assert feature_attention.pooled_layer(model) == "features"


# What is of planes by nature says so.


class OneCell:
    """A store of one cell."""

    channels = CHANNELS

    def __init__(self, cells):
        self.examples = pd.DataFrame({"target": [1.0]}, index=pd.Index([7], name="id"))
        self._cell = cells.images[0], cells.masks[0]

    def __getitem__(self, i):
        return self._cell


def test_parts_for_planes_decline_with_a_reason(case, tmp_path):
    source = MapSource(tuple(CHANNELS), "gradient", {}, 0, "", "shard")
    made = case.explain(case.linear, "gradient")
    write_maps(tmp_path / "maps", made, ids=[1, 2, 3], masks=case.cells.masks, source=source)

    def explorer():
        explorer_stage.with_pictures([explorer_stage.Explanation("", [tmp_path / "maps"])])

    parts = {
        "a figure of single cells": lambda: read_examples([OneCell(case.cells)], [7], ["a"]),
        "the explorer": explorer,
        "the truth of a simulated plate": lambda: Planted.mask(None, 7, case.cells.masks[0]),
    }
    if len(case.places) == 2:
        assert parts["a figure of single cells"]().images.shape == (1, 16, 16, 1)
        explorer()
        return
    for name, part in parts.items():
        with pytest.raises(AttributionError, match=f"{name}.* needs images of rows") as told:
            part()
        assert str(case.places) in str(told.value)


# The formulas of rows and columns.


def test_in_a_plane_enlarged_maps_are_equal_to_the_bit():
    maps = np.random.default_rng(1).normal(size=(3, 5, 7)).astype(np.float32)
    rows, columns = cam._interpolation(16, 5), cam._interpolation(16, 7)
    expected = np.einsum("sh,nhw,tw->nst", rows, maps, columns, optimize=True)
    np.testing.assert_array_equal(cam.upsampled(maps, (16, 16)), expected)


def test_in_a_plane_blur_and_fit_are_equal_to_the_bit(plane):
    image, mask = plane.images[0], plane.masks[0]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    weight = mask[box].astype(np.float64)
    sums = gaussian_filter(image[box] * weight[..., None], (3.0, 3.0, 0), mode="constant")
    weights = gaussian_filter(weight, 3.0, mode="constant")
    expected = np.zeros_like(image)
    expected[box][mask[box]] = sums[mask[box]] / weights[mask[box]][:, None]
    np.testing.assert_array_equal(blurred(image, mask, 3.0), expected)
    nearest = distance_transform_edt(~mask, return_distances=False, return_indices=True)
    other = plane.masks[1]
    v, u = np.nonzero(other)
    there = [
        onto[0]
        + np.floor((at - at.min() + 0.5) / (np.ptp(at) + 1) * (np.ptp(onto) + 1)).astype(int)
        for at, onto in ((v, rows), (u, columns))
    ]
    expected = np.zeros_like(image)
    expected[v, u] = image[tuple(nearest[:, *there])]
    np.testing.assert_array_equal(fitted(image, mask, other), expected)


@pytest.mark.parametrize("size", [1, 5, 13, 14, 31])
def test_in_a_plane_the_common_outline_is_the_disc(size):
    across = min(size, 14)
    v, u = np.mgrid[:across, :across] - (across - 1) / 2
    disc = np.zeros((size, size), bool)
    disc[:across, :across] = np.hypot(u, v) < across / 2
    np.testing.assert_array_equal(common_outline((size, size)), disc)


def test_in_a_plane_surroundings_are_of_the_disc_to_the_bit(plane):
    image, mask = plane.images[0], plane.masks[0]
    radius = np.sqrt(np.count_nonzero(mask) / np.pi)
    expected = np.maximum(image.astype(float) - smoothed(image, mask, 0.2 * radius), 0)
    np.testing.assert_array_equal(image_nulls.image_map("spots", image, mask), expected)


def test_in_a_plane_feature_shares_are_equal_to_the_bit(plane):
    features = np.random.default_rng(1).random((3, 5, 8, 6)).astype(np.float32)
    weight = feature_attention.inside_weights(plane.masks, (5, 8))
    rows, columns = (feature_attention.shares(16, places).astype(np.float32) for places in (5, 8))
    expected = np.einsum("is,nst->nit", rows, plane.masks.astype(np.float64))
    expected = np.einsum("jt,nit->nij", columns, expected)
    np.testing.assert_array_equal(weight, expected)
    found = feature_attention.feature_shares(features, features, plane.masks)
    positive = features.astype(np.float64)
    np.testing.assert_array_equal(found.inside, np.einsum("nij,nijf->nf", weight, positive))
