"""Grad-CAM and HiResCAM on models whose features and gradients are written down."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from nascent.attribute import cam
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.errors import AttributionError

SIZE = 8
KERNEL = np.float32([[1.0, -0.5, 0.2], [0.3, 2.0, -1.0]])
HEAD = np.float32([0.7, -1.5, 2.0])


def model(pooled):
    """Return a model of three feature maps 4 × 4: means of 2 × 2 pixels, mixed by KERNEL."""
    image = keras.Input((SIZE, SIZE, 2), name="image")
    mask = keras.Input((SIZE, SIZE), name="mask", dtype="bool")
    features = layers.AveragePooling2D(2, name="means")(image)
    features = layers.Conv2D(3, 1, use_bias=False, name="mixed")(features)
    outputs = layers.Dense(1, use_bias=False, name="output")(pooled(features))
    made = keras.Model({"image": image, "mask": mask}, outputs)
    made.get_layer("mixed").kernel.assign(KERNEL[None, None])
    made.get_layer("output").kernel.assign(HEAD[:, None])
    return ExplainedModel(made)


def cells(count=3):
    images = np.random.default_rng(1).normal(size=(count, SIZE, SIZE, 2)).astype(np.float32)
    masks = np.zeros((count, SIZE, SIZE), bool)
    masks[:, 2:6, 2:6] = True
    return CellBatch(images, masks, list(range(count)))


def features_of(images):
    means = images.reshape(-1, 4, 2, 4, 2, 2).mean(axis=(2, 4))
    return means @ KERNEL


def resized(maps):
    """Return maps (n, 4, 4) at 8 × 8 by another library's bilinear interpolation."""
    return ops.convert_to_numpy(
        ops.image.resize(maps[..., None].astype(np.float32), (SIZE, SIZE), "bilinear")
    )


@pytest.mark.parametrize("batch_size", [2, 9])
def test_with_mean_pooling_and_a_dense_layer_both_are_weighted_features(batch_size):
    explained, given = model(layers.GlobalAveragePooling2D()), cells()
    layer = cam.layer_of(explained, "mixed")
    # f = Σ_k v_k mean(A_k): every gradient of A_k is v_k / 16.
    expected = resized(features_of(given.images) @ HEAD / 16)
    for method in (cam.grad_cam, cam.hirescam):
        found = method(layer, given, sign="both", batch_size=batch_size)
        assert found.maps.shape == (3, SIZE, SIZE, 1)
        np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(
            found.prediction, features_of(given.images).mean(axis=(1, 2)) @ HEAD, rtol=1e-4
        )
        assert np.isnan(found.completeness_gap).all()
    # Outside the nucleus the maps are as they are: how much lies there is a finding.
    assert (found.maps[~given.masks] != 0).all()


def test_without_mean_pooling_they_differ_as_their_formulas_do():
    explained, given = model(lambda a: ops.sum(a**2, axis=(1, 2)) / 2), cells()
    layer = cam.layer_of(explained, "mixed")
    features = features_of(given.images)
    # f = Σ_k v_k Σ A_k² / 2: the gradient is v_k A_k.
    hires = cam.hirescam(layer, given, sign="both", batch_size=4)
    np.testing.assert_allclose(hires.maps, resized(features**2 @ HEAD), rtol=1e-4, atol=1e-5)
    means = features.mean(axis=(1, 2))
    weighed = np.einsum("nhwf,nf,f->nhw", features, means, HEAD)
    grad = cam.grad_cam(layer, given, sign="both", batch_size=4)
    np.testing.assert_allclose(grad.maps, resized(weighed), rtol=1e-4, atol=1e-5)


def test_the_published_grad_cam_is_rectified_before_it_is_enlarged():
    explained, given = model(layers.GlobalAveragePooling2D()), cells()
    found = cam.grad_cam(cam.layer_of(explained, "mixed"), given, sign="positive", batch_size=4)
    expected = resized(np.maximum(features_of(given.images) @ HEAD / 16, 0))
    np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-6)
    assert (found.maps >= 0).all()


@pytest.mark.parametrize(("places", "size"), [(1, 6), (3, 8), (4, 8), (5, 5), (7, 3)])
def test_enlarging_keeps_straight_lines_and_means(places, size):
    line = np.arange(places) + 0.5
    maps = np.broadcast_to(line[:, None] * size / places, (1, places, places))
    found = cam.upsampled(maps, (size, size))[0]
    inside = slice(size // places, size - size // places)
    np.testing.assert_allclose(found[inside], (np.arange(size) + 0.5)[inside, None] * np.ones(size))
    assert found.mean() == pytest.approx(size / 2)
    np.testing.assert_allclose(cam.upsampled(np.ones((1, places, places)), (size, size)), 1)


def test_a_layer_that_is_not_there_or_has_no_places_is_refused():
    explained = model(layers.GlobalAveragePooling2D(name="pooled"))
    with pytest.raises(AttributionError, match=r"no layer 'mixt'. Did you mean 'mixed'\?"):
        cam.layer_of(explained, "mixt")
    with pytest.raises(AttributionError, match=r"'pooled' of .* gives no map of features"):
        cam.layer_of(explained, "pooled")
    assert cam.layer_of(explained, None).name == "mixed"
    image = keras.Input((4,), name="image")
    mask = keras.Input((2, 2), name="mask", dtype="bool")
    flat = keras.Model({"image": image, "mask": mask}, layers.Dense(1)(image))
    with pytest.raises(AttributionError, match="no layer of"):
        cam.layer_of(ExplainedModel(flat), None)
