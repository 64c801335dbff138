"""Curves of deletion and insertion, against closed forms of linear models."""

import numpy as np
import pytest

from nascent.explain.removal.deletion import (
    ATTRIBUTION,
    DELETION,
    ENTRIES,
    INSERTION,
    PIXELS,
    RANDOM,
    Removal,
    area,
    cell_changes,
)
from nascent.explain.statistics.image_nulls import BRIGHTNESS

SIZE, CHANNELS = 6, 3
FRACTIONS = (0.1, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture
def cell():
    stream = np.random.default_rng(8)
    mask = np.zeros((SIZE, SIZE), bool)
    mask[1:5, 1:6] = True
    image = (stream.normal(size=(SIZE, SIZE, CHANNELS)) * mask[..., None]).astype(np.float32)
    weights = stream.normal(size=(SIZE, SIZE, CHANNELS))
    return image, mask, weights


def linear(weights):
    return lambda images, masks: np.tensordot(images.astype(float), weights, axes=3) + 7


def changes(cell, scores, *, fractions=FRACTIONS, random=2, batch_size=4, predict=None, seed=0):
    image, mask, weights = cell
    mean = np.zeros_like(image)
    mean[mask] = image[mask].mean(axis=0)
    return cell_changes(
        predict or linear(weights),
        image,
        mask,
        scores,
        {"mean": mean, "baseline": np.zeros_like(image)},
        Removal(fractions, random, batch_size),
        np.random.default_rng(seed),
    )


@pytest.mark.parametrize("replace", ["mean", "baseline"])
def test_entries_of_a_linear_model_take_their_own_part_of_the_prediction_with_them(cell, replace):
    image, mask, weights = cell
    instead = image[mask].mean(axis=0) if replace == "mean" else 0
    parts = (weights[mask] * (image[mask] - instead)).ravel()
    scores = np.zeros_like(weights)
    scores[mask] = parts.reshape(-1, CHANNELS)
    found = changes(cell, scores)
    sorted_parts = parts[np.argsort(-np.abs(parts))]
    count = [round(fraction * len(parts)) for fraction in FRACTIONS]
    deleted = [0, *(abs(sorted_parts[:k].sum()) for k in count)]
    inserted = [abs(parts.sum()), *(abs(sorted_parts[k:].sum()) for k in count)]
    np.testing.assert_allclose(found[ENTRIES, replace, DELETION, ATTRIBUTION], deleted, atol=1e-5)
    np.testing.assert_allclose(found[ENTRIES, replace, INSERTION, ATTRIBUTION], inserted, atol=1e-5)


def test_pixels_go_with_all_their_channels_in_the_order_of_their_summed_magnitudes(cell):
    image, mask, weights = cell
    scores = weights * image
    found = changes(cell, scores)[PIXELS, "baseline", DELETION, ATTRIBUTION]
    own = scores[mask]
    order = np.argsort(-np.abs(own).sum(axis=1))
    count = [round(fraction * len(own)) for fraction in FRACTIONS]
    expected = [0, *(abs(own[order[:k]].sum()) for k in count)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_plain_brightness_takes_the_brightest_first_and_knows_no_order_of_the_dark(cell):
    image, mask, weights = cell
    weights = np.where(image > 0, weights, 0)
    cell = image, mask, weights
    found = changes(cell, np.ones_like(weights))[ENTRIES, "baseline", DELETION, BRIGHTNESS]
    values = image[mask].ravel()
    parts = (weights[mask] * image[mask]).ravel()[np.argsort(-values)]
    count = [round(fraction * len(parts)) for fraction in FRACTIONS]
    np.testing.assert_allclose(found[1:], [abs(parts[:k].sum()) for k in count], atol=1e-5)


def test_a_random_order_takes_its_share_of_a_sum_of_one_sign(cell):
    """Of parts that are all alike every order takes q of the whole, of others the mean does."""
    image, mask, _ = cell
    found = changes((np.ones_like(image) * mask[..., None], mask, np.ones_like(image)), image)
    whole = mask.sum() * CHANNELS
    count = np.array([0, *(round(fraction * whole) for fraction in FRACTIONS)])
    for order in (ATTRIBUTION, BRIGHTNESS, RANDOM):
        np.testing.assert_allclose(found[ENTRIES, "baseline", DELETION, order], count)
    parts = np.abs(np.random.default_rng(1).normal(size=image.shape)) * mask[..., None]
    positive = (np.ones_like(image) * mask[..., None], mask, parts)
    mean = changes(positive, image, random=400)[ENTRIES, "baseline", DELETION, RANDOM]
    np.testing.assert_allclose(mean, count / whole * parts.sum(), rtol=0.03)


def test_planted_pixels_are_found_first_and_beat_chance_by_what_can_be_computed(cell):
    """One pixel in ten makes the prediction; ranked first, all of it is gone at q = 0.1."""
    _, mask, _ = cell
    image = np.ones((SIZE, SIZE, 1), np.float32) * mask[..., None]
    weights = np.zeros((SIZE, SIZE, 1))
    weights[1, 1:3] = 5.0  # 2 of 20 pixels
    found = changes((image, mask, weights), weights * image, random=300)
    curve = found[PIXELS, "baseline", DELETION, ATTRIBUTION]
    np.testing.assert_allclose(curve, [0, 10, 10, 10, 10, 10])
    # The first takes the ramp up to q = 0.1, the second half of all.
    by_chance = found[PIXELS, "baseline", DELETION, RANDOM]
    np.testing.assert_allclose(by_chance, 10 * np.array([0, *FRACTIONS]), atol=0.8)
    assert area(FRACTIONS, curve) == pytest.approx(10 * (0.05 + 0.9))
    assert area(FRACTIONS, by_chance) == pytest.approx(5, abs=0.6)
    back = found[PIXELS, "baseline", INSERTION, ATTRIBUTION]
    np.testing.assert_allclose(back, [10, 0, 0, 0, 0, 0], atol=1e-6)


def test_a_map_of_places_orders_pixels_alone(cell):
    _, _, weights = cell
    found = changes(cell, weights.sum(axis=2, keepdims=True))
    assert {unit for unit, *_ in found} == {PIXELS}


def test_a_zero_map_gives_no_order_and_leaves_the_others(cell):
    found = changes(cell, np.zeros_like(cell[2]))
    for (_, _, _, order), curve in found.items():
        assert np.isnan(curve).all() == (order == ATTRIBUTION)


def test_equal_scores_are_not_taken_line_by_line(cell):
    _, _, weights = cell
    curves = [
        changes(cell, np.ones_like(weights), seed=seed)[PIXELS, "baseline", DELETION, ATTRIBUTION]
        for seed in (0, 1)
    ]
    assert not np.allclose(*curves)


def test_unmeasured_pixels_stay_zero_and_no_batch_is_larger_than_asked(cell):
    _, mask, weights = cell
    seen = []

    def predict(images, masks):
        seen.append(len(images))
        assert not images[:, ~mask].any()
        assert (masks == mask).all()
        return linear(weights)(images, masks)

    small = changes(cell, weights, predict=predict, batch_size=3)
    assert max(seen) == 3
    large = changes(cell, weights, batch_size=500)
    for key, curve in small.items():
        np.testing.assert_allclose(curve, large[key], atol=1e-12)


def test_area_is_the_mean_height_of_a_curve():
    assert area((0.5, 1.0), np.array([0.0, 1.0, 2.0])) == pytest.approx(1.0)
    assert area((0.2, 0.4), np.array([3.0, 3.0, 3.0])) == pytest.approx(3.0)
