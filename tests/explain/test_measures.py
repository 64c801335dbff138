"""Measures of likeness against other implementations, and the defect of the published one."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mutual_info_score

from nascent.explain.similarity.measures import (
    MEASURES,
    best_matches,
    mutual_information,
    similarities,
)


def measured(scores, image, bins=8):
    return dict(zip(MEASURES, similarities(scores, image, bins=bins), strict=True))


@pytest.fixture
def small():
    stream = np.random.default_rng(1)
    scores = stream.normal(size=(60, 3)).astype(np.float32)
    image = (scores @ stream.normal(size=(3, 4)) + stream.normal(size=(60, 4))).round(1)
    return scores, image.astype(np.float32)


def test_correlations_are_those_of_scipy(small):
    scores, image = small
    found = measured(scores, image)
    for k in range(3):
        for c in range(4):
            pair = scores[:, k].astype(float), image[:, c].astype(float)
            assert found["pearson"][k, c] == pytest.approx(stats.pearsonr(*pair).statistic)
            assert found["spearman"][k, c] == pytest.approx(stats.spearmanr(*pair).statistic)


def test_information_is_sklearns_with_millers_correction():
    stream = np.random.default_rng(2)
    first, second = stream.integers(0, 4, (200, 2)), stream.integers(0, 3, (200, 3))
    second[:, 0] = first[:, 1] // 2  # two of its three bins are used
    found = mutual_information(first, second, bins=4)
    for k in range(2):
        for c in range(3):
            joint = len(np.unique(10 * first[:, k] + second[:, c]))
            occupied = len(np.unique(first[:, k])) + len(np.unique(second[:, c]))
            correction = (occupied - joint - 1) / (2 * 200)
            plain = mutual_info_score(first[:, k], second[:, c])
            assert found[k, c] == pytest.approx(plain + correction)


def test_information_of_independent_channels_is_zero_on_average():
    stream = np.random.default_rng(3)
    drawn = [
        measured(stream.normal(size=(400, 5)), stream.normal(size=(400, 5)), bins=6)
        for _ in range(20)
    ]
    found = np.array([each["mutual_information"] for each in drawn])
    # Uncorrected it would be (6 − 1)² / 800 = 0.031; the SD of one value is about 0.009.
    assert abs(found.mean()) < 0.003


def test_information_of_a_channel_with_itself_is_its_entropy():
    values = np.random.default_rng(4).normal(size=(8000, 1))
    found = measured(values, np.exp(values), bins=8)
    assert found["mutual_information"][0, 0] == pytest.approx(np.log(8), abs=1e-3)
    assert found["spearman"][0, 0] == pytest.approx(1)


def test_equal_values_share_a_bin():
    values = np.repeat([0.0, 5.0], [70, 30])[:, None]
    found = measured(values, values, bins=10)
    entropy = -(0.7 * np.log(0.7) + 0.3 * np.log(0.3))
    assert found["mutual_information"][0, 0] == pytest.approx(entropy + 1 / 200)


def test_constant_channels_are_like_nothing(small):
    scores, image = small
    image[:, 2] = 7
    scores[:, 0] = 0
    found = similarities(scores, image, bins=4)
    assert np.isnan(found[:, 0]).all()
    assert np.isnan(found[:, :, 2]).all()
    assert np.isfinite(found[:, 1:, [0, 1, 3]]).all()


def test_the_published_difference_is_that_of_standardised_values():
    stream = np.random.default_rng(5)
    scores, image = stream.normal(3, 2, (50, 1)), stream.normal(-1, 9, (50, 1))
    expected = np.abs(stats.zscore(scores) - stats.zscore(image)).mean()
    assert measured(scores, image)["mae"][0, 0] == pytest.approx(expected)


def test_the_published_difference_favours_spots_whatever_the_map_and_the_others_do_not():
    """Candidates are independent of a skewed map, so each should win a third of the time."""
    stream = np.random.default_rng(6)
    won = {measure: np.zeros(3) for measure in MEASURES}
    for _ in range(150):
        scores = stream.lognormal(size=(400, 1))
        spots = np.where(stream.random(400) < 0.02, 20.0, 0) + stream.normal(0, 0.1, 400)
        image = np.column_stack([stream.normal(size=400), stream.lognormal(size=400), spots])
        for measure, values in measured(scores, image).items():
            won[measure] += best_matches(values, measure)[0]
    share = {measure: values / 150 for measure, values in won.items()}
    assert share["mae"][2] > 0.9
    for measure in ("pearson", "spearman", "mutual_information"):
        # Binomial SD of a third of 150 is 0.038.
        assert np.abs(share[measure] - 1 / 3).max() < 0.15, measure


def test_the_best_match_is_the_strongest_correlation_or_the_smallest_difference():
    values = np.array([[0.2, -0.9, 0.5], [np.nan, np.nan, np.nan], [0.3, np.nan, 0.3]])
    strong = best_matches(values, "pearson")
    assert strong[0].tolist() == [0, 1, 0]
    assert np.isnan(strong[1]).all()
    assert strong[2].tolist() == [0.5, 0, 0.5]
    assert best_matches(values, "mutual_information")[0].tolist() == [0, 0, 1]
    assert best_matches(np.array([[0.2, 0.9, 0.5]]), "mae")[0].tolist() == [1, 0, 0]
