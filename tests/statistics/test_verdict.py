import numpy as np
import pytest

from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT, cannot_tell, side
from nascent.words import speaking


def test_what_is_left_open_names_the_groups_where_these_are_too_few():
    assert cannot_tell(1) == "cannot tell (1 well)"
    assert cannot_tell(2) == "cannot tell (2 wells)"
    with speaking({"group": "donor", "groups": "donors"}):
        assert cannot_tell(2) == "cannot tell (2 donors)"
    assert cannot_tell(GROUPS_FOR_A_VERDICT) == "cannot tell"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [((1, 2), 1), ((-1, -2), -1), ((-1, 2), 0), ((0, 2), 0), ((1, np.nan), 0)],
)
def test_all_limits_must_lie_on_one_side(limits, expected):
    assert side(limits) == expected
    assert side(tuple(limit + 0.5 for limit in limits), of=0.5) == expected
