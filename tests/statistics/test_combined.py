"""Several sources of chance in one interval: closed forms, and levels with few seeds."""

import numpy as np
import pytest
from scipy import stats

from nascent.statistics.combined import (
    NOTHING,
    UNKNOWN,
    Source,
    combined,
    of_groups,
    of_repeats,
    of_resamples,
)


def test_one_source_keeps_its_own_interval():
    assert combined(2.0, [Source(4.0, 3.0, 5.0), NOTHING]) == pytest.approx((-1, 7))


def test_two_normal_sources_add_their_variances():
    z = stats.norm.ppf(0.975)
    sources = [Source(9.0, 3 * z, 3 * z), Source(16.0, 4 * z, 4 * z)]
    assert combined(0.0, sources) == pytest.approx((-5 * z, 5 * z))


def test_a_source_that_cannot_be_told_leaves_no_interval():
    assert np.isnan(combined(0.0, [UNKNOWN, NOTHING])).all()
    assert of_groups(0.0, np.zeros(2), np.ones(2), confidence=0.95) == UNKNOWN


def test_without_any_spread_the_interval_is_a_point():
    assert combined(0.0, [of_repeats(np.zeros(3), confidence=0.95)]) == (0, 0)


def test_repeats_have_students_interval():
    values = np.array([1.0, 2.0, 6.0])
    expected = stats.t.interval(0.99, 2, 3.0, stats.sem(values))
    assert combined(3.0, [of_repeats(values, confidence=0.99)]) == pytest.approx(expected)
    assert of_repeats(values[:1], confidence=0.99) == NOTHING


@pytest.mark.parametrize(("cells", "seeds"), [(1.0, 0.2), (1.0, 1.0), (0.2, 1.0)])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_with_few_seeds_the_interval_errs_at_most_as_often_as_it_says(cells, seeds, number):
    """Normal cells and seeds, in any proportion of their variances."""
    rng = np.random.default_rng([number, int(10 * cells), int(10 * seeds)])
    z, wrong = stats.norm.ppf(0.975), []
    for _ in range(3000):
        of_seeds = rng.normal(0, seeds * np.sqrt(number), number)
        value = of_seeds.mean() + rng.normal(0, cells)
        low, high = combined(
            value,
            [Source(cells**2, z * cells, z * cells), of_repeats(of_seeds, confidence=0.95)],
        )
        wrong.append(low > 0 or high < 0)
    assert np.mean(wrong) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 3000)


def test_resamples_of_cells_give_the_percentile_interval():
    drawn = np.random.default_rng(1).normal(3, 2, 20_000)
    source = of_resamples(3.0, drawn, units=10**6, confidence=0.95)
    assert source.variance == pytest.approx(4, rel=0.05)
    assert (source.below, source.above) == pytest.approx((3.92, 3.92), rel=0.05)
    assert of_resamples(3.0, drawn, units=1, confidence=0.95) == UNKNOWN
