import keras
import numpy as np
import pytest

from nascent.train.layers import MaskedAverage


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
