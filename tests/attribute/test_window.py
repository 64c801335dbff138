"""Windows: what lies outside them sees no nucleus, and what is kept of them is computed rightly."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from nascent.attribute.window import SIZES, Reach, window_of

# Kernel and pool of each block, edge of the frame.
NETWORKS = [
    (((3, 2), (3, 2)), 48),
    (((5, 1), (3, 4)), 64),
    (((3, 2), (3, 1), (3, 2)), 40),
    (((3, 2), (3, 2)), 128),
]


def reach_of(blocks):
    reach = Reach()
    for kernel, pool in blocks:
        reach = reach.convolved(kernel).pooled(pool)
    return reach


def features_of(blocks):
    """A network with non-zero biases, so that an empty frame is not zero, of any input size."""
    keras.utils.set_random_seed(1)
    image = x = keras.Input((None, None, 2))
    for kernel, pool in blocks:
        x = layers.Conv2D(3, kernel, padding="same", bias_initializer="random_normal")(x)
        x = layers.MaxPooling2D(pool)(layers.ReLU()(x))
    return keras.Model(image, x)


@pytest.fixture(scope="module", params=range(len(NETWORKS)))
def network(request):
    blocks, size = NETWORKS[request.param]
    return features_of(blocks), reach_of(blocks), size


@given(data=st.data())
def test_features_outside_are_those_of_an_empty_frame_and_inside_those_of_the_window(network, data):
    model, reach, size = network
    corners = st.integers(0, size - 1)
    top, bottom = sorted(data.draw(st.tuples(corners, corners)))
    left, right = sorted(data.draw(st.tuples(corners, corners)))
    support = np.zeros((size, size), bool)
    support[top : bottom + 1, left : right + 1] = True
    image = np.zeros((1, size, size, 2), np.float32)
    stream = np.random.default_rng(data.draw(st.integers(0, 99)))
    image[0, support] = stream.normal(size=(support.sum(), 2))

    window = window_of(support, reach)
    whole = np.asarray(model(image))[0]
    empty = np.asarray(model(np.zeros_like(image)))[0]
    rows, columns = window.pixels
    alone = np.asarray(model(image[:, rows, columns]))[0]
    put_together = empty.copy()
    there = (window.inner_rows, window.inner_columns), (window.rows, window.columns)
    here = (
        slice(inner.start - line.start, inner.stop - line.start)
        for inner, line in zip(*there, strict=True)
    )
    put_together[window.inner] = alone[tuple(here)]
    np.testing.assert_allclose(put_together, whole, atol=1e-5)


@pytest.mark.parametrize(("size", "square"), [(48, True), (64, True), (128, False), (224, False)])
def test_windows_have_few_sizes_and_are_squares_in_small_frames(size, square):
    edges = set()
    for radius in range(1, size // 2):
        support = np.zeros((size, size), bool)
        support[size // 2 - radius : size // 2 + radius, size // 2] = True
        rows, columns = window_of(support, Reach(4, 3)).pixels
        height, width = rows.stop - rows.start, columns.stop - columns.start
        assert width == height if square else width <= 32
        edges.add(height)
    assert len(edges) <= SIZES


def test_a_nucleus_in_the_middle_costs_its_box_and_a_rim():
    support = np.zeros((224, 224), bool)
    support[80:140, 90:120] = True
    window = window_of(support, Reach(4, 3))
    # Rows 77 to 142 are seen by 18 features of 4; with a rim of one on either side these are 80
    # pixels, rounded up to 84, three eighths of the frame.
    assert window.rows == range(18, 39)
    assert window.inner_rows == range(19, 38)
    assert window.pixels[0] == slice(72, 156)
    # Columns 87 to 122: 10 features, 48 pixels with the rim, rounded up to 56, a quarter.
    assert window.pixels[1] == slice(80, 136)


def test_an_image_without_a_nucleus_has_a_window_all_the_same():
    assert len(window_of(np.zeros((32, 32), bool), Reach(4, 3)).inner_rows) > 0
