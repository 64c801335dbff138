import numpy as np
import pytest

from nascent.metric import Metric
from nascent.statistics.verdict import side

SHARE = Metric("share", "share, of all", higher=True, least=0, most=1)
ERROR = Metric("error", "error", least=0)


def test_an_interval_ends_where_the_metric_does():
    assert SHARE.within(-0.3, 1.77) == (0, 1)
    assert SHARE.within(0.2, 0.9) == (0.2, 0.9)
    low, high = ERROR.within(np.array([-1.0, np.nan]), np.array([7.0, 3.0]))
    np.testing.assert_array_equal(low, [0, np.nan])
    np.testing.assert_array_equal(high, [7, 3])


@pytest.mark.parametrize("ends", [(-3.0, -1.5), (-2.0, 0.1), (0.0, 4.0), (0.2, 3.0), (0.0, 0.0)])
def test_a_difference_has_its_own_range_and_keeps_its_side_of_0(ends):
    clipped = SHARE.within(*ends, difference=True)
    assert -1 <= clipped[0] <= clipped[1] <= 1
    assert side(clipped) == side(ends)
    assert [end >= 0 for end in clipped] == [end >= 0 for end in ends]
    assert ERROR.within(*ends, difference=True) == ends


def test_what_follows_a_comma_explains():
    assert SHARE.short == "share"
    assert ERROR.is_error and not SHARE.is_error and not SHARE.is_skill
    assert Metric("r2", "R²", higher=True, most=1).is_skill
