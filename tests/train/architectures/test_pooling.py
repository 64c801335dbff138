import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.train.architectures.pooling import POOLINGS, pool


def pooled(how, features, masks):
    inputs = keras.Input(features.shape[1:]), keras.Input(masks.shape[1:], dtype="bool")
    model = keras.Model(inputs, pool(*inputs, how))
    return model.predict_on_batch([features, masks])


@pytest.fixture
def cells():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 2, 2, 5)).astype(np.float32)
    return features, rng.random((3, 8, 8)) < 0.5


def test_the_average_does_not_look_at_the_mask(cells):
    features, masks = cells
    expected = features.mean(axis=(1, 2))
    np.testing.assert_allclose(pooled("average", features, masks), expected, rtol=1e-5, atol=1e-6)


def test_flat_features_keep_their_places(cells):
    features, masks = cells
    np.testing.assert_array_equal(pooled("flatten", features, masks), features.reshape(3, 20))


def test_the_masked_average_is_over_the_nucleus(cells):
    features, masks = cells
    everywhere = features.repeat(4, axis=1).repeat(4, axis=2)
    expected = [image[mask].mean(axis=0) for image, mask in zip(everywhere, masks, strict=True)]
    np.testing.assert_allclose(
        pooled("masked_average", features, masks), expected, rtol=1e-5, atol=1e-6
    )


def test_an_unknown_pooling_names_the_nearest(cells):
    with pytest.raises(TrainError, match=r"no pooling 'mask_average'.*'masked_average'"):
        pooled("mask_average", *cells)


def test_the_poolings_are_those_of_the_config():
    assert set(POOLINGS) == {"average", "masked_average", "flatten"}
