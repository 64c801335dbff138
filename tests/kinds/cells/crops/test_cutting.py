import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import RawDataError
from nascent.kinds.cells.crops.cutting import Frame, channel_sums, cut, in_order
from nascent.kinds.cells.crops.grouping import group_pixels
from nascent.kinds.cells.crops.placement import centre, shrink
from nascent.kinds.cells.crops.wells import RawWell


def as_well(pixels, counts=None):
    return RawWell(
        "p", "w", "w", "numpy", list(pixels.channels), pd.DataFrame(), pixels.ids, pixels.x,
        pixels.y, pixels.counts if counts is None else counts,
    )  # fmt: skip


def cut_all(well, *, size=32, dtype=None, fit=centre, background=None):
    nuclei = group_pixels(well.ids, well.x, well.y)
    kind = np.dtype(dtype or well.pixels.dtype)
    frame = Frame(size, len(well.channels), kind)
    crops = []
    for i in range(len(nuclei.ids)):
        found = cut(well, nuclei, i, frame, fit=fit, target=2, target_background=background)
        # One frame serves all: what is kept of it must be copied.
        shown = frame.image.copy(), frame.mask.copy()
        crops.append((*shown, found.means, found.target, found.size_ratio))
    return [np.stack(part) for part in zip(*crops, strict=True)]


def test_every_pixel_is_where_it_was_and_the_rest_is_zero(pixels):
    images, masks, *_ = cut_all(as_well(pixels))
    for k, nucleus in enumerate([101, 104, 107, 110, 113]):
        own = pixels.ids == nucleus
        x, y = pixels.x[own].astype(int), pixels.y[own].astype(int)
        height, width = np.ptp(y) + 1, np.ptp(x) + 1
        row = y - y.min() - round(height / 2 - 16)
        column = x - x.min() - round(width / 2 - 16)
        np.testing.assert_array_equal(images[k][row, column], pixels.counts[own])
        assert masks[k][row, column].all()
        assert masks[k].sum() == own.sum()
        assert not images[k][~masks[k]].any()


def test_means_and_target_are_of_all_measured_pixels(pixels):
    for size, fit in ((32, centre), (8, centre), (8, shrink)):
        _, masks, means, target, _ = cut_all(as_well(pixels), size=size, fit=fit)
        for k, nucleus in enumerate([101, 104, 107, 110, 113]):
            values = pixels.counts[pixels.ids == nucleus].astype(object)
            exact = [sum(column) / len(column) for column in values.T.tolist()]
            assert means[k].tolist() == exact
            assert target[k] == exact[2]
        assert masks.any(axis=(1, 2)).all()


def test_background_is_subtracted_from_each_pixel_and_clipped_at_zero(pixels):
    pixels.counts = (pixels.counts % 300).astype(np.uint16)
    target = cut_all(as_well(pixels), background=107.5)[3]
    for k, nucleus in enumerate([101, 104, 107, 110, 113]):
        eu = pixels.counts[pixels.ids == nucleus, 2].astype(float)
        assert target[k] == pytest.approx(np.mean([max(e - 107.5, 0) for e in eu]), rel=1e-14)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
def test_crops_keep_any_type(pixels, dtype):
    counts = (pixels.counts % 251).astype(dtype)
    images, masks, *_ = cut_all(as_well(pixels, counts))
    assert images.dtype == dtype
    total = sum(image[mask].astype(float).sum() for image, mask in zip(images, masks, strict=True))
    assert total == counts.astype(float).sum()


def test_strided_pixels_are_cut_alike(pixels):
    around = np.zeros((len(pixels.ids), 3, 3, 3), np.uint16)
    around[:, 1, 1] = pixels.counts
    one, other = cut_all(as_well(pixels)), cut_all(as_well(pixels, around[:, 1, 1]))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("raw", "value", "dtype"),
    [("int32", 70_000, "uint16"), ("uint16", 256, "uint8"), ("float64", 0.5, "uint16"),
     ("float64", 70_000, "uint16"), ("int32", 2**24 + 1, "float32"), ("float64", 0.1, "float32")],
)  # fmt: skip
def test_a_type_that_would_change_a_pixel_is_refused(pixels, raw, value, dtype):
    counts = (pixels.counts % 100).astype(raw)
    kept = cut_all(as_well(pixels, counts), dtype=dtype)[0]
    assert kept.dtype == dtype
    assert kept.astype(float).sum() == counts.astype(float).sum()
    counts[13, 1] = value
    with pytest.raises(RawDataError, match=rf"'07_H2B': the pixel {value}\S* does not fit {dtype}"):
        cut_all(as_well(pixels, counts), dtype=dtype)


def test_two_pixels_at_one_place_are_named(pixels):
    own = np.flatnonzero(pixels.ids == 107)
    pixels.x[own[5]], pixels.y[own[5]] = pixels.x[own[2]], pixels.y[own[2]]
    said = rf"nucleus 107 has two pixels at x = .*: row {own[2]} and row {own[5]}"
    with pytest.raises(RawDataError, match=said):
        cut_all(as_well(pixels))


@given(
    rows=st.integers(1, 200),
    columns=st.integers(1, 5),
    dtype=st.sampled_from(["uint8", "uint16", "int32"]),
    seed=st.integers(0, 99),
)
def test_sums_of_integers_are_exact(rows, columns, dtype, seed):
    high = np.iinfo(dtype).max
    values = np.random.default_rng(seed).integers(high // 2, high, (rows, columns)).astype(dtype)
    exact = [sum(column) for column in values.T.tolist()]
    assert channel_sums(values).tolist() == exact


def test_sums_do_not_overflow_in_a_huge_nucleus():
    values = np.full((3 << 16, 1), 65535, np.uint16)
    assert channel_sums(values).tolist() == [65535 * (3 << 16)]


@pytest.mark.parametrize("threads", [1, 3])
def test_work_in_threads_keeps_the_order_and_passes_errors_on(threads):
    assert list(in_order(lambda n: n * n, range(50), threads=threads)) == [n * n for n in range(50)]

    def fails(number):
        if number == 7:
            raise RawDataError("broken")
        return number

    seen = []
    with pytest.raises(RawDataError, match="broken"):
        seen.extend(in_order(fails, range(50), threads=threads))
