import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage, stats

from nascent.errors import TrainError
from nascent.kinds.cells.crops.placement import size_ratio
from nascent.train.augment.centre_zoom import CentreZoom, size_ratios, zoomed

MEAN, SD, LOW = 0.5, 0.2, 0.3


def drawn(distribution, n=4000):
    layer = CentreZoom(distribution, mean=MEAN, sd=SD, low=LOW, seed=17)
    return np.asarray(layer.draw((n, 8, 8, 1)))


def to_ratio(cells, ratios):
    """Image and mask of cells zoomed to the ratios."""
    layer = CentreZoom("equal", mean=MEAN, sd=SD, low=LOW, seed=1)
    moved = layer.move(cells["image"], cells["mask"], np.asarray(ratios, np.float32))
    return tuple(np.asarray(part) for part in moved)


@given(arrays.arrays(bool, arrays.array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=9)))
def test_ratios_are_those_of_the_crops(masks):
    size = min(masks.shape[1:])
    masks = masks[:, :size, :size]
    expected = [size_ratio(mask) for mask in masks]
    np.testing.assert_allclose(np.asarray(size_ratios(masks)), expected, rtol=1e-6)


def test_normal_ratios_are_clipped_to_the_least_and_one():
    ratios, law = drawn("normal"), stats.norm(MEAN, SD)
    assert ratios.min() == np.float32(LOW)
    assert ratios.max() == 1
    # What lies outside is put on the bound: its share is the normal's tail.
    for bound, share in ((np.float32(LOW), law.cdf(LOW)), (1, law.sf(1))):
        error = np.sqrt(share * (1 - share) / len(ratios))
        assert abs((ratios == bound).mean() - share) < 5 * error
    between = ratios[(ratios > np.float32(LOW)) & (ratios < 1)]
    inside = stats.truncnorm((LOW - MEAN) / SD, (1 - MEAN) / SD, MEAN, SD)
    assert stats.kstest(between, inside.cdf).pvalue > 1e-3


def test_uniform_ratios_lie_between_the_least_and_one():
    ratios = drawn("uniform")
    assert stats.kstest(ratios, stats.uniform(LOW, 1 - LOW).cdf).pvalue > 1e-3
    assert ratios.min() >= LOW
    assert ratios.max() <= 1


def test_equal_ratios_are_the_mean(nuclei):
    assert (drawn("equal") == np.float32(MEAN)).all()
    cells = nuclei(8, size=64)
    outputs = CentreZoom("equal", mean=MEAN, sd=SD, low=LOW, seed=1)(cells, training=True)
    found = [size_ratio(mask) for mask in np.asarray(outputs["mask"])]
    assert np.ptp([size_ratio(mask) for mask in cells["mask"]]) > 0.1
    # The border falls on a whole pixel: half a pixel on either side.
    np.testing.assert_allclose(found, MEAN, atol=1.01 / 64)


def test_cells_get_the_ratio_that_was_drawn(nuclei):
    cells = nuclei(40, size=64)
    ratios = np.linspace(LOW, 1, 40)
    _, masks = to_ratio(cells, ratios)
    np.testing.assert_allclose([size_ratio(mask) for mask in masks], ratios, atol=1.01 / 64)


def test_to_its_own_ratio_a_cell_stays_as_it_is(cells):
    image, mask = to_ratio(cells, [size_ratio(mask) for mask in cells["mask"]])
    np.testing.assert_array_equal(mask, cells["mask"])
    np.testing.assert_allclose(image, cells["image"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("level", [-2.5, 4.0])
@pytest.mark.parametrize("ratio", [0.3, 0.55, 0.97])
def test_a_constant_nucleus_stays_constant_up_to_its_border(cells, level, ratio):
    flat = {
        "image": (level * cells["mask"][..., None]).astype(np.float32),
        "mask": cells["mask"],
    }
    image, mask = to_ratio(flat, [ratio] * 6)
    np.testing.assert_allclose(image[mask], level, rtol=1e-5)
    assert (image[~mask] == 0).all()


def test_area_grows_by_the_square_of_the_scale(nuclei):
    cells = nuclei(30, size=96)
    own = np.array([size_ratio(mask) for mask in cells["mask"]])
    ratios = np.linspace(0.4, 1, 30)
    _, masks = to_ratio(cells, ratios)
    growth = masks.sum((1, 2)) / cells["mask"].sum((1, 2))
    np.testing.assert_allclose(growth, (ratios / own) ** 2, rtol=0.04)


@given(st.data())
def test_no_nucleus_is_cut_wherever_it_lies(data):
    size = data.draw(st.sampled_from([23, 24]))
    box = []
    for _ in range(2):
        first = data.draw(st.integers(0, size - 4))
        box.append((first, data.draw(st.integers(first + 3, size - 1))))
    (top, bottom), (left, right) = box
    mask = np.zeros((1, size, size), bool)
    mask[0, top : bottom + 1, left : right + 1] = True
    # So small that a pixel's width is left of the shorter side, but not less.
    own, shorter = size_ratio(mask[0]), min(bottom - top, right - left) + 1
    ratio = data.draw(st.floats(min(1, own * 2 / shorter), 1))
    _, (now,) = to_ratio({"image": mask[..., None].astype(np.float32), "mask": mask}, [ratio])
    for axis, (first, last) in ((1, box[0]), (0, box[1])):
        found = np.flatnonzero(now.any(axis=axis))
        # Where the edges of the box, half a pixel beyond its pixels' centres, come to lie.
        centre, scale = (size - 1) / 2, ratio / own
        low, high = (centre + (edge - centre) * scale for edge in (first - 0.5, last + 0.5))
        assert low >= -0.5 - 1e-4
        assert high <= size - 0.5 + 1e-4
        assert abs(found[0] - (low + 0.5)) <= 0.5 + 1e-3
        assert abs(found[-1] - (high - 0.5)) <= 0.5 + 1e-3


@pytest.mark.parametrize("scale", [0.4, 0.83, 1.0, 1.37, 2.2])
def test_pixels_are_those_of_scipy(nuclei, scale):
    cells = nuclei(3, seed=4)
    image, mask = (
        np.asarray(part)
        for part in zoomed(cells["image"], cells["mask"], np.full(3, scale, np.float32))
    )
    centre = (cells["mask"].shape[1] - 1) / 2

    def scaled(plane):
        return ndimage.affine_transform(
            plane.astype(float),
            np.full(2, 1 / scale),
            offset=centre - centre / scale,
            order=1,
            mode="grid-constant",
        )

    for number in range(3):
        weight = scaled(cells["mask"][number])
        sure = np.abs(weight - 0.5) > 1e-4
        np.testing.assert_array_equal(mask[number][sure], (weight >= 0.5)[sure])
        for channel in range(3):
            total = scaled(cells["image"][number, ..., channel])
            expected = np.where(mask[number], total / np.maximum(weight, 0.5), 0)
            np.testing.assert_allclose(image[number, ..., channel], expected, atol=1e-4)


def test_a_plane_is_interpolated_exactly_inside_the_nucleus(nuclei):
    cells = nuclei(4, size=48)
    line = np.arange(48) - 23.5
    plane = 2 + 0.3 * line[:, None] - 0.7 * line
    scale = np.array([0.6, 0.9, 1.3, 1.7], np.float32)
    image, mask = zoomed(
        (plane * cells["mask"])[..., None].astype(np.float32), cells["mask"], scale
    )
    for number, factor in enumerate(scale):
        inside = ndimage.binary_erosion(np.asarray(mask[number]), iterations=3)
        expected = 2 + (0.3 * line[:, None] - 0.7 * line) / factor
        found = np.asarray(image[number, ..., 0])
        np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)


def test_a_cell_without_measured_pixels_stays_empty(cells):
    nothing = {name: np.zeros_like(values) for name, values in cells.items()}
    image, mask = to_ratio(nothing, np.linspace(LOW, 1, 6))
    assert not mask.any()
    assert (image == 0).all()


def test_an_unknown_distribution_names_the_nearest():
    with pytest.raises(TrainError, match="'uniform'"):
        CentreZoom("unifrom", mean=MEAN, sd=SD, low=LOW, seed=1)
