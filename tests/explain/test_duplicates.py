"""Channels that repeat each other: the correlation in closed form, and copies that are found."""

import numpy as np
import pandas as pd
import pytest

from nascent.explain.duplicates.pairs import (
    CHANNEL_GROUPS,
    CORRELATIONS,
    channel_groups_of,
    channel_likeness,
    correlation_table,
    found_groups,
    groups_table,
    warning,
)
from nascent.explain.duplicates.stage import write_duplicates
from nascent.files import read_table, write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser

BOUND = 0.9


def cells(channels_of, count=40, pixels=200):
    return [channels_of(np.random.default_rng((5, number)), pixels) for number in range(count)]


def three_rounds(stream, pixels):
    """One stain three times, with noise of 5 % of its SD, between two others."""
    stain, other, third = stream.normal(size=(3, pixels)) + stream.normal(size=(3, 1))
    rounds = stain[:, None] + 0.05 * stream.normal(size=(pixels, 3))
    return np.column_stack([rounds[:, 0], other, rounds[:, 1], third, rounds[:, 2]])


NAMES = ["dna_1", "protein", "dna_2", "lipid", "dna_3"]


def test_rounds_of_one_stain_are_found_and_named_and_nothing_else_is():
    likeness = channel_likeness(cells(three_rounds), NAMES)
    groups = found_groups(likeness, BOUND)
    assert groups == {"dna_1+dna_2+dna_3": ["dna_1", "dna_2", "dna_3"]}
    table = groups_table(groups, likeness, found=True)
    assert list(table.columns) == list(CHANNEL_GROUPS)
    # Of a stain of SD 1 with noise e the correlation is 1 / (1 + e²).
    assert table["least_correlation"].iloc[0] == pytest.approx(1 / 1.0025, abs=5e-4)
    assert table["least_mean_correlation"].iloc[0] > 0.99
    pairs = correlation_table(likeness, BOUND)
    assert list(pairs.columns) == list(CORRELATIONS)
    assert pairs["duplicates"].tolist() == [True] * 3 + [False] * 7
    said = warning(pairs)
    assert "dna_1 and dna_2" in said and "lipid" not in said
    assert warning(pairs[~pairs["duplicates"]]) == ""


def test_pixels_are_correlated_within_cells_and_means_between_them():
    """Two channels that rise together from cell to cell, and have opposite patterns in each."""

    def opposite(stream, pixels):
        level, pattern = 10 * stream.normal(), stream.normal(size=pixels)
        pattern -= pattern.mean()
        return np.column_stack([level + pattern, level - pattern])

    likeness = channel_likeness(cells(opposite), ["a", "b"])
    assert likeness.pixels[0, 1] == pytest.approx(-1)
    assert likeness.means[0, 1] == pytest.approx(1)
    assert likeness.cells == 40


def test_the_pooled_correlation_is_that_of_all_centred_pixels():
    given = [stack * scale for scale, stack in zip((1, 3), cells(three_rounds, 2), strict=True)]
    centred = np.concatenate([stack - stack.mean(axis=0) for stack in given])
    likeness = channel_likeness(given, NAMES)
    np.testing.assert_allclose(likeness.pixels, np.corrcoef(centred.T), atol=1e-3)
    means = np.array([stack.mean(axis=0) for stack in cells(three_rounds)])
    found = channel_likeness(cells(three_rounds), NAMES).means
    np.testing.assert_allclose(found, np.corrcoef(means.T))


def test_an_inverted_copy_is_a_duplicate():
    def inverted(stream, pixels):
        one = stream.normal(size=pixels)
        return np.column_stack([one, 5 - 2 * one, stream.normal(size=pixels)])

    likeness = channel_likeness(cells(inverted), list("abc"))
    assert found_groups(likeness, BOUND) == {"a+b": ["a", "b"]}
    assert correlation_table(likeness, BOUND)["pixel_correlation"].iloc[0] == pytest.approx(-1)


def test_a_chain_of_likenesses_is_no_group():
    """Each channel is like the next by 0.93; first and last share little."""
    correlation = 0.93 ** np.abs(np.subtract.outer(range(8), range(8)))
    root = np.linalg.cholesky(correlation)
    given = cells(lambda stream, pixels: stream.normal(size=(pixels, 8)) @ root.T, pixels=2000)
    groups = found_groups(channel_likeness(given, list("abcdefgh")), BOUND)
    assert max(map(len, groups.values())) < 4


def test_an_even_channel_correlates_with_nothing_and_no_cell_is_no_error():
    def even(stream, pixels):
        return np.column_stack([stream.normal(size=pixels), np.full(pixels, 0.3)])

    likeness = channel_likeness([*cells(even), np.empty((0, 2))], ["a", "b"])
    assert np.isnan(likeness.pixels[0, 1]) and np.isnan(likeness.means[0, 1])
    assert found_groups(likeness, BOUND) == {}
    assert not correlation_table(likeness, BOUND)["duplicates"].any()
    nothing = channel_likeness([], ["a", "b"])
    assert nothing.cells == 0 and found_groups(nothing, BOUND) == {}
    assert found_groups(channel_likeness(cells(three_rounds), NAMES[:5]), 1.0) == {}


def test_a_model_has_the_groups_of_which_it_sees_two_channels():
    table = pd.DataFrame({"group": ["x", "x", "x", "y", "y"], "channel": list("abcde")})
    assert channel_groups_of(table, ["c", "a", "d"]) == {"x": ["c", "a"]}
    assert channel_groups_of(table.iloc[:0], ["a"]) == {}


@pytest.fixture
def shards(tmp_path):
    """Two shards of 30 cells with the five channels, counts of 12 × 12 pixels."""
    paths = []
    for number in range(2):
        path = tmp_path / f"train-{number:05d}.h5"
        mask = np.zeros((12, 12), bool)
        mask[2:10, 2:10] = True
        images = np.zeros((30, 12, 12, 5), np.uint16)
        for place, image in enumerate(images):
            stream = np.random.default_rng((number, place))
            image[mask] = 1000 + 100 * three_rounds(stream, mask.sum())
        table = pd.DataFrame({"id": range(100 * number, 100 * number + 30)})
        with CropWriter(path, channels=NAMES, size=12, dtype=np.uint16) as store:
            store.append_crops(images, np.repeat(mask[None], 30, axis=0))
            store.cells = table.assign(plate="p", group="A01").set_index("id")
        paths.append(path)
    return paths


def normaliser():
    table = pd.DataFrame({"channel": NAMES, "background": 0, "percentile": 2000, "mean": 0.5})
    steps = {"clip": 99.9, "scale": True, "mean_extraction": False, "z_score": False}
    return Normaliser.from_table(table.assign(sd=0.1), NAMES, steps)


def write(shards, folder, **changes):
    options = {"bound": BOUND, "groups": "found", "cells": 20, "seed": 1} | changes
    out, groups = folder / "correlations.tsv", folder / "groups.tsv"
    write_duplicates(shards, normaliser(), out, groups, **options)
    return read_table(out), read_table(groups)


def test_the_stage_warns_of_duplicates_and_takes_a_sample_by_its_seed(shards, tmp_path, caplog):
    pairs, groups = write(shards, tmp_path)
    assert "repeat each other" in caplog.text and "dna_1" in caplog.text
    assert groups["group"].unique().tolist() == ["dna_1+dna_2+dna_3"]
    assert (pairs["cells"] == 20).all() and groups["found"].all()
    again, _ = write(shards, tmp_path)
    pd.testing.assert_frame_equal(pairs, again)
    other, _ = write(shards, tmp_path, seed=2)
    assert not pairs["pixel_correlation"].equals(other["pixel_correlation"])
    every, _ = write(shards, tmp_path, cells=1000)
    assert (every["cells"] == 60).all()


def test_the_config_may_name_the_groups_or_want_none(shards, tmp_path):
    _, groups = write(shards, tmp_path, groups={"mine": ["lipid", "protein"]})
    assert groups["group"].tolist() == ["mine", "mine"] and not groups["found"].any()
    assert groups["least_correlation"].iloc[0] < 0.3
    _, nothing = write(shards, tmp_path, groups=None)
    assert nothing.empty and list(nothing.columns) == list(CHANNEL_GROUPS)


@pytest.mark.parametrize("names", [["NA", "01", "1e3"], ["CD3/CD4", "=x", "TRUE"]])
def test_groups_of_odd_names_come_back_as_they_were(tmp_path, names):
    stacks = cells(lambda stream, pixels: three_rounds(stream, pixels)[:, [0, 2, 4]])
    likeness = channel_likeness(stacks, names)
    path = tmp_path / "groups.tsv"
    write_table(groups_table(found_groups(likeness, BOUND), likeness, found=True), path)
    assert channel_groups_of(read_table(path), names) == {"+".join(names): names}
    named = groups_table({"None": names}, likeness, found=False)
    write_table(named, path)
    assert channel_groups_of(read_table(path), names[:2]) == {"None": names[:2]}
    write_table(correlation_table(likeness, BOUND), path)
    assert set(read_table(path)["other"]) <= set(names)
