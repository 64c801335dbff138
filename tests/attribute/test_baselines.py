"""Baselines: what each is, and that none reaches beyond the mask or across channels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.attribute.baselines import (
    BASELINES,
    BaselineData,
    baseline_of,
    blurred,
    training_mean_of,
)
from nascent.attribute.references import References
from nascent.errors import AttributionError
from nascent.shards.normalise import Normaliser


def nucleus(seed=1, size=12, channels=3):
    stream = np.random.default_rng(seed)
    mask = np.zeros((size, size), bool)
    mask[2:9, 3:11] = stream.random((7, 8)) < 0.8
    mask[4, 4] = True
    image = stream.normal(2, 1, (size, size, channels)).astype(np.float32)
    return image * mask[..., None], mask


def full_data():
    image, mask = nucleus(2)
    return BaselineData(
        seed=3,
        blur=1.5,
        training_mean=np.float32([1, 2, 3]),
        references=References(image[None], mask[None]),
    )


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_is_zero_where_nothing_is_measured(name):
    image, mask = nucleus()
    found = baseline_of(name, full_data())(image, mask, 7)
    assert found.shape == image.shape
    assert found.dtype == np.float32
    assert (found[~mask] == 0).all()
    again = baseline_of(name, full_data())(image, mask, 7)
    np.testing.assert_array_equal(found, again)
    if name != "black":
        assert (found[mask] != 0).any()


def test_black_is_zero_and_the_training_mean_is_the_mean():
    image, mask = nucleus()
    assert not baseline_of("black")(image, mask, 7).any()
    found = baseline_of("training_mean", full_data())(image, mask, 7)
    assert (found[mask] == [1, 2, 3]).all()


def test_noise_is_one_draw_a_cell_with_its_sd():
    image, mask = np.zeros((100, 100, 2), np.float32), np.ones((100, 100), bool)
    drawn = baseline_of("noise", BaselineData(seed=1, baseline_sd=0.5))
    found = drawn(image, mask, 7)
    assert found.std() == pytest.approx(0.5, rel=0.03)
    assert not np.array_equal(found, drawn(image, mask, 8))


@given(st.integers(0, 10_000), st.floats(0.3, 6))
def test_a_blurred_nucleus_is_the_weighted_mean_of_its_own_pixels_in_each_channel(seed, sd):
    image, mask = nucleus(seed)
    found = blurred(image, mask, sd)
    rows, columns = np.nonzero(mask)
    # The kernel of the filter ends at 4 SDs of each axis.
    along = [np.abs(line[:, None] - line[None]) for line in (rows, columns)]
    kernel = np.exp(-(along[0] ** 2 + along[1] ** 2) / (2 * sd**2))
    kernel[(along[0] > int(4 * sd + 0.5)) | (along[1] > int(4 * sd + 0.5))] = 0
    expected = kernel @ image[mask] / kernel.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found[mask], expected, rtol=1e-4, atol=1e-5)


def test_an_even_nucleus_is_blurred_to_itself_and_channels_do_not_mix():
    image, mask = nucleus()
    image[mask] = [1.0, 0.0, -4.0]
    np.testing.assert_allclose(blurred(image, mask, 3.0), image, rtol=1e-6)
    assert not blurred(image, np.zeros_like(mask), 3.0).any()


def test_a_drawn_training_cell_is_one_of_those_given():
    images = np.stack([np.full((4, 4, 1), value, np.float32) for value in (1, 2, 3)])
    data = BaselineData(seed=1, references=References(images, np.ones((3, 4, 4), bool)))
    drawn = baseline_of("training_cells", data)
    mask = np.ones((4, 4), bool)
    values = [drawn(images[0], mask, cell)[0, 0, 0] for cell in range(30)]
    assert set(values) == {1, 2, 3}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({"clip": 98, "z_score": True}, [0, 0]),
        ({"clip": 98, "z_score": False, "mean_extraction": True}, [0, 0]),
        ({"clip": 98, "z_score": False, "per_cell": True}, [0, 0]),
        ({"clip": 98, "z_score": False}, [80, 40]),
        ({"clip": 98, "z_score": False, "scale": True}, [80, 40]),
    ],
)
def test_the_training_mean_is_in_the_units_that_the_model_sees(steps, expected):
    statistics = {"background": 0.0, "percentile": 300.0, "mean": [80.0, 40.0], "sd": 10.0}
    table = pd.DataFrame({"channel": ["a", "b"], **statistics})
    normaliser = Normaliser.from_table(table, ["a", "b"], steps)
    assert training_mean_of(normaliser).tolist() == expected


def test_the_training_mean_is_what_the_mean_pixel_becomes():
    # A pixel at the mean of the counts is brought to what the baseline says.
    for steps in ({"clip": 98, "z_score": True}, {"clip": None, "z_score": False}):
        table = pd.DataFrame(
            {"channel": ["a"], "background": 0.0, "percentile": 300.0, "mean": 80.0, "sd": 10.0}
        )
        normaliser = Normaliser.from_table(table, ["a"], steps)
        seen = normaliser(np.full((1, 1, 1, 1), 80, np.uint16), np.ones((1, 1, 1), bool))
        assert seen.ravel() == training_mean_of(normaliser)


def test_an_unknown_baseline_names_the_nearest_and_a_lack_is_told():
    with pytest.raises(AttributionError, match=r"Did you mean 'blurred'\?"):
        baseline_of("blured")
    for name, what in (("training_mean", "training means"), ("training_cells", "drawn training")):
        with pytest.raises(AttributionError, match=what):
            baseline_of(name)
