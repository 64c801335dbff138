import keras
import numpy as np

from nascent.train.augment.eight_fold import predict_eight_fold, variants


def as_tuples(cells):
    """The variants of one cell's image, each as bytes."""
    return [np.ascontiguousarray(variant["image"][0]).tobytes() for variant in variants(cells)]


def test_they_are_the_flips_and_turns_of_numpy(cells):
    found = list(variants(cells))
    for name, values in cells.items():
        expected = [
            np.rot90(source, k, axes=(1, 2))
            for source in (values, values[:, :, ::-1])
            for k in range(4)
        ]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one[name], other)


def test_image_and_mask_move_together(cells):
    for variant in variants(cells):
        np.testing.assert_array_equal(variant["image"][..., 0], variant["mask"])


def test_they_form_the_group_of_the_square(cells):
    eight = as_tuples(cells)
    assert len(set(eight)) == 8
    # Closed: the variants of every variant are the same eight.
    for variant in variants(cells):
        assert set(as_tuples(variant)) == set(eight)


def test_predictions_are_the_mean_over_the_eight(cells):
    image = keras.Input((32, 32, 3), name="image")
    mask = keras.Input((32, 32), name="mask", dtype="bool")
    outputs = keras.layers.Dense(2)(keras.layers.Flatten()(image))
    model = keras.Model({"image": image, "mask": mask}, outputs)
    expected = np.mean([model.predict_on_batch(v) for v in variants(cells)], axis=0)
    found = predict_eight_fold(model, cells)
    assert found.shape == (6, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    # The mean no longer depends on how the crop lies.
    for variant in variants(cells):
        np.testing.assert_allclose(predict_eight_fold(model, variant), found, atol=1e-5)
    assert np.abs(model.predict_on_batch(cells) - found).max() > 1e-3
