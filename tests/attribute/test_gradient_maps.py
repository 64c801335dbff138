"""Gradient and input × gradient against derivatives written down."""

import numpy as np
from keras import ops

from nascent.attribute.gradient_maps import gradient, input_x_gradient
from nascent.attribute.read_outs import output


def test_a_linear_model_has_its_weights_as_gradient_and_weight_times_value(linear, weights, nuclei):
    cells = nuclei(3)
    found = gradient(linear, cells, batch_size=2)
    np.testing.assert_allclose(found.maps, np.stack([weights] * 3), rtol=1e-6)
    times = input_x_gradient(linear, cells, batch_size=2)
    np.testing.assert_allclose(times.maps, weights * cells.images, rtol=1e-6)
    for made in (found, times):
        np.testing.assert_allclose(
            made.prediction, (cells.images * weights).sum(axis=(1, 2, 3)) + 7, rtol=1e-5
        )
        assert np.isnan(made.prediction_baseline).all()
        assert np.isnan(made.completeness_gap).all()
        assert made.steps.tolist() == [0, 0, 0]
        assert made.converged.all()


def test_of_a_square_the_product_is_twice_what_each_pixel_adds(quadratic, weights, nuclei):
    cells = nuclei(2)
    found = input_x_gradient(quadratic, cells, batch_size=5)
    np.testing.assert_allclose(found.maps, 2 * weights * cells.images**2, rtol=1e-5)


def test_another_target_has_its_own_gradient(explained, nuclei):
    both = [
        explained(
            lambda x: ops.stack([x[:, 1, 1, 0] ** 2, 100 * x[:, 2, 2, 1]], axis=1),
            (6, 6, 2),
            output(place),
        )
        for place in (0, 1)
    ]
    cells = nuclei(2)
    first, second = (gradient(model, cells, batch_size=2) for model in both)
    np.testing.assert_allclose(first.maps[:, 1, 1, 0], 2 * cells.images[:, 1, 1, 0], rtol=1e-6)
    assert (second.maps[:, 2, 2, 1] == 100).all()
    for made, pixel in ((first, (1, 1, 0)), (second, (2, 2, 1))):
        made.maps[(slice(None), *pixel)] = 0
        assert not made.maps.any()
