"""Shares held against use: known orders, ties, and what cannot be told."""

import numpy as np
import pytest

from nascent.explain.importance.share_and_use import all_on_top, ordered_alike, rank_correlation

USE = np.array([0.5, 0.2, 0.01, 0.0])


def test_shares_in_the_order_of_use_correlate_fully():
    assert rank_correlation(np.array([0.7, 0.2, 0.08, 0.02]), USE) == pytest.approx(1)
    assert rank_correlation(np.array([0.02, 0.08, 0.2, 0.7]), USE) == pytest.approx(-1)
    assert np.isnan(rank_correlation(np.full(4, 0.25), USE))
    assert np.isnan(rank_correlation(np.array([0.5, 0.5, np.nan, np.nan]), USE))


def test_pairs_count_where_the_intervals_of_use_do_not_overlap():
    low, high = USE - 0.05, USE + 0.05
    # The third and fourth overlap; five pairs are told apart.
    assert ordered_alike(np.array([0.6, 0.3, 0.02, 0.08]), USE, low, high) == (1.0, 5)
    assert ordered_alike(np.array([0.3, 0.6, 0.02, 0.08]), USE, low, high) == (0.8, 5)
    assert ordered_alike(np.full(4, 0.25), USE, low, high) == (0.5, 5)
    share, pairs = ordered_alike(USE, USE, USE - 1, USE + 1)
    assert np.isnan(share) and pairs == 0


def test_cells_count_where_all_wanted_channels_are_on_top():
    shares = np.array(
        [
            [0.4, 0.3, 0.2, 0.1],
            [0.3, 0.4, 0.1, 0.2],
            [0.4, 0.2, 0.3, 0.1],
            [0.4, 0.25, 0.25, 0.1],  # a tie is not found
            [np.nan] * 4,
        ]
    )
    wanted = np.array([True, True, False, False])
    assert all_on_top(shares, wanted) == 0.5
    assert np.isnan(all_on_top(shares, ~np.zeros(4, bool)))
    assert np.isnan(all_on_top(shares[4:], wanted))


def test_random_shares_are_on_top_as_often_as_chance_says():
    shares = np.random.default_rng(0).random((20_000, 5))
    wanted = np.array([True, False, True, False, False])
    assert all_on_top(shares, wanted) == pytest.approx(1 / 10, abs=0.01)
