import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.train.layers import MaskedAverage, shares


@pytest.fixture
def cells():
    rng = np.random.default_rng(0)
    return rng.normal(size=(4, 6, 6, 3)).astype(np.float32), rng.random((4, 6, 6)) < 0.4


def test_the_average_is_over_measured_pixels(cells):
    images, masks = cells
    expected = [image[mask].mean(axis=0) for image, mask in zip(images, masks, strict=True)]
    got = keras.ops.convert_to_numpy(MaskedAverage()([images, masks]))
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_a_mask_of_ones_gives_the_plain_global_average(cells):
    images, masks = cells
    np.testing.assert_allclose(
        MaskedAverage()([images, np.ones_like(masks)]),
        keras.layers.GlobalAveragePooling2D()(images),
        rtol=1e-4,
        atol=1e-6,
    )


def test_a_cell_without_measured_pixels_gives_zeros(cells):
    images, masks = cells
    masks[2] = False
    got = keras.ops.convert_to_numpy(MaskedAverage()([images, masks]))
    assert (got[2] == 0).all()
    assert np.isfinite(got).all()


def test_the_shape_is_known_without_running():
    shape = MaskedAverage().compute_output_shape([(None, 6, 6, 3), (None, 6, 6)])
    assert shape == (None, 3)


def test_keras_finds_the_layer_by_its_registered_name():
    assert keras.saving.get_registered_object("nascent>MaskedAverage") is MaskedAverage


def test_models_saved_when_maps_were_as_large_as_masks_load():
    kept = {
        "module": "nascent.train.layers",
        "class_name": "MaskedAverage",
        "config": {"name": "measured_average", "trainable": True, "dtype": "float32"},
        "registered_name": "nascent>MaskedAverage",
        "build_config": {"input_shape": [[None, 6, 6, 3], [None, 6, 6]]},
    }
    assert isinstance(keras.saving.deserialize_keras_object(kept), MaskedAverage)


@given(
    places=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    finer=st.tuples(st.integers(0, 7), st.integers(0, 7)),
    seed=st.integers(0, 1000),
)
def test_a_coarse_map_counts_where_its_places_were_measured(places, finer, seed):
    rng = np.random.default_rng(seed)
    pixels = tuple(place + more for place, more in zip(places, finer, strict=True))
    features = rng.normal(size=(2, *places, 3)).astype(np.float32)
    masks = rng.random((2, *pixels)) < 0.4
    masks[:, 0, -1] = True
    # A grid so fine that each pixel and each place is a whole number of its squares.
    fine = features.repeat(pixels[0], axis=1).repeat(pixels[1], axis=2)
    fine_masks = masks.repeat(places[0], axis=1).repeat(places[1], axis=2)
    expected = [image[mask].mean(axis=0) for image, mask in zip(fine, fine_masks, strict=True)]
    got = keras.ops.convert_to_numpy(MaskedAverage()([features, masks]))
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@given(places=st.integers(1, 30), more=st.integers(1, 60))
def test_each_place_averages_and_each_pixel_counts_once(places, more):
    matrix = shares(places + more, places)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(matrix.sum(axis=0), places / (places + more), rtol=1e-5)


def test_a_nucleus_smaller_than_a_place_of_the_map_still_has_its_features():
    features = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    masks = np.zeros((1, 64, 64), bool)
    masks[0, 40, 3] = True
    assert float(MaskedAverage()([features, masks])[0, 0]) == 2


def test_half_precision_does_not_overflow():
    images = np.full((1, 64, 64, 2), 200.0, np.float32)
    averages = MaskedAverage(dtype="mixed_float16")([images, np.ones((1, 64, 64), bool)])
    assert keras.backend.standardize_dtype(averages.dtype) == "float16"
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(averages), 200)
