import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.train.monitor import chosen_epoch, exhausted, smoothed, wanted, width_that_fits

curves = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=40)
widths = st.sampled_from([0, 1, 3, 5, 11])


@given(curves, widths)
def test_the_average_is_that_of_full_centred_windows(values, width):
    rolling = pd.Series(values).rolling(width or 1, center=True, min_periods=width or 1).mean()
    np.testing.assert_allclose(smoothed(values, width), rolling, atol=1e-9)


def test_the_chosen_epoch_is_the_first_of_equals():
    assert chosen_epoch([5.0, 3.0, 4.0, 3.0, 6.0], 0) == 2
    # Means of three: 4, 10/3, 13/3; the single low epoch 2 is not credited.
    assert chosen_epoch([5.0, 3.0, 4.0, 3.0, 6.0], 3) == 3
    assert chosen_epoch([5.0, 1.0, 5.0, 5.0, 1.0, 5.0], 3) == 2


def test_no_window_is_full_at_first():
    assert chosen_epoch([2.0, 1.0], 3) == 0
    assert not exhausted([2.0, 1.0], 3, patience=1)


@pytest.mark.parametrize(
    ("values", "stop"),
    [((5.0,), False), ((3.0, 4.0), False), ((3.0, 4.0, 3.5), True), ((5.0, 4.0, 3.0), False)],
)
def test_patience_counts_epochs_since_the_best(values, stop):
    assert exhausted(values, 0, patience=2) is stop


def test_patience_counts_smoothed_values_where_the_monitor_is_smoothed():
    values = [3.0, 1.0, 2.0, 3.0, 4.0]
    # Means of three: 2, 2, 3, of epochs 2, 3, 4: two since the best.
    assert exhausted(values, 3, patience=2)
    assert not exhausted(values[:4], 3, patience=2)


@pytest.mark.parametrize(("epochs", "width"), [(1, 1), (2, 1), (3, 3), (4, 3), (10, 9), (11, 11)])
def test_a_short_run_takes_the_widest_odd_window_that_fits(epochs, width):
    assert width_that_fits(11, epochs) == width
    assert width_that_fits(0, epochs) == 0


@given(curves, widths)
def test_whatever_epoch_is_chosen_in_the_end_was_kept_ever_since(values, width):
    chosen = chosen_epoch(values, width_that_fits(width, len(values)))
    for last in range(chosen, len(values) + 1):
        kept = wanted(values[:last], width)
        assert chosen in kept
        assert len(kept) <= max(width - 1, 0) // 2 + 2
