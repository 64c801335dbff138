"""The width of intervals over groups of unequal size, against closed forms and simulation."""

import numpy as np
import pytest
from scipy import stats

from nascent.statistics.critical import above_zero, critical


@pytest.mark.parametrize("groups", [2, 3, 5, 12])
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_groups_of_equal_size_have_students_quantile(groups, confidence):
    expected = stats.t.ppf((1 + confidence) / 2, groups - 1)
    assert critical((40,) * groups, confidence) == pytest.approx(expected)
    # And so have groups that are all but equal, by the integral.
    assert critical((100_001, *[100_000] * (groups - 1)), confidence) == pytest.approx(
        expected, rel=1e-4
    )


def test_a_group_that_has_most_cells_needs_a_wider_interval():
    assert critical((5, 20, 80), 0.95) > 1.4 * critical((35, 35, 35), 0.95)
    # Which group is which does not matter.
    assert critical((5, 20, 80), 0.95) == critical((80, 5, 20), 0.95)


def test_the_chance_of_a_weighted_sum_is_that_of_an_f_variable():
    # P(χ²_1 > c² χ²_4 / 4) for c² = 7.7086, the upper 5 % point of F with 1 and 4.
    weights = np.array([1.0, *[-7.7086 / 4] * 4])
    assert above_zero(weights) == pytest.approx(0.05, abs=1e-5)


@pytest.mark.filterwarnings("error")
def test_hundreds_of_groups_of_any_size_are_near_students_quantile_without_a_warning():
    sizes = tuple(np.random.default_rng(0).integers(3, 60, 384).tolist())
    assert critical(sizes, 0.99) == pytest.approx(stats.t.ppf(0.995, 383), rel=0.01)
