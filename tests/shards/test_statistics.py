"""Channel statistics: exactly those of the pooled pixels, whatever their number and type."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import OutputError, StoreError
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards import histograms
from nascent.shards.histograms import Histograms, load, merge, save
from nascent.shards.statistics import channel_statistics, count_part, count_pixels
from nascent.shards.steps import Steps
from nascent.store import open_store

CHANNELS = ("00_DAPI", "07_H2B", "00_EU")
UNCLIPPED = Steps(clip=None)
DTYPES = ("uint8", "uint16", "int32", "float32", "float64")


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_histogram_counts_the_measured_pixels_of_the_chosen_cells(tmp_path, dtype):
    images, masks = _crops(dtype)
    chosen = [101, 103, 999]  # 999 lies in another well
    with _store(tmp_path / "w.h5", images, masks) as store:
        histograms = count_pixels(store, chosen)
    assert histograms.channels == CHANNELS
    assert histograms.cells == 2
    for channel in range(len(CHANNELS)):
        pixels = np.concatenate([images[row][masks[row]][:, channel] for row in (1, 3)])
        values, counts = np.unique(pixels, return_counts=True)
        np.testing.assert_array_equal(histograms.values[channel], values)
        np.testing.assert_array_equal(histograms.counts[channel], counts)


def test_a_part_counts_its_own_training_cells_alone(tmp_path):
    # Cell 102 is here too, but another part won it; 104 is in the test split.
    splits = pd.DataFrame(
        {
            "id": [100, 102, 103, 104, 300],
            "part": ["01_007", "01_008", "01_007", "01_007", "01_008"],
            "split": ["train", "train", "train", "test", "train"],
        }
    )
    with _store(tmp_path / "01_007.h5", *_crops("uint16")) as store:
        expected = count_pixels(store, [100, 103])
    count_part(tmp_path / "01_007.h5", splits, tmp_path / "h.h5", record={})
    _assert_same(load(tmp_path / "h.h5"), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_histograms_come_back_from_disk_as_they_were(tmp_path, dtype):
    with _store(tmp_path / "w.h5", *_crops(dtype)) as store:
        histograms = count_pixels(store, [100, 104])
    save(histograms, tmp_path / "h.h5", record={"stage": "shards"})
    _assert_same(load(tmp_path / "h.h5"), histograms)


@pytest.mark.parametrize("dtype", DTYPES)
def test_wells_add_up_to_what_one_well_with_all_cells_would_give(tmp_path, dtype):
    images, masks = _crops(dtype)
    with _store(tmp_path / "all.h5", images, masks) as store:
        whole = count_pixels(store, store.examples.index)
        parts = [count_pixels(store, ids) for ids in ([100, 103], [], [101, 102, 104])]
    _assert_same(merge(parts), whole)


def test_wells_of_other_channels_do_not_add_up():
    one = _histograms(np.arange(5))
    other = Histograms(("07_H2B",), one.values, one.counts, 1)
    with pytest.raises(StoreError, match=r"00_DAPI.*07_H2B"):
        merge([one, other])


def test_a_truncated_histogram_is_an_error_that_names_it(tmp_path):
    save(_histograms(np.arange(5)), tmp_path / "h.h5", record={})
    whole = (tmp_path / "h.h5").read_bytes()
    (tmp_path / "h.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match=r"h\.h5: the file is truncated"):
        load(tmp_path / "h.h5")


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, file_size_limit):
    generator = np.random.default_rng(0)
    with file_size_limit(20_000), pytest.raises(OutputError, match=r"h\.h5"):
        save(_histograms(generator.random(10_000)), tmp_path / "h.h5", record={})
    assert not list(tmp_path.iterdir())


@given(
    pixels=st.lists(st.integers(0, 65535), min_size=1, max_size=300),
    percentile=st.floats(0.5, 100),
    background=st.floats(0, 300),
    scale=st.booleans(),
)
def test_percentile_mean_and_sd_are_those_of_the_pooled_pixels(
    pixels, percentile, background, scale
):
    steps = Steps(background=True, clip=percentile, scale=scale)
    row = channel_statistics(_histograms(pixels), steps, {"00_DAPI": background}).iloc[0]

    pooled = np.maximum(np.array(pixels, np.float64) - background, 0)
    ceiling = np.percentile(pooled, percentile)
    clipped = np.minimum(pooled, ceiling)
    if scale and ceiling > 0:
        clipped = clipped / ceiling
    assert row["percentile"] == ceiling
    assert row["mean"] == pytest.approx(clipped.mean(), rel=1e-12, abs=1e-12)
    assert row["sd"] == pytest.approx(clipped.std(), rel=1e-9, abs=1e-9)
    assert (row["minimum"], row["maximum"]) == (min(pixels), max(pixels))
    assert row["pixels"] == len(pixels)


@given(
    pixels=st.lists(st.floats(0, 1e6, width=32), min_size=1, max_size=200),
    percentile=st.floats(1, 100),
)
def test_pixels_in_floats_are_counted_as_exactly(pixels, percentile):
    pooled = np.array(pixels, np.float32)
    row = channel_statistics(_histograms(pooled), Steps(clip=percentile)).iloc[0]
    ceiling = np.percentile(pooled.astype(np.float64), percentile)
    assert row["percentile"] == ceiling
    clipped = np.minimum(pooled.astype(np.float64), ceiling)
    assert row["mean"] == pytest.approx(clipped.mean(), rel=1e-12, abs=1e-12)


def test_floats_of_many_values_are_joined_without_moving_the_statistics(tmp_path, monkeypatch):
    monkeypatch.setattr(histograms, "MOST_FLOATS", 1 << 14)
    generator = np.random.default_rng(3)
    shape = (40, 32, 32, len(CHANNELS))
    images = (generator.gamma(4, 60, shape) + generator.integers(0, 2, shape)).astype(np.float32)
    images[3, 4, 5] = 0
    masks = np.ones(shape[:3], bool)
    with _store(tmp_path / "w.h5", images, masks) as store:
        wells = [count_pixels(store, range(100 + k, 140, 2)) for k in range(2)]
    for steps in (UNCLIPPED, Steps(clip=98)):
        table = channel_statistics(merge(wells), steps)
        pixels = images.reshape(-1, len(CHANNELS)).astype(np.float64)
        assert (table["pixels"] == len(pixels)).all()
        np.testing.assert_array_equal(table["minimum"], pixels.min(axis=0))
        np.testing.assert_array_equal(table["maximum"], pixels.max(axis=0))
        if steps.clip is not None:
            ceiling = np.percentile(pixels, steps.clip, axis=0)
            np.testing.assert_allclose(table["percentile"], ceiling, rtol=1e-3)
            pixels = np.minimum(pixels, ceiling)
        np.testing.assert_allclose(table["mean"], pixels.mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(table["sd"], pixels.std(axis=0), rtol=1e-4)
    for well in (*wells, merge(wells)):
        assert all(len(values) <= 1 << 14 for values in well.values)
        assert all((np.diff(values) > 0).all() for values in well.values)


def test_forty_million_pixels_lose_nothing_where_sums_in_float32_do():
    # H2B of the published study: a mean near 179 over 40 million pixels, which float32 sums along
    # the pixels turned into less. Column sums there run one addition after another, as here.
    generator = np.random.default_rng(0)
    sample = generator.gamma(9, 20, 400_000).astype(np.uint16)
    values, counts = np.unique(sample, return_counts=True)
    many = Histograms(("07_H2B",), (values,), (counts.astype(np.int64) * 100,), 1)
    row = channel_statistics(many, UNCLIPPED).iloc[0]
    assert row["pixels"] == 40_000_000
    # Repeating pixels changes neither mean nor SD; whole numbers of this size are exact.
    exact = int(sample.astype(np.int64).sum()) / len(sample)
    assert row["mean"] == pytest.approx(exact, rel=1e-14)
    assert row["sd"] == pytest.approx(sample.std(dtype=np.float64), rel=1e-12)

    total = np.float32(0)
    for _ in range(100):
        total = np.cumsum(np.r_[total, sample.astype(np.float32)], dtype=np.float32)[-1]
    assert total / 40_000_000 < 0.9 * exact


def test_a_large_offset_does_not_eat_the_sd():
    # One pass over squares would lose an SD of 0.5 beside values near 2³¹.
    pixels = np.array([2**31 - 2, 2**31 - 1] * 500, np.int64)
    assert channel_statistics(_histograms(pixels), UNCLIPPED)["sd"].item() == 0.5


def test_a_constant_channel_has_sd_zero_exactly():
    row = channel_statistics(_histograms([7] * 999), Steps(background=True), {"00_DAPI": 0.1})
    assert row["sd"].item() == 0


def test_no_clip_no_percentile():
    assert np.isnan(channel_statistics(_histograms([1, 2]), UNCLIPPED)["percentile"].item())


def test_background_is_off_unless_a_step_and_zero_where_not_known():
    histograms = Histograms(("a", "b"), (np.arange(3),) * 2, (np.ones(3, np.int64),) * 2, 1)
    known = pd.Series({"a": 1.0, "b": np.nan})
    on = channel_statistics(histograms, Steps(background=True, clip=None), known)
    off = channel_statistics(histograms, UNCLIPPED, known)
    assert list(on["background"]) == [1.0, 0.0]
    assert list(on["mean"]) == [pytest.approx(1 / 3), 1.0]
    assert list(off["background"]) == [0.0, 0.0]


def test_training_cells_without_a_pixel_are_an_error_that_names_the_channel():
    empty = Histograms(("00_DAPI",), (np.empty(0, np.uint16),), (np.empty(0, np.int64),), 0)
    with pytest.raises(StoreError, match="'00_DAPI' has no measured pixel"):
        channel_statistics(empty, Steps())


def test_a_job_that_counts_starts_without_the_libraries_it_does_not_need():
    heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "scipy", "polars", "pulp"}
    code = f"import sys, nascent.shards.statistics; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def _histograms(pixels) -> Histograms:
    values, counts = np.unique(np.asarray(pixels), return_counts=True)
    return Histograms(("00_DAPI",), (values,), (counts.astype(np.int64),), 1)


def _crops(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(8)
    masks = generator.random((5, 8, 8)) < 0.5
    top = 250 if dtype == "uint8" else 65535
    images = generator.integers(0, top, (5, 8, 8, len(CHANNELS)))
    if dtype == "int32":
        images *= 1000
    if dtype.startswith("float"):
        images = images / 7
    return (images * masks[..., None]).astype(dtype), masks


def _store(path, images, masks):
    size = images.shape[1]
    with CropWriter(path, channels=CHANNELS, size=size, dtype=images.dtype) as writer:
        writer.append_crops(images, masks)
        named = {"id": np.arange(len(images)) + 100, "group": "p/A01"}
        writer.cells = pd.DataFrame(named)
    return open_store(path)


def _assert_same(one: Histograms, other: Histograms) -> None:
    assert (one.channels, one.cells) == (other.channels, other.cells)
    for ours, theirs in zip(one.values + one.counts, other.values + other.counts, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
