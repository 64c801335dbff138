"""Channel ablation against closed forms."""

import numpy as np
import pytest

from nascent.attribute.ablation import ablation_by_permutation, ablation_to_baseline
from nascent.attribute.baselines import BaselineData, baseline_of
from nascent.attribute.draws import stream
from nascent.attribute.references import References


@pytest.mark.parametrize("batch_size", [1, 3, 50])
def test_to_baseline_a_linear_channel_loses_the_sum_of_its_products(
    linear, weights, nuclei, batch_size
):
    cells = nuclei(3)
    mean = np.float32([0.5, -1])
    baseline = baseline_of("training_mean", BaselineData(training_mean=mean))
    found = ablation_to_baseline(linear, cells, baseline, batch_size=batch_size)
    away = (cells.images - mean) * cells.masks[..., None]
    expected = (weights * away).sum(axis=(1, 2), keepdims=True)
    assert found.maps.shape == (3, 1, 1, 2)
    np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-5)
    # Of a model without interactions the channels add up to the whole difference.
    np.testing.assert_allclose(
        found.maps.sum(axis=(1, 2, 3)), found.prediction - found.prediction_baseline, atol=1e-4
    )


def test_by_permutation_a_channel_is_that_of_other_cells_on_average(quadratic, weights, nuclei):
    cells, others = nuclei(2), nuclei(4, seed=9)
    references = References(others.images, others.masks)
    found = ablation_by_permutation(quadratic, cells, references, samples=6, seed=3, batch_size=5)
    for cell in range(2):
        numbers = stream(3, cells.ids[cell], "permutation").integers(4, size=6)
        squares = [references.fitted(number, cells.masks[cell]) ** 2 for number in numbers]
        lost = weights * (cells.images[cell] ** 2 - np.mean(squares, axis=0))
        np.testing.assert_allclose(
            found.maps[cell, 0, 0], lost.sum(axis=(0, 1)), rtol=1e-4, atol=1e-5
        )
    assert np.isnan(found.prediction_baseline).all()


def test_exchanged_for_itself_a_channel_loses_nothing(quadratic, nuclei):
    cells = nuclei(1)
    itself = References(cells.images, cells.masks)
    found = ablation_by_permutation(quadratic, cells, itself, samples=3, seed=3, batch_size=5)
    np.testing.assert_allclose(found.maps, 0, atol=1e-6)
