"""Sensitivity of maps to small changes, against closed forms of linear models."""

import numpy as np
import pytest

from nascent.explain.sensitivity.table import (
    SENSITIVITY,
    map_changes,
    sensitivity_table,
    uniform_noise,
    write_sensitivity,
)
from nascent.explain.statistics.sample import Sample
from nascent.files import read_table

OPTIONS = {"radius": 0.2, "noises": 3, "cells": 100, "confidence": 0.95, "draws": 200, "seed": 6}


@pytest.fixture
def weights(checked):
    return np.random.default_rng(3).normal(size=checked.shape)


def check(study, **changes):
    out = study.folder / "out.tsv"
    options = {**OPTIONS, **changes}
    names = ("cells", "confidence", "draws", "seed")
    sample = Sample(*(options.pop(name) for name in names))
    write_sensitivity(study.inspection(), study.cells, out, sample=sample, **options)
    return read_table(out).set_index("measure")


def test_the_gradient_of_a_linear_model_does_not_move_and_its_prediction_does(
    checked, weights, tmp_path
):
    table = check(checked.study(tmp_path, checked.linear(weights), "gradient"))
    assert table.loc["max_change", "mean"] == 0
    np.testing.assert_allclose(table.loc[["entries", "pixels", "channels"], "mean"], 1)
    assert table.loc["prediction", "mean"] > 0
    assert list(read_table(tmp_path / "out.tsv").columns) == list(SENSITIVITY)
    assert (table["cells"] == 12).all()


def test_input_times_gradient_of_a_linear_model_moves_by_weight_times_noise(
    checked, weights, tmp_path
):
    """‖w δ‖ / ‖w x‖, whose noise is drawn here once more."""
    study = checked.study(tmp_path, checked.linear(weights), "input_x_gradient", cells=6)
    table = check(study)
    ratios, moved = [], []
    for cell in study.inspection().cells():
        inside = weights[cell.mask]
        noises = [
            uniform_noise(cell.mask, 2, 0.2, OPTIONS["seed"], cell.id, draw)[cell.mask]
            for draw in range(3)
        ]
        norm = np.linalg.norm(inside * cell.image[cell.mask])
        ratios.append([np.linalg.norm(inside * noise) / norm for noise in noises])
        moved.append([abs((inside * noise).sum()) for noise in noises])
    assert table.loc["max_change", "mean"] == pytest.approx(
        np.mean(np.max(ratios, axis=1)), rel=1e-5
    )
    assert table.loc["mean_change", "mean"] == pytest.approx(np.mean(ratios), rel=1e-5)
    assert table.loc["prediction", "mean"] == pytest.approx(np.mean(moved), rel=1e-3)


def test_noise_is_uniform_within_the_radius_on_measured_pixels_alone():
    mask = np.random.default_rng(0).random((40, 40)) < 0.5
    noise = uniform_noise(mask, 3, 0.1, 1, "cell", 0)
    assert not noise[~mask].any()
    inside = noise[mask]
    assert np.abs(inside).max() <= np.float32(0.1)
    assert inside.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.03)
    np.testing.assert_array_equal(noise, uniform_noise(mask, 3, 0.1, 1, "cell", 0))
    for other in ((2, "cell", 0), (1, "other", 0), (1, "cell", 1)):
        assert not np.array_equal(noise, uniform_noise(mask, 3, 0.1, *other))


def test_a_larger_radius_moves_maps_further(checked, tmp_path):
    study = checked.study(tmp_path, checked.network(), "integrated_gradients", cells=6)
    small, large = (check(study, radius=radius) for radius in (0.01, 0.5))
    assert small.loc["max_change", "mean"] < 0.1 * large.loc["max_change", "mean"]
    assert small.loc["entries", "mean"] > large.loc["entries", "mean"]


def test_maps_of_places_have_no_levels_of_channels(checked, tmp_path):
    table = check(checked.study(tmp_path, checked.network(), "grad_cam", cells=4))
    assert table.index.tolist() == ["max_change", "mean_change", "pixels", "prediction"]


def test_a_zero_map_has_no_ratio_and_is_counted():
    def explain(images, masks, ids):
        return np.zeros(images.shape, np.float32), images.sum(axis=(1, 2, 3))

    mask = np.ones((4, 4), bool)
    image = np.ones((4, 4, 2), np.float32)
    found = map_changes(explain, image, mask, 1, radius=0.1, draws=2, seed=0)
    assert np.isnan([found["max_change"], found["entries"]]).all()
    assert found["prediction"] > 0
    moved = {**found, "max_change": 0.3}
    table = sensitivity_table(
        [found, moved],
        np.array(["A", "A"]),
        radius=0.1,
        noises=2,
        confidence=0.95,
        draws=50,
        seed=0,
    ).set_index("measure")
    assert table.loc["max_change", ["cells", "missing", "mean"]].tolist() == [1, 1, 0.3]


def test_the_same_seed_gives_the_same_bytes(checked, tmp_path):
    study = checked.study(tmp_path, checked.network(), "gradient", cells=4)
    check(study)
    first = (tmp_path / "out.tsv").read_bytes()
    check(study)
    assert (tmp_path / "out.tsv").read_bytes() == first
