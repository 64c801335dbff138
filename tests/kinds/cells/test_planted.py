"""Planted pixels in the frame of the crops, against crops of a channel that shows just them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import AttributionError
from nascent.kinds.cells.crops.options import CropOptions, WellSource
from nascent.kinds.cells.crops.placement import centre, shrink
from nascent.kinds.cells.crops.stage import crop_well
from nascent.kinds.cells.planted import Box, placed, read_planted
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well
from nascent.kinds.cells.simulate.truth import read_truth
from nascent.shards.write import write_shard
from nascent.store import open_store

CHANNELS = ["00_DAPI", "09_SRRM2", "15_SON", "07_POLR2A", "00_EU"]
CAUSAL = ["09_SRRM2", "15_SON", "07_POLR2A"]
SIZE = 20
PLACE = {"plate": "p", "well": "A01"}


def simulated(folder, *, truth="structure", position=0):
    simulate_well(
        folder,
        WellPlace(**PLACE, position=position),
        Simulation(
            nuclei=30, channels=CHANNELS, truth=truth, mean_area=300, layout="numpy", seed=5
        ),
        truth_path=folder / "truth.h5",
        cycle_path=folder / "cycle.csv",
    )
    return folder


@pytest.fixture(scope="module")
def well(tmp_path_factory):
    return simulated(tmp_path_factory.mktemp("well"))


def show_truth_in(folder, channel):
    """Make a channel of the raw well 2 on causal pixels and 1 elsewhere."""
    truth = read_truth(folder / "truth.h5")
    ids, x, y = (np.load(folder / f"{name}.npy") for name in ("mapobject_ids", "x", "y"))
    causal = {
        (int(nucleus), int(px), int(py))
        for row, nucleus in enumerate(truth.mapobject_id)
        for px, py in zip(*truth.pixels(row), strict=True)
    }
    counts = np.load(folder / "mpp.npy")
    shown = [(int(i), int(px), int(py)) in causal for i, px, py in zip(ids, x, y, strict=True)]
    counts[:, CHANNELS.index(channel)] = 1 + np.array(shown)
    np.save(folder / "mpp.npy", counts)


def shard_of(folder, out, oversize):
    store, shard = out / f"{oversize}.h5", out / f"{oversize}-shard.h5"
    crop_well(
        WellSource(folder, **PLACE),
        store,
        out / "quality.tsv",
        options=CropOptions("00_EU", SIZE, oversize=oversize),
    )
    with open_store(store) as crops:
        cells = crops.examples.reset_index()[["id"]].assign(part=store.stem)
    write_shard([store], cells, shard, split="test", record={})
    return shard


def planted_of(folder, shard):
    return read_planted([folder / "truth.h5"], [{"plate": "p", "well": "A01"}], [shard])


@pytest.mark.parametrize("oversize", ["drop", "crop", "shrink"])
def test_the_mask_is_the_crop_of_a_channel_that_shows_the_truth(tmp_path, oversize):
    folder = simulated(tmp_path / "raw")
    show_truth_in(folder, "00_DAPI")
    shard = shard_of(folder, tmp_path, oversize)
    planted = planted_of(folder, shard)
    with open_store(shard) as cells:
        larger = cells.examples["oversize"].to_numpy(bool)
        assert larger.any() == (oversize != "drop")
        assert not larger.all()
        for index, example_id in enumerate(cells.examples.index):
            image, mask = cells[index]
            found = planted.mask(example_id, mask)
            np.testing.assert_array_equal(found, image[..., 0] == 2)
            assert 0 < found.sum() < mask.sum()
            speckles, foci = (
                planted.mask(example_id, mask, [name]) for name in ("15_SON", "07_POLR2A")
            )
            np.testing.assert_array_equal(speckles | foci, found)
            assert speckles.any()
            assert not planted.mask(example_id, mask, ["00_DAPI"]).any()


def test_causal_channels_are_brighter_there_and_others_are_not(well, tmp_path):
    shard = shard_of(well, tmp_path, "drop")
    planted = planted_of(well, shard)
    assert planted.truth == "structure"
    assert planted.causal_channels == tuple(CAUSAL)
    ratios = []
    with open_store(shard) as cells:
        for index, example_id in enumerate(cells.examples.index):
            image, mask = cells[index]
            causal = planted.mask(example_id, mask)
            inside, outside = image[causal].mean(axis=0), image[mask & ~causal].mean(axis=0)
            ratios.append(inside / outside)
    found = dict(zip(CHANNELS, np.mean(ratios, axis=0), strict=True))
    assert min(found[name] for name in CAUSAL) > 1.3
    assert found["00_DAPI"] < 1.1


def test_under_intensity_every_measured_pixel_is_causal(tmp_path):
    folder = simulated(tmp_path / "raw", truth="intensity")
    shard = shard_of(folder, tmp_path, "shrink")
    planted = planted_of(folder, shard)
    with open_store(shard) as cells:
        for index, example_id in enumerate(cells.examples.index):
            _, mask = cells[index]
            np.testing.assert_array_equal(planted.mask(example_id, mask), mask)


def test_a_truth_of_other_nuclei_is_refused(well, tmp_path):
    shard = shard_of(well, tmp_path, "drop")
    other = simulated(tmp_path / "other", position=1)
    with pytest.raises(AttributionError, match="does not know cell"):
        stranger = read_planted([other / "truth.h5"], [{"plate": "p", "well": "A01"}], [shard])
        stranger.mask(stranger.cells.index[0], np.ones((SIZE, SIZE), bool))
    with pytest.raises(AttributionError, match="well p A01 does not know"):
        elsewhere = read_planted([well / "truth.h5"], [{"plate": "p", "well": "A02"}], [shard])
        elsewhere.mask(elsewhere.cells.index[0], np.ones((SIZE, SIZE), bool))


def test_causal_pixels_outside_of_the_nucleus_are_refused(well, tmp_path):
    shard = shard_of(well, tmp_path, "drop")
    planted = planted_of(well, shard)
    with open_store(shard) as cells:
        _, mask = cells[0]
        causal = planted.mask(cells.examples.index[0], mask)
        with pytest.raises(AttributionError, match="none of its measured pixels"):
            planted.mask(cells.examples.index[0], mask & ~causal)
    planted.cells.loc[planted.cells.index[0], "x_min"] += 8
    with pytest.raises(AttributionError, match="none of its measured pixels"):
        planted.mask(planted.cells.index[0], mask)


def test_without_shards_nothing_is_said(well):
    with pytest.raises(AttributionError, match="without truth and shards"):
        read_planted([well / "truth.h5"], [{"plate": "p", "well": "A01"}], [])


boxes = st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(0, 99), st.integers(0, 99))


@given(box=boxes, size=st.integers(1, 24), seed=st.integers(0, 99))
def test_what_fits_comes_back_and_what_falls_off_is_lost(box, size, seed):
    height, width, x, y = box
    inside = np.random.default_rng(seed).random((height, width)) < 0.4
    v, u = np.nonzero(inside)
    given_box = Box(x, x + width - 1, y, y + height - 1)
    found = placed(u + x, v + y, given_box, size, centre)
    # The crop's box starts at half the difference of the edges, rounded half to even.
    top, left = (round(edge / 2 - size / 2) for edge in (height, width))
    back = {(row + top, column + left) for row, column in np.argwhere(found).tolist()}
    shown = {
        (row, column)
        for row, column in zip(v.tolist(), u.tolist(), strict=True)
        if 0 <= row - top < size and 0 <= column - left < size
    }
    assert back == shown


@given(box=boxes, size=st.integers(1, 24), seed=st.integers(0, 99))
def test_a_shrunk_nucleus_shows_no_more_than_it_has(box, size, seed):
    height, width, x, y = box
    given_box = Box(x, x + width - 1, y, y + height - 1)
    inside = np.random.default_rng(seed).random((height, width)) < 0.4

    def shown(which):
        v, u = np.nonzero(which)
        return placed(u + x, v + y, given_box, size, shrink)

    part, rest = shown(inside), shown(~inside)
    assert not (part & rest).any()
    np.testing.assert_array_equal(part | rest, shown(np.ones_like(inside)))
    if max(height, width) <= size:
        assert part.sum() == inside.sum()
