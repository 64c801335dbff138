import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.kinds.cells.crops.placement import centre, margin, shrink, size_ratio

SIZES = [149, 150, 151, 152, 153, 155, 225, 227]


def predecessor(v, u, values, size):
    """The predecessor's crop, from its description: draw the rectangle, then cut a box of it.

    The box is centred on (h/2, w/2); its corner and its edge are rounded by Python's `round`; what
    of it lies outside the rectangle is zero.
    """
    height, width = int(v.max()) + 1, int(u.max()) + 1
    rectangle = np.zeros((height, width, values.shape[-1]), values.dtype)
    rectangle[v, u] = values
    corner_v, corner_u = round(height / 2 - size / 2), round(width / 2 - size / 2)
    crop = np.zeros((round(size), round(size), values.shape[-1]), values.dtype)
    for row in range(round(size)):
        for column in range(round(size)):
            i, j = row + corner_v, column + corner_u
            if 0 <= i < height and 0 <= j < width:
                crop[row, column] = rectangle[i, j]
    return crop


def drawn(v, u, values, size):
    shown, places = centre(v, u, size)
    crop = np.zeros((size * size, values.shape[-1]), values.dtype)
    crop[places] = values[shown]
    return crop.reshape(size, size, -1)


@pytest.mark.parametrize("width", [149, 153, 225])
@pytest.mark.parametrize("height", SIZES)
def test_a_crop_equals_the_predecessors_to_the_pixel(height, width):
    rng = np.random.default_rng(height)
    v, u = (axis.ravel() for axis in np.indices((height, width)))
    values = rng.integers(1, 1 << 16, (len(v), 2)).astype(np.uint16)
    np.testing.assert_array_equal(drawn(v, u, values, 224), predecessor(v, u, values, 224))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 32))
def test_any_crop_equals_the_predecessors(height, width, size):
    v, u = (axis.ravel() for axis in np.indices((height, width)))
    values = np.arange(1, len(v) + 1)[:, None]
    np.testing.assert_array_equal(drawn(v, u, values, size), predecessor(v, u, values, size))


def test_margins_are_those_published():
    published = {149: 38, 150: 37, 151: 36, 152: 36, 153: 36, 155: 34, 225: 0, 227: -2}
    assert {length: int(margin(length, 224)) for length in published} == published


@pytest.mark.parametrize(("height", "width"), [(300, 200), (230, 230), (448, 20), (500, 1)])
def test_a_shrunk_nucleus_fits_and_keeps_its_shape(height, width):
    v, u = (axis.ravel() for axis in np.indices((height, width)))
    shown, places = shrink(v, u, 224)
    rows, columns = places // 224, places % 224
    assert np.ptp(rows) + 1 == round(height * 224 / max(height, width))
    assert np.ptp(columns) + 1 == max(1, round(width * 224 / max(height, width)))
    # Nearest neighbour: a shown pixel sits where its own place, scaled, falls.
    scale = 224 / max(height, width)
    for axis, placed in ((v, rows), (u, columns)):
        own = (axis[shown] + 0.5) * scale
        assert np.abs(own - (placed - placed.min() + 0.5)).max() <= 1
    assert len(np.unique(places)) == len(places)


def test_shrinking_by_two_takes_every_other_pixel():
    v, u = (axis.ravel() for axis in np.indices((8, 8)))
    shown, places = shrink(v, u, 4)
    assert sorted(places) == list(range(16))
    assert {(v[i], u[i]) for i in shown} == {(r, c) for r in (1, 3, 5, 7) for c in (1, 3, 5, 7)}


def test_a_hole_stays_a_hole_when_shrunk():
    v, u = (axis.ravel() for axis in np.indices((60, 60)))
    hole = (abs(v - 30) < 10) & (abs(u - 30) < 10)
    _, places = shrink(v[~hole], u[~hole], 30)
    mask = np.zeros(900, bool)
    mask[places] = True
    assert not mask.reshape(30, 30)[12:18, 12:18].any()
    assert mask.sum() == pytest.approx((~hole).sum() / 4, rel=0.05)


@pytest.mark.parametrize(
    ("box", "ratio"),
    [
        ((2, 8, 3, 7), 1 - 2 * 2 / 10),
        ((3, 7, 1, 9), 1 - 2 * 1 / 10),
        ((0, 3, 4, 6), 1.0),
        ((4, 6, 4, 6), 1 - 2 * 4 / 10),
    ],
)
def test_the_size_ratio_follows_the_smallest_margin(box, ratio):
    mask = np.zeros((10, 10), bool)
    top, bottom, left, right = box
    mask[top:bottom, left:right] = True
    assert size_ratio(mask) == pytest.approx(ratio)


def test_a_crop_that_shows_nothing_has_size_ratio_one():
    assert size_ratio(np.zeros((10, 10), bool)) == 1.0
