"""Training cells fitted into another outline, and how they are drawn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.attribute.references import References, drawn_references, fitted
from nascent.errors import AttributionError, StoreError
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser


def outline(seed, size=9):
    stream = np.random.default_rng(seed)
    rows, columns = (np.sort(stream.choice(size, 2, replace=False)) for _ in range(2))
    mask = np.zeros((size, size), bool)
    mask[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1] = True
    mask &= stream.random((size, size)) < 0.8
    mask[rows[0], columns[0]] = True
    return mask


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_every_fitted_pixel_is_a_measured_one_with_its_channels_together(one, other):
    measured, mask = outline(one), outline(other)
    # Each pixel of the nucleus is told apart by its first channel; the second is its negative.
    image = np.zeros((9, 9, 2), np.float32)
    image[measured, 0] = np.arange(1, measured.sum() + 1)
    image[measured, 1] = -image[measured, 0]
    found = fitted(image, measured, mask)
    assert (found[~mask] == 0).all()
    assert np.isin(found[mask][:, 0], image[measured][:, 0]).all()
    np.testing.assert_array_equal(found[..., 1], -found[..., 0])


@given(st.integers(0, 10_000), st.integers(-2, 2), st.integers(-2, 2))
def test_the_same_outline_elsewhere_gives_the_same_pixels(seed, down, right):
    mask = np.zeros((13, 13), bool)
    mask[2:11, 2:11] = outline(seed)
    image = np.random.default_rng(seed).random((13, 13, 3)) * mask[..., None]
    np.testing.assert_array_equal(fitted(image, mask, mask), image)
    moved = np.roll(mask, (down, right), (0, 1))
    np.testing.assert_array_equal(fitted(image, mask, moved), np.roll(image, (down, right), (0, 1)))


def test_a_nucleus_is_stretched_to_the_other_box():
    measured, mask = np.zeros((8, 8), bool), np.zeros((8, 8), bool)
    measured[1:3, 1:3] = True
    mask[0:6, 2:6] = True
    image = np.zeros((8, 8, 1), np.float32)
    image[1:3, 1:3, 0] = [[1, 2], [3, 4]]
    found = fitted(image, measured, mask)
    np.testing.assert_array_equal(found[0:3, 2:6, 0], [[1, 1, 2, 2]] * 3)
    np.testing.assert_array_equal(found[3:6, 2:6, 0], [[3, 3, 4, 4]] * 3)


def test_a_nucleus_is_shrunk_evenly_from_both_sides():
    measured, mask = np.zeros((8, 8), bool), np.zeros((8, 8), bool)
    measured[1:6, 2:5] = True
    mask[3:5, 6:8] = True
    image = np.arange(64, dtype=np.float32).reshape(8, 8, 1)
    found = fitted(image * measured[..., None], measured, mask)
    # Middles of two rows and columns lie at 1.25 and 3.75 of five rows, 0.75 and 2.25 of three.
    np.testing.assert_array_equal(found[3:5, 6:8, 0], image[[[2], [4]], [2, 4], 0])


def test_a_hole_takes_the_nearest_measured_pixel():
    measured = np.ones((5, 5), bool)
    measured[2, 2:] = False
    image = np.arange(25, dtype=np.float32).reshape(5, 5, 1) * measured[..., None]
    found = fitted(image, measured, np.ones((5, 5), bool))
    assert found[2, 2, 0] in image[[1, 2, 3], [2, 1, 2], 0]
    assert found[2, 4, 0] in image[[1, 3], 4, 0]
    with pytest.raises(AttributionError, match="without measured pixels"):
        fitted(image, np.zeros((5, 5), bool), measured)


@pytest.fixture
def training(tmp_path):
    statistics = {"background": 0.0, "percentile": 9.0, "mean": 0.0, "sd": 1.0}
    table = pd.DataFrame({"channel": ["a", "b"], **statistics})
    normaliser = Normaliser.from_table(table, ["b"], {"clip": None, "z_score": False})
    paths, first = [], 0
    for number, count in enumerate((3, 0, 4)):
        path = tmp_path / f"train-{number:05d}.h5"
        images = np.zeros((count, 2, 2, 2), np.uint16)
        images[..., 1] = np.arange(first, first + count)[:, None, None]
        with CropWriter(path, channels=["a", "b"], size=2, dtype=np.uint16) as store:
            store.append_crops(images, np.ones((count, 2, 2), bool))
            ids = np.arange(first, first + count)
            store.cells = pd.DataFrame({"id": ids, "plate": "p", "well": "A01"})
        paths.append(path)
        first += count
    return paths, normaliser


def test_references_are_drawn_without_replacement_with_equal_chances(training):
    paths, normaliser = training
    counts = np.zeros(7)
    for seed in range(100):
        drawn = drawn_references(paths, normaliser, count=3, seed=seed)
        values = drawn.images[:, 0, 0, 0].astype(int)
        assert len(set(values)) == len(drawn) == 3
        counts[values] += 1
    # 100 · 3/7 draws of each, with SD √(100 · 3/7 · 4/7).
    np.testing.assert_allclose(counts, 100 * 3 / 7, atol=5 * np.sqrt(100 * 3 / 7 * 4 / 7))
    same = [drawn_references(paths, normaliser, count=3, seed=8) for _ in range(2)]
    assert same[0].digest() == same[1].digest()
    assert same[0].digest() != drawn_references(paths, normaliser, count=3, seed=9).digest()


def test_where_there_are_fewer_all_are_taken(training):
    paths, normaliser = training
    drawn = drawn_references(paths, normaliser, count=50, seed=1)
    assert drawn.images[:, 0, 0, 0].tolist() == list(range(7))
    assert drawn.images.shape == (7, 2, 2, 1)


def test_without_training_cells_nothing_is_drawn(training):
    paths, normaliser = training
    for none in ([], [paths[1]]):
        with pytest.raises(AttributionError, match="no training cells"):
            drawn_references(none, normaliser, count=3, seed=1)
    other = Normaliser.from_table(
        pd.DataFrame({"channel": ["a"], "background": 0.0, "percentile": 9, "mean": 0.0, "sd": 1}),
        ["a"],
        {"clip": None, "z_score": False},
    )
    with pytest.raises(StoreError, match="channels"):
        drawn_references(paths, other, count=3, seed=1)


def test_a_reference_is_fitted_as_any_nucleus(training):
    images = np.random.default_rng(1).random((2, 9, 9, 2)).astype(np.float32)
    masks = np.stack([outline(1), outline(2)])
    references = References(images * masks[..., None], masks)
    for number in range(2):
        np.testing.assert_array_equal(
            references.fitted(number, outline(3)),
            fitted(references.images[number], masks[number], outline(3)),
        )
