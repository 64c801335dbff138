from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nascent.figures import pixels


@given(
    counts=hnp.arrays(np.int64, st.integers(1, 40), elements=st.integers(0, 1000)),
    bins=st.integers(1, 30),
    width=st.floats(0.1, 3),
)
def test_rebinning_loses_no_pixel(counts, bins, width):
    values = np.arange(len(counts), dtype=float)
    shares = pixels.rebin(values, counts, np.linspace(2, 20, bins + 1), width)
    assert shares.min() >= -1e-12
    assert shares.sum() == pytest.approx(1 if counts.sum() else 0)


def test_rebinning_spreads_a_value_evenly_over_its_step():
    shares = pixels.rebin(np.array([1.0]), np.array([8]), np.linspace(0, 2, 9), 1)
    np.testing.assert_allclose(shares, [0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0])


def test_rebinning_whole_bins_counts_as_numpy_does():
    rng = np.random.default_rng(0)
    sample = rng.integers(0, 50, 1000)
    values, counts = np.unique(sample, return_counts=True)
    edges = np.arange(-0.5, 50)
    expected = np.histogram(sample, edges)[0] / 1000
    np.testing.assert_allclose(pixels.rebin(values, counts, edges, 1.0), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("steps", "formula"),
    [
        ({"clip": 98.0}, lambda v, p, m, s: (np.minimum(v, p) - m) / s),
        ({"clip": None}, lambda v, p, m, s: (v - m) / s),
        ({"clip": 98.0, "z_score": False, "scale": True}, lambda v, p, m, s: np.minimum(v, p) / p),
        ({"clip": 98.0, "per_cell": True}, lambda v, p, m, s: (np.minimum(v, p) - m) / s),
    ],
)
def test_normalised_values_follow_the_formula(make, steps, formula):
    histograms = make.histograms(["a", "b"], 2000)
    normaliser = make.normaliser(histograms, **steps)
    k = 1
    percentile = normaliser.percentile[k] if normaliser.percentile else None
    found = pixels.normalised(histograms.values[k], normaliser, "b")
    values = histograms.values[k].astype(float)
    expected = formula(values, percentile, normaliser.mean[k], normaliser.sd[k])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_ridges_ticks_and_axes_of_each_channel(make):
    histograms = make.histograms(make.channels_7, 2000)
    normaliser = make.normaliser(histograms)
    before, after = pixels.draw(histograms, normaliser).axes
    assert [label.get_text() for label in before.get_yticklabels()] == make.channels_7
    ticks = [line.get_xdata()[0] for line in before.lines if line.get_gid() in make.channels_7]
    np.testing.assert_allclose(ticks, normaliser.percentile)
    assert "counts" in before.get_xlabel()
    assert "z-score" in after.get_xlabel()


def test_nothing_is_clipped_where_the_step_is_off(make):
    histograms = make.histograms(["a"], 500)
    normaliser = make.normaliser(histograms, clip=None)
    assert pixels.clipped_at(normaliser, "a") == np.inf


def test_clipping_is_shown_in_raw_counts(make):
    normaliser = make.normaliser(make.histograms(["a"], 500), clip=90.0)
    shifted = replace(
        normaliser, background=(25.0,), steps=replace(normaliser.steps, background=True)
    )
    assert pixels.clipped_at(shifted, "a") == pixels.clipped_at(normaliser, "a") + 25


def test_a_channel_without_pixels_is_left_out(make):
    histograms = make.histograms(["a", "b"], 500)
    normaliser = make.normaliser(histograms)
    empty = replace(histograms, counts=(histograms.counts[0] * 0, histograms.counts[1]))
    before, _ = pixels.draw(empty, normaliser).axes
    assert [label.get_text() for label in before.get_yticklabels()] == ["b"]
