"""Maps that lie on a rim peak at the rim, whatever the size of the object; even maps are flat."""

import numpy as np
import pandas as pd
import pytest

from nascent.explain.radial.mean_maps import (
    MeanMapSums,
    centred,
    read_mean_maps,
    write_mean_maps,
)
from nascent.explain.radial.profiles import (
    ALL,
    BINS,
    RADIAL,
    Profiles,
    normalised_distance,
    profile,
    profiles_of,
    radial_table,
    top,
)

SIZE = 40
V, U = np.mgrid[:SIZE, :SIZE]


def disc(radius, v=19.5, u=19.5):
    return np.hypot(V - v, U - u) < radius


@pytest.mark.parametrize("radius", [8, 17])
def test_the_distance_is_0_in_the_middle_and_1_at_the_outline_of_any_object(radius):
    distance = normalised_distance(disc(radius))
    assert np.isnan(distance[~disc(radius)]).all()
    assert np.nanmin(distance) == 0
    assert np.nanmax(distance) == 1
    assert distance[19, 19] == 0
    at_the_frame = normalised_distance(np.ones((9, 9), bool))
    assert at_the_frame[0, 4] == 1
    assert at_the_frame[4, 4] == 0
    assert not normalised_distance(disc(1)).max() > 1
    assert np.isnan(normalised_distance(np.zeros((3, 3), bool))).all()


@pytest.mark.parametrize("radius", [10, 17])
def test_a_map_on_the_rim_peaks_at_the_rim_and_an_even_one_is_flat(radius):
    mask = disc(radius)
    distance = normalised_distance(mask)
    rim = np.where(mask & (distance >= 0.9), 1.0, 0.0)
    found = profile(np.stack([rim, np.full_like(rim, 3)], axis=-1), distance)
    assert np.nanargmax(found[0]) == BINS - 1
    assert found[0, : BINS - 1] == pytest.approx(0)
    assert found[1] == pytest.approx(1)
    assert np.isnan(profile(np.zeros((SIZE, SIZE, 1)), distance)).all()


def test_a_volume_has_profiles_too():
    ball = sum((axis - 7) ** 2 for axis in np.mgrid[:15, :15, :15]) < 36
    distance = normalised_distance(ball)
    found = profile(np.where(distance > 0.9, 1.0, 0.0)[..., None], distance)
    assert np.nanargmax(found[0]) == BINS - 1


def study(on_the_rim=True):
    """Return profiles of 24 examples in 4 groups: maps on the rim, or as bright as the image."""
    rng = np.random.default_rng(0)
    found, ids = [], list(range(24))
    for i in ids:
        mask = disc(9 + i % 8)
        distance = np.nan_to_num(normalised_distance(mask))
        image = (100 + 50 * distance + rng.normal(0, 1, mask.shape))[..., None] * mask[..., None]
        scores = -(distance[..., None] ** 4) * mask[..., None] if on_the_rim else image
        found.append(profiles_of(scores, image, mask))
    stacked = np.array(found)
    cells = pd.DataFrame(
        {"stratum": ["low", "high"] * 12, "group": [f"g{i // 2 % 4}" for i in ids]},
        index=pd.Index(ids, name="id"),
    )
    return Profiles(ids, ["a", ALL], stacked[:, 0], stacked[:, 1]), cells


def outermost(table, **chosen):
    for name, value in ({"stratum": ALL, "channel": ALL, "outer": 1.0} | chosen).items():
        table = table[table[name] == value]
    return table.iloc[0]


def test_the_table_tells_a_map_of_the_rim_from_one_that_follows_the_intensity():
    table = radial_table(*study(), confidence=0.95)
    assert tuple(table.columns) == RADIAL
    assert len(table) == 3 * 2 * BINS
    last = outermost(table)
    assert (last["cells"], last["groups"]) == (24, 4)
    assert last["score"] > last["image"] > 1
    assert last["difference_low"] > 0
    assert last["low"] < last["score"] < last["high"]
    assert outermost(table, stratum="low")["cells"] == 12
    same = radial_table(*study(on_the_rim=False), confidence=0.95)
    assert same["difference"].to_numpy() == pytest.approx(0, abs=1e-9)


def test_a_map_of_places_alone_is_held_against_the_mean_profile_of_all_features():
    mask = disc(12)
    image = np.stack([mask * 1.0, mask * np.nan_to_num(normalised_distance(mask))], axis=-1)
    of_map, of_image = profiles_of(mask[..., None] * 2.0, image, mask)
    assert of_map[-1] == pytest.approx(1)
    separate = profiles_of(image, image, mask)[1]
    assert of_image[-1] == pytest.approx(separate[:2].mean(axis=0))


def test_objects_are_laid_over_each_other_by_their_middle():
    mask = disc(6, 10, 29)
    moved = centred(mask[..., None], mask)[..., 0]
    assert np.argwhere(moved).mean(axis=0) == pytest.approx([19.5, 19.5], abs=0.51)
    assert moved.sum() == mask.sum()


def test_mean_maps_count_each_example_alike_and_come_back_from_disk(tmp_path):
    sums = MeanMapSums(["low", "high"], ["a", "b", ALL])
    mask = disc(6)
    left, right = mask & (U < 20), mask & (U >= 20)
    for scale, place in ((1.0, left), (1000.0, right)):
        sums.add(np.stack([-scale * place, 0 * place], axis=-1), mask, "high")
    sums.add(np.zeros((SIZE, SIZE, 2)), mask, "low")
    found = sums.means([2, 0])
    assert found.channels == (ALL, "a")
    assert found.cells.tolist() == [0, 2]
    # The map of 1000 weighs no more than that of 1.
    assert found.absolute[1, 0][mask] == pytest.approx(1, abs=0.1)
    assert found.signed[1, 1] == pytest.approx(-found.absolute[1, 1])
    assert (found.absolute[0] == 0).all()
    write_mean_maps(found, tmp_path / "maps.h5", record={"stage": "explain"})
    again = read_mean_maps(tmp_path / "maps.h5")
    assert (again.strata, again.channels) == (found.strata, found.channels)
    assert np.array_equal(again.absolute, found.absolute)
    none = MeanMapSums(["low"], [ALL]).means([0])
    assert none.cells.tolist() == [0]


def test_the_channels_of_the_largest_totals_are_kept_beside_all():
    found = Profiles([], ["a", "b", "c", ALL], np.empty(0), np.empty(0))
    assert top(found, np.array([1.0, 3.0, 2.0]), 2) == [3, 1, 2]
    assert top(Profiles([], [ALL], np.empty(0), np.empty(0)), np.empty(0), 2) == [0]
