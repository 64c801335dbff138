"""Normalisation: each step is what it says, in order, and unmeasured pixels are zero after it."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from nascent.errors import ConfigError, StoreError
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import COLUMNS
from nascent.shards.steps import Steps, input_channels

CHANNELS = ("00_DAPI", "07_H2B", "00_EU", "00_BG488", "15_SON")
INPUTS = ["00_DAPI", "07_H2B", "15_SON"]


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        (name, 10.0 + number, 200.0 + 7 * number, 90.5 + number, 33.25 + number, 0, 900, 10**6)
        for number, name in enumerate(CHANNELS)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.fixture(params=["uint8", "uint16", "int32", "float32", "float64"])
def crops(request) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    masks = generator.random((3, 16, 16)) < 0.4
    images = generator.integers(0, 256, (3, 16, 16, len(CHANNELS))).astype(request.param)
    return images * masks[..., None].astype(request.param), masks


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"clip": None},
        {"background": True},
        {"background": True, "clip": None},
        {"background": True, "scale": True, "z_score": False, "mean_extraction": True},
        {"scale": True},
        {"clip": None, "z_score": False},
        {"clip": None, "z_score": False, "background": True},
        {"background": True, "scale": True, "per_cell": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("inputs", [INPUTS, ["00_DAPI", "07_H2B"], ["15_SON", "00_DAPI"]])
def test_the_steps_are_those_of_the_formulas_one_after_the_other(table, crops, chosen, inputs):
    images, masks = crops
    steps = Steps(**chosen)
    given = Normaliser.from_table(table, inputs, steps)(images, masks)
    assert given.dtype == np.float32
    np.testing.assert_allclose(
        given, _one_by_one(images, masks, table, inputs, steps), rtol=2e-6, atol=2e-6
    )


def test_unmeasured_pixels_are_zero_after_the_steps_whatever_lies_there(table, crops):
    images, masks = crops
    full = np.full_like(images, 99)
    given = Normaliser.from_table(table, INPUTS, Steps(background=True))(full, masks)
    assert (given[~masks] == 0).all()
    assert (given[masks] != 0).all()


def test_the_steps_leave_the_crops_as_they_were(table, crops):
    images, masks = crops
    before = images.copy()
    Normaliser.from_table(table, INPUTS, Steps())(images, masks)
    np.testing.assert_array_equal(images, before)


def test_a_cell_standardised_by_itself_has_mean_0_and_sd_1_over_its_measured_pixels(table):
    generator = np.random.default_rng(4)
    masks = generator.random((4, 20, 20)) < 0.5
    images = generator.integers(100, 190, (4, 20, 20, 5)).astype(np.uint16)
    given = Normaliser.from_table(table, INPUTS, Steps(per_cell=True))(images, masks)
    for cell, mask in zip(given, masks, strict=True):
        np.testing.assert_allclose(cell[mask].mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(cell[mask].std(axis=0), 1, atol=1e-6)


def test_a_channel_constant_in_a_cell_becomes_zero(table):
    images = np.full((1, 8, 8, 5), 131, np.uint16)
    images[0, :4, :, 1] = 60
    masks = np.ones((1, 8, 8), bool)
    given = Normaliser.from_table(table, INPUTS, Steps(per_cell=True))(images, masks)
    assert (given[..., 0] == 0).all()
    assert set(np.unique(given[..., 1])) == {-1.0, 1.0}


def test_intensity_is_gone_after_the_standardisation_by_cell(table):
    generator = np.random.default_rng(6)
    masks = np.ones((1, 16, 16), bool)
    images = generator.integers(50, 90, (1, 16, 16, 5)).astype(np.uint16)
    normaliser = Normaliser.from_table(table, INPUTS, Steps(per_cell=True))
    np.testing.assert_allclose(
        normaliser(images, masks), normaliser(2 * images, masks), rtol=1e-4, atol=1e-5
    )


def test_16_bit_counts_keep_their_digits(table):
    # One count in 65,535 is 1/33.25 of an SD here; float32 arithmetic must not lose it.
    images = np.array([65534, 65535], np.uint16).reshape(1, 1, 2, 1).repeat(5, axis=-1)
    masks = np.ones((1, 1, 2), bool)
    given = Normaliser.from_table(table, ["00_DAPI"], Steps(clip=None))(images, masks)
    assert given[0, 0, 1, 0] - given[0, 0, 0, 0] == pytest.approx(1 / 33.25, rel=0.01)


def test_a_cell_without_a_measured_pixel_is_zero(table):
    empty = np.zeros((2, 8, 8), bool)
    images = np.ones((2, 8, 8, 5), np.uint16)
    given = Normaliser.from_table(table, INPUTS, Steps(per_cell=True))(images, empty)
    assert (given == 0).all()


def test_the_mean_is_not_subtracted_twice():
    with pytest.raises(ConfigError, match="subtract the mean twice"):
        Steps(mean_extraction=True, z_score=True)


def test_a_scale_needs_a_percentile():
    with pytest.raises(ConfigError, match="clip, which is null"):
        Steps(clip=None, scale=True)


def test_an_unknown_step_names_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'z_score'"):
        Steps.of({"zscore": True})


@pytest.mark.parametrize(
    ("statistic", "steps", "named"),
    [("sd", Steps(), "SD 0"), ("percentile", Steps(scale=True, z_score=False), "percentile 0")],
)
def test_a_channel_that_would_be_divided_by_zero_is_named(table, statistic, steps, named):
    table.loc[table["channel"] == "07_H2B", statistic] = 0.0
    with pytest.raises(StoreError, match=f"'07_H2B' has {named}.*Leave it out of shards.inputs"):
        Normaliser.from_table(table, INPUTS, steps)
    assert Normaliser.from_table(table, ["00_DAPI"], steps).inputs == ("00_DAPI",)


def test_a_table_without_the_percentile_cannot_clip(table):
    table["percentile"] = np.nan
    with pytest.raises(StoreError, match="lacks a statistic"):
        Normaliser.from_table(table, INPUTS, Steps())


def test_crops_of_other_channels_are_refused(table):
    normaliser = Normaliser.from_table(table, INPUTS, Steps())
    with pytest.raises(StoreError, match="4 channels, the normaliser has 5"):
        normaliser(np.zeros((1, 8, 8, 4), np.uint16), np.ones((1, 8, 8), bool))


def test_a_normaliser_can_be_written_as_json(table):
    normaliser = Normaliser.from_table(table, INPUTS, Steps(clip=None))
    assert json.loads(json.dumps(asdict(normaliser), allow_nan=False))["inputs"] == INPUTS


def test_by_default_a_model_sees_all_but_target_background_stains_and_probability_maps():
    channels = ["00_DAPI", "00_BG488", "00_BG568", "BG", "00_EU", "15_SON", "15_SON_ILASTIK"]
    assert input_channels(channels, target="00_EU") == ["00_DAPI", "15_SON"]


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        (["00_DAPY"], "Did you mean '00_DAPI'"),
        (["00_DAPI", "00_EU"], "target '00_EU' is among the inputs"),
        (["00_DAPI", "00_DAPI"], "listed twice"),
        ([], "no input channel is left"),
    ],
)
def test_inputs_that_cannot_be_are_refused(inputs, named):
    with pytest.raises(ConfigError, match=named):
        input_channels(CHANNELS, target="00_EU", inputs=inputs)


def _one_by_one(images, masks, table, inputs, steps) -> np.ndarray:
    """Every step as an expression of its own in float64 over one cell and channel at a time."""
    rows = table.set_index("channel")
    out = np.zeros((*masks.shape, len(inputs)))
    for cell in range(len(images)):
        for place, name in enumerate(inputs):
            row = rows.loc[name]
            v = images[cell, ..., CHANNELS.index(name)][masks[cell]].astype(np.float64)
            if steps.background:
                v = np.maximum(v - row["background"], 0)
            if steps.clip is not None:
                v = np.minimum(v, row["percentile"])
            if steps.scale:
                v = v / row["percentile"]
            if steps.mean_extraction:
                v = v - row["mean"]
            if steps.z_score:
                v = (v - row["mean"]) / row["sd"]
            if steps.per_cell:
                v = (v - v.mean()) / v.std()
            out[cell, masks[cell], place] = v
    return out
