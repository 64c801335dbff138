import numpy as np
import pytest
from scipy import stats

from nascent.statistics.student import student_quantile


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99, 0.9999])
def test_quantiles_are_those_of_scipys_distribution_to_the_bit(confidence):
    probability = (1 + confidence) / 2
    degrees = np.array([0, 1, 2, 2.5, 3, 7, 40, 1e3, 1e7])
    expected = stats.t.ppf(probability, degrees)
    np.testing.assert_array_equal(student_quantile(probability, degrees), expected)
    for number, value in zip(degrees[1:], expected[1:], strict=True):
        assert student_quantile(probability, number) == value
        assert type(student_quantile(probability, number)) is float
