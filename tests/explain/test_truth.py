"""What is found of the truth in a map: closed forms, chance by enumeration, and no fake numbers."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.explain.statistics.image_nulls import IMAGE_MAPS, image_map
from nascent.explain.truth.scores import (
    MEASURES,
    OF_CHANNELS,
    OF_ENTRIES,
    OF_PIXELS,
    average_precision,
    chance_precision,
    scores,
)
from nascent.explain.truth.table import (
    BEATS,
    MAPS,
    PLANTED,
    RANDOMISED,
    TRAINED,
    TRUTH,
    USED,
    cell_table,
    truth_table,
)

CHANNELS = ["a", "b", "c", "d", "e"]
CAUSAL = ["b", "d"]
SHAPE = (8, 8)
EVERY = MEASURES["entry"]


def nucleus(seed=0):
    """A mask of 40 of 64 pixels, 10 of them causal."""
    order = np.random.default_rng(seed).permutation(64)
    mask, causal = np.zeros(64, bool), np.zeros(64, bool)
    mask[order[:40]], causal[order[:10]] = True, True
    return mask.reshape(SHAPE), causal.reshape(SHAPE)


def planted_map():
    _, causal = nucleus()
    return np.where(np.isin(CHANNELS, CAUSAL), causal[..., None], 0).astype(np.float32)


def found(values, mask=None, causal=None, channels=CHANNELS, planted=CAUSAL):
    own_mask, own_causal = nucleus()
    mask = own_mask if mask is None else mask
    causal = own_causal if causal is None else causal
    return scores(np.abs(values), mask, causal, channels, planted)


def test_a_map_that_is_the_truth_finds_all_of_it():
    told = found(planted_map()).found
    for what in set(EVERY) - {"rank"}:
        assert told[what][0] == 1, what
    assert told["rank"][0] == 1.5  # the two share the first two ranks
    chances = {what: chance for what, (_, chance) in told.items()}
    assert chances == pytest.approx(
        {"pixel_share": 1 / 4, "pixel_precision": chance_precision(10, 40)}
        | {"entry_share": 1 / 4 * 2 / 5, "entry_precision": chance_precision(20, 200)}
        | dict.fromkeys(["channel_share", "top_channel", "top_channels"], 2 / 5)
        | {"all_top_channels": 1 / 10, "rank": 3}
    )


def test_a_map_that_is_even_is_at_chance():
    told = found(np.ones((*SHAPE, 5), np.float32)).found
    for what in ["pixel_share", "entry_share", "channel_share", "rank"]:
        value, chance = told[what]
        assert value == pytest.approx(chance), what
    # One threshold takes everything, at the prevalence.
    assert told["pixel_precision"][0] == pytest.approx(1 / 4)
    assert told["entry_precision"][0] == pytest.approx(1 / 10)
    # All channels tie: none of them is told apart as one of the first two.
    assert [told[what][0] for what in ("top_channel", "top_channels")] == [0, 0]


def test_a_map_that_is_noise_is_at_chance():
    rng = np.random.default_rng(3)
    mask = np.ones((60, 60), bool)
    told = [
        found(rng.random((60, 60, 5)), mask, rng.random((60, 60)) < 0.2).found for _ in range(20)
    ]
    for what in [*OF_PIXELS, *OF_ENTRIES, "channel_share"]:
        value, chance = np.mean([one[what] for one in told], axis=0)
        assert value == pytest.approx(chance, rel=0.05), what


def test_chances_of_channels_are_means_over_all_orders():
    told = []
    for order in permutations([5.0, 4.0, 3.0, 2.0, 1.0]):
        told.append(found(np.tile(order, (*SHAPE, 1))).found)
    for what in OF_CHANNELS:
        assert np.mean([one[what][0] for one in told]) == pytest.approx(told[0][what][1]), what


def test_unmeasured_pixels_do_not_count():
    mask, _ = nucleus()
    values = planted_map()
    values[~mask] = 100
    assert found(values) == found(planted_map())


@given(seed=st.integers(0, 99), scale=st.sampled_from([1e-6, 0.5, 1024.0]))
def test_measures_are_shares_whatever_the_scale(seed, scale):
    values = np.random.default_rng(seed).normal(size=(*SHAPE, 5)) ** 3
    told, scaled = found(values).found, found(values * scale).found
    for what in EVERY:
        np.testing.assert_allclose(scaled[what], told[what], rtol=1e-9)
        if what != "rank":
            assert 0 <= told[what][0] <= 1
    assert 1.5 <= told["rank"][0] <= 4.5


def test_ranks_name_the_planted_channels():
    values = np.tile([3.0, 9.0, 1.0, 2.0, 2.0], (*SHAPE, 1))
    told = found(values)
    assert told.ranks == {"b": 1, "d": 3.5}
    assert told.found["top_channel"][0] == 1
    assert told.found["top_channels"][0] == 0.5
    assert told.found["all_top_channels"][0] == 0


def test_average_precision_is_the_sum_over_thresholds():
    # Ranked: hit, miss, hit, then a tie of one hit and two misses.
    positive = np.array([1, 0, 1, 1, 0, 0], bool)
    values = np.array([9, 8, 7, 5, 5, 5], float)
    assert average_precision(positive, values) == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 3)


@pytest.mark.parametrize(("positives", "count"), [(1, 2), (2, 5), (3, 4), (5, 5), (1, 1)])
def test_the_chance_of_average_precision_is_its_mean_over_all_orders(positives, count):
    which = np.arange(count) < positives
    told = [average_precision(which, np.array(order)) for order in permutations(range(count))]
    assert chance_precision(positives, count) == pytest.approx(np.mean(told))


def test_the_chance_of_many_is_near_the_prevalence():
    # Σ 1/i up to 1,000 is 7.485.
    assert chance_precision(200, 1000) == pytest.approx(199 / 999 + 0.8 * 7.485 / 999, rel=1e-4)
    assert chance_precision(10**5, 10**6) == pytest.approx(0.1, rel=2e-4)


def test_a_map_without_channels_tells_of_pixels_alone():
    told = found(planted_map().sum(axis=2, keepdims=True))
    assert [told.found[what][0] for what in OF_PIXELS] == [1, 1]
    assert np.isnan([told.found[what] for what in OF_ENTRIES + OF_CHANNELS]).all()
    assert told.ranks == {}


def test_a_map_without_pixels_tells_of_channels_alone():
    told = found(np.array([[[0.0, 3.0, 1.0, 2.0, 0.0]]]))
    assert told.found["channel_share"][0] == pytest.approx(5 / 6)
    assert told.found["all_top_channels"][0] == 1
    assert np.isnan([told.found[what] for what in OF_PIXELS + OF_ENTRIES]).all()


def test_where_all_pixels_are_causal_channels_alone_can_be_found():
    mask, _ = nucleus()
    told = found(planted_map(), causal=mask).found
    assert np.isnan([told[what] for what in OF_PIXELS]).all()
    # An entry can still be wrong: in a channel that is not planted.
    assert told["entry_share"] == (1, pytest.approx(0.4))
    assert told["channel_share"][0] == 1


@pytest.mark.parametrize("planted", [[], CHANNELS, ["unseen"]])
def test_where_no_channel_or_every_one_is_planted_none_can_be_found(planted):
    told = found(planted_map(), planted=planted).found
    assert np.isnan([told[what] for what in OF_CHANNELS]).all()
    assert told["pixel_share"][0] == 1


def test_a_zero_map_and_a_cell_without_truth_have_no_numbers():
    empty = found(np.zeros((*SHAPE, 5)))
    assert empty.zero
    assert np.isnan(list(empty.found.values())).all()
    untold = found(planted_map(), causal=np.zeros(SHAPE, bool))
    assert not untold.zero
    assert np.isnan(untold.found["pixel_precision"]).all()


def study(own=None, nulls=None):
    """Forty cells of four groups; the trained map is the truth, the others noise, one is zero."""
    rng = np.random.default_rng(7)
    cells = pd.DataFrame(
        {"split": "test", "group": np.repeat(list("ABCD"), 10)},
        index=pd.Index(range(40), name="id"),
    )
    own = planted_map() if own is None else own
    maps = dict.fromkeys([RANDOMISED, *IMAGE_MAPS]) | (nulls or {})
    rows = [(cell, PLANTED, TRAINED, found(own)) for cell in range(39)]
    rows.append((39, PLANTED, TRAINED, found(0 * own)))
    for name, values in maps.items():
        for cell in range(0, 40, 2):
            shown = rng.random((*SHAPE, 5)) if values is None else values
            rows.append((cell, PLANTED, name, found(shown)))
    return cell_table(rows, cells)


OPTIONS = {"confidence": 0.95, "draws": 200, "seed": 3}


def of_all_channels(table):
    return table[table["channel"] == ""].set_index(["map", "what"])


def test_the_table_says_what_beats_chance_and_by_how_much_the_trained_weights_do_better():
    table = truth_table(study(), **OPTIONS)
    assert list(table.columns) == list(TRUTH)
    rows = of_all_channels(table)
    trained = rows.loc[("trained", "pixel_precision")]
    assert trained[["cells", "zero_cells", "undefined_cells"]].tolist() == [39, 1, 0]
    assert trained["value"] == 1
    assert trained["lift"] == pytest.approx(1 / chance_precision(10, 40))
    assert trained["beats_chance"]
    assert trained["interval"] == "groups"
    assert np.isnan(trained["trained_above"])
    noise = rows.loc[("randomised", "pixel_precision")]
    assert noise["cells"] == 20
    assert noise["lift_low"] < 1.2
    assert noise["trained_above"] == pytest.approx(1 - noise["value"])
    assert noise["trained_above_low"] > 0.4
    assert noise["trained_above_low_groups"] > 0.4
    # Ranks are better where they are lower: the sign is turned.
    rank = rows.loc[("randomised", "rank")]
    assert rank["trained_above"] == pytest.approx(rank["value"] - 1.5)
    assert rows.loc[("trained", "rank"), "lift"] == pytest.approx(3 / 1.5)


def test_the_ceiling_is_what_a_map_gets_that_is_the_truth():
    rows = of_all_channels(truth_table(study(), **OPTIONS))
    for what in EVERY:
        best = rows.loc["trained", "value"][what]
        for name in MAPS:
            assert rows.loc[(name, what), "ceiling"] == pytest.approx(best), what
        assert rows.loc[("trained", what), "lift_ceiling"] == pytest.approx(
            rows.loc[("trained", what), "lift"]
        ), what
    # Of ten causal pixels of forty: one over the prevalence, less what luck gives a short order.
    assert rows.loc[("edge", "pixel_share"), "lift_ceiling"] == pytest.approx(4)
    assert rows.loc[("edge", "pixel_precision"), "lift_ceiling"] == pytest.approx(
        1 / chance_precision(10, 40)
    )
    assert rows.loc[("edge", "rank"), ["ceiling", "lift_ceiling"]].tolist() == [1.5, 2]


def test_a_map_that_is_the_truth_beats_every_null():
    rows = of_all_channels(truth_table(study(), **OPTIONS))
    for what in ("pixel_precision", "entry_precision", "channel_share"):
        assert rows.loc[("trained", what), "verdict"] == BEATS
    assert (rows.drop("trained")["verdict"] == "").all()
    # One map of the image is the strongest of each measure.
    marked = rows[rows["strongest"].notna()].reset_index()
    assert set(marked["map"]) == set(IMAGE_MAPS)
    assert marked[marked["strongest"].astype(bool)]["what"].value_counts().eq(1).all()
    for what, part in marked.groupby("what"):
        assert part.loc[part["lift"].idxmax(), "strongest"], what


def test_a_map_that_is_brightness_does_not_beat_the_image():
    """Of an image in which the planted pixels are the bright ones, and others are as dark."""
    mask, causal = nucleus()
    image = np.where(causal[..., None], 2.0, 0) * np.ones(5)
    dark = mask & ~causal & (np.cumsum(mask & ~causal).reshape(SHAPE) % 2 == 0)
    image[dark] = -3
    nulls = {name: image_map(name, image, mask) for name in IMAGE_MAPS}
    own = np.maximum(image, 0)
    rows = of_all_channels(truth_table(study(own, nulls), **OPTIONS))
    assert rows.loc[("brightness", "pixel_precision"), "strongest"]
    # It beats the magnitude by far, and has the ceiling, which is not enough.
    assert rows.loc[("magnitude", "pixel_precision"), "trained_above_low"] > 0.3
    trained = rows.loc[("trained", "pixel_precision")]
    assert trained["lift"] == pytest.approx(trained["lift_ceiling"])
    assert trained["verdict"] == "cannot tell"
    assert rows.loc[("brightness", "pixel_precision"), "trained_above"] == 0


def test_what_a_map_does_not_beat_is_named():
    rows = of_all_channels(truth_table(study(1 - planted_map()), **OPTIONS))
    names = {f"the image ({name})" for name in IMAGE_MAPS}
    said = rows.loc[("trained", "pixel_precision"), "verdict"]
    best = rows.xs("pixel_precision", level="what")["strongest"].astype(object).eq(True).idxmax()
    assert said == f"does not beat the image ({best})"
    assert said.removeprefix("does not beat ") in names
    few = study()[lambda cells: cells["group"].isin(["A", "B"])]
    rows = of_all_channels(truth_table(few, **OPTIONS))
    assert rows.loc[("trained", "pixel_precision"), "verdict"] == "cannot tell (2 wells)"


def test_what_the_model_uses_of_the_truth_has_rows_of_its_own():
    both = study()
    own = found(planted_map(), planted=["b"])
    cells = pd.DataFrame(
        {"split": "test", "group": np.repeat(list("ABCD"), 10)},
        index=pd.Index(range(40), name="id"),
    )
    used = cell_table([(cell, USED, TRAINED, own) for cell in range(40)], cells)
    table = truth_table(pd.concat([both, used]), **OPTIONS)
    rows = table[(table["truth"] == USED) & (table["what"] == "rank")]
    assert rows["channel"].tolist() == ["", "b"]
    # Two channels have equal shares and one of them is used: it shares the ranks 1 and 2.
    assert rows["value"].tolist() == [1.5, 1.5]
    assert rows["ceiling"].tolist() == [1, 1]
    assert rows["verdict"].tolist() == ["", ""]
    assert (table.loc[table["truth"] == PLANTED, "cells"] > 0).all()


def test_the_rank_of_each_planted_channel_has_a_row():
    table = truth_table(study(), **OPTIONS)
    ranks = table[(table["what"] == "rank") & (table["map"] == "trained")]
    assert ranks["channel"].tolist() == ["", "b", "d"]
    assert ranks["value"].tolist() == [1.5, 1.5, 1.5]


@pytest.mark.parametrize("axes", ["place", "feature"])
def test_what_a_kind_of_map_cannot_tell_has_no_rows(axes):
    table = truth_table(study(), axes=axes, **OPTIONS)
    assert set(table["what"]) == set(MEASURES[axes])
    assert (table["channel"] != "").any() == (axes == "feature")


def test_what_cannot_be_found_is_counted():
    mask, _ = nucleus()
    cells = pd.DataFrame({"split": "test", "group": "A"}, index=pd.Index([1, 2], name="id"))
    rows = [
        (1, PLANTED, TRAINED, found(planted_map())),
        (2, PLANTED, TRAINED, found(planted_map(), causal=mask)),
    ]
    table = truth_table(cell_table(rows, cells), **OPTIONS)
    rows = table[table["channel"] == ""].set_index("what")
    assert rows.loc["pixel_share", ["cells", "undefined_cells", "zero_cells"]].tolist() == [1, 1, 0]
    assert rows.loc["pixel_share", "interval"] == ""
    assert rows.loc["channel_share", ["cells", "interval"]].tolist() == [2, ""]


def test_channels_are_found_by_the_totals_that_are_given():
    mask, causal = nucleus()
    totals = np.isin(CHANNELS, CAUSAL)[::-1].astype(float) + 0.01 * np.arange(len(CHANNELS))
    got = scores(planted_map(), mask, causal, CHANNELS, CAUSAL, totals)
    planted = np.isin(CHANNELS, CAUSAL)
    expected = totals[planted].sum() / totals.sum()
    assert got.found["channel_share"][0] == pytest.approx(expected)
    assert got.found["pixel_share"][0] == pytest.approx(1)
    nothing = scores(planted_map(), mask, causal, CHANNELS, CAUSAL, np.zeros(len(CHANNELS)))
    assert np.isnan(nothing.found["channel_share"][0])
    assert nothing.found["all_top_channels"][0] == 0
