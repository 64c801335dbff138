"""Expected Gradients against closed forms over the drawn training cells."""

import numpy as np
import pytest

from nascent.attribute.draws import stream
from nascent.attribute.expected_gradients import expected_gradients
from nascent.attribute.references import References


@pytest.fixture
def references(nuclei):
    others = nuclei(4, seed=9)
    return References(others.images, others.masks)


def drawn(references, cells, cell, samples, seed=3):
    """Return the baselines (samples, S, S, C) that a cell draws, a second time."""
    numbers = stream(seed, cells.ids[cell], "expected_gradients").integers(4, size=samples)
    return np.stack([references.fitted(number, cells.masks[cell]) for number in numbers])


def test_a_linear_model_gets_weight_times_difference_from_the_mean_baseline(
    linear, weights, nuclei, references
):
    cells = nuclei(2)
    found = expected_gradients(linear, cells, references, samples=9, seed=3, batch_size=4)
    for cell in range(2):
        mean = drawn(references, cells, cell, 9).mean(axis=0)
        expected = weights * (cells.images[cell] - mean)
        np.testing.assert_allclose(found.maps[cell], expected, rtol=1e-4, atol=1e-6)
        assert found.prediction_baseline[cell] == pytest.approx(
            (weights * mean).sum() + 7, rel=1e-5
        )
    np.testing.assert_allclose(found.completeness_gap, 0, atol=1e-4)
    assert (found.maps[~cells.masks] == 0).all()


def test_of_squares_each_pixel_gets_its_square_less_the_mean_square_of_the_baselines(
    quadratic, weights, nuclei, references
):
    cells = nuclei(1)
    samples = 4000
    found = expected_gradients(
        quadratic, cells, references, samples=samples, seed=3, batch_size=500
    )
    baselines = drawn(references, cells, 0, samples).astype(float)
    differences = cells.images[0] - baselines
    expected = weights * (cells.images[0] ** 2 - (baselines**2).mean(axis=0))
    # Of one draw, given its baseline, only α varies: 2 w (x − x′)² α, whose SD is that over √12.
    error = 2 * np.abs(weights) * np.sqrt((differences**4).mean(axis=0) / 12 / samples)
    assert (np.abs(found.maps[0] - expected) <= 5 * error + 1e-5).all()
    total = np.sqrt(np.square(2 * (weights * differences**2).sum(axis=(1, 2, 3))).mean() / 12)
    assert abs(found.completeness_gap[0]) <= 5 * total / np.sqrt(samples)


def test_with_the_cell_itself_as_the_only_baseline_nothing_is_attributed(quadratic, nuclei):
    cells = nuclei(1)
    itself = References(cells.images, cells.masks)
    found = expected_gradients(quadratic, cells, itself, samples=5, seed=3, batch_size=4)
    assert not found.maps.any()
    assert found.prediction_baseline[0] == pytest.approx(found.prediction[0])
