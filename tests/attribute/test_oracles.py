"""Attributions that the test suites of the field's libraries assert, and what follows from axioms.

Each published model is written as a formula of an image of one pixel, or of a few.
"""

import json

import numpy as np
import pytest
from keras import ops

from nascent.attribute.inputs import CellBatch
from nascent.attribute.method import method_of
from nascent.config.attribution import Method

PAPER_F = "IG paper example f=relu(relu(x1)-1-relu(x2))"
PAPER_G = "IG paper example g=relu(relu(x1-1)-relu(x2)) (implementation invariance)"
ABLATION = "linear0=I3; linear1=ones(4,3)+[-10,1,1,1]; relu; linear2=ones(2,4)+[-1,1]"
FORMULAS = {
    PAPER_F: lambda x: ops.relu(ops.relu(x[:, 0]) - 1 - ops.relu(x[:, 1])),
    PAPER_G: lambda x: ops.relu(ops.relu(x[:, 0] - 1) - ops.relu(x[:, 1])),
    "[5x, y^2, sin z] summed": lambda x: 5 * x[:, 0] + x[:, 1] ** 2 + ops.sin(x[:, 2]),
    "2x1^2+x2^2": lambda x: 2 * x[:, 0] ** 2 + x[:, 1] ** 2,
    "2x1+x2": lambda x: 2 * x[:, 0] + x[:, 1],
    "symmetric": lambda x: ops.tanh(x[:, 0] * x[:, 1]) + x[:, 2],
    "1-relu(1-x)": lambda x: ops.sum(1 - ops.relu(1 - x), axis=-1),
    # The first of its two outputs: Σ relu(1ᵀx + b) − 1 with b = −10, 1, 1, 1.
    ABLATION: lambda x: (
        ops.sum(
            ops.relu(ops.sum(x, axis=-1, keepdims=True) + np.float32([[-10, 1, 1, 1]])), axis=-1
        )
        - 1
    ),
}


def one_pixel(values):
    image = np.reshape(np.float32(values), (1, 1, 1, -1))
    return CellBatch(image, np.ones((1, 1, 1), bool), [1])


def made(explained, name, cells, *, means=None, places=None, **options):
    """Return the map of one cell, channels or chosen places of it, by a method's config."""
    shape = cells.images.shape[1:]
    method = Method(**options)
    formula = FORMULAS[name]
    model = explained(
        (lambda x: formula(x[:, 0, 0, :])) if places is None else lambda x: formula(places(x)),
        shape,
    )
    found = method_of(method.method).attribute(
        model, cells, 1, method.options(), training_mean=means
    )
    return found.maps[0]


def spread(values):
    """Return a frame of 2 × 2 pixels, the values in the first channel, one pixel unused."""
    image = np.zeros((1, 2, 2, 1), np.float32)
    image.reshape(-1)[: len(values)] = values
    mask = np.array([[[True, True], [True, False]]])
    return CellBatch(image, mask, [1])


def of_spread(x):
    return ops.reshape(x, (-1, 4))[:, :3]


def paired(values):
    """Return a frame whose first pixel has two of the values, as channels, and the second one."""
    image = np.zeros((1, 2, 2, 2), np.float32)
    image[0, 0, 0], image[0, 0, 1, 0] = values[:2], values[2]
    mask = np.array([[[True, True], [False, False]]])
    return CellBatch(image, mask, [1])


def of_paired(x):
    return ops.stack([x[:, 0, 0, 0], x[:, 0, 0, 1], x[:, 0, 1, 0]], axis=1)


def found_for(explained, entry):
    """Return what our methods give for an entry of the oracles, in the entry's order."""
    name, values = entry["model"], np.float32(entry["input"])
    match entry["name"].split()[0]:
        case "IG":
            start = np.float32(entry["baseline"])
            # Of a baseline a channel: the training means.
            options = {"baseline": "training_mean", "means": start, "steps": 140}
            return made(explained, name, one_pixel(values), **options).ravel()
        case "Saliency":
            return np.abs(made(explained, name, one_pixel(values), method="gradient")).ravel()
        case "FeatureAblation" if "grouped" in entry["name"]:
            cells = paired(values)
            means = np.full(2, entry["baseline"], np.float32)
            options = {"method": "occlusion", "window": 1, "baseline": "training_mean"}
            found = made(explained, name, cells, means=means, places=of_paired, **options)
            return found[0, [0, 0, 1], 0]
        case "FeatureAblation":
            return made(explained, name, one_pixel(values), method="channel_ablation").ravel()
        case "Occlusion":
            options = {"method": "occlusion", "window": 1, "places": of_spread}
            return made(explained, name, spread(values), **options).ravel()[:3]
    raise AssertionError(f"no method of ours for {entry['name']}")


def test_every_published_value_is_met(real_data, explained):
    entries = json.loads((real_data / "oracles.json").read_text())
    assert len(entries) == 10
    for entry in entries:
        np.testing.assert_allclose(
            found_for(explained, entry),
            entry["expected"],
            atol=max(entry["tolerance_in_source"], 1e-5),
            err_msg=entry["name"],
        )


PATH = {"baseline": "training_mean", "steps": 70}
PATHS = [
    {"method": "integrated_gradients", "rule": "trapezoid"} | PATH,
    {"method": "integrated_gradients", "rule": "midpoint"} | PATH,
    {"method": "integrated_gradients", "rule": "gauss_legendre"} | PATH,
    {"method": "integrated_gradients", "tolerance": 1e-4} | PATH,
]


@pytest.mark.parametrize("options", PATHS, ids=["trapezoid", "midpoint", "gauss", "tolerance"])
def test_two_networks_of_one_function_get_one_attribution(explained, options):
    found = [
        made(explained, name, one_pixel([3, 1]), means=np.float32([0, 0]), **options).ravel()
        for name in (PAPER_F, PAPER_G)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
    # Past the kink, half of the path, both rise by 2 per unit of α: 3 from x1 and −1 from x2.
    np.testing.assert_allclose(found[0], [1.5, -0.5], atol=3 / 70)


@pytest.mark.parametrize("options", PATHS, ids=["trapezoid", "midpoint", "gauss", "tolerance"])
def test_variables_in_like_parts_get_like_shares(explained, options):
    cells, means = one_pixel([2, 2, 5]), np.float32([1, 1, 0])
    found = made(explained, "symmetric", cells, means=means, **options).ravel()
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    assert found.sum() == pytest.approx(np.tanh(4) - np.tanh(1) + 5, abs=2e-3)


def test_what_has_no_part_in_the_function_gets_nothing(explained):
    for options in (
        {"method": "gradient"},
        {"method": "integrated_gradients"},
        {"method": "vargrad", "samples": 4},
        {"method": "channel_ablation"},
    ):
        found = made(explained, "2x1+x2", one_pixel([3, 1, 9]), **options).ravel()
        assert found[2] == 0
        assert (found[:2] != 0).all()
