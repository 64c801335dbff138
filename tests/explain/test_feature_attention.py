"""Shares of features inside the nucleus: built networks, closed forms, the layer that is found."""

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.examples import image_input
from nascent.explain.attention.feature_table import FEATURES, feature_table, gather_features
from nascent.explain.attention.features import (
    CELLS,
    check_features,
    feature_shares,
    inside_weights,
    pooled_layer,
)
from nascent.files import read_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

SIZE = 8
CHANNELS = ["a", "b"]


def block(rows):
    """A nucleus of so many lines on top of the frame."""
    mask = np.zeros((SIZE, SIZE), bool)
    mask[:rows] = True
    return mask


def test_places_of_a_coarse_map_count_by_their_measured_part():
    masks = np.random.default_rng(1).random((3, SIZE, SIZE)) < 0.5
    np.testing.assert_array_equal(inside_weights(masks, (SIZE, SIZE)), masks)
    halves = inside_weights(masks, (4, 4))
    expected = masks.reshape(3, 4, 2, 4, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(halves, expected, atol=1e-6)


def features_of(shares, masks):
    """Features that put such shares of themselves, evenly, inside the nuclei."""
    inside = masks[..., None] * np.asarray(shares) / masks.sum((1, 2))[:, None, None, None]
    outside = (
        ~masks[..., None] * (1 - np.asarray(shares)) / (~masks).sum((1, 2))[:, None, None, None]
    )
    return inside + outside


def test_shares_are_those_built_in_and_silent_features_have_none():
    masks = np.array([block(3), block(5)])
    values = features_of([0.9, 0.2, 0.5], masks)
    values[1, ..., 2] = -1
    told = feature_shares(values, np.ones_like(values), masks)
    np.testing.assert_allclose(told.shares, [[0.9, 0.2, 0.5], [0.9, 0.2, np.nan]], rtol=1e-6)
    np.testing.assert_allclose(told.chance, [3 / 8, 5 / 8])
    np.testing.assert_allclose(told.gradient, SIZE**2)
    # Each feature sums to 1, so equal weights give the mean of the shares.
    np.testing.assert_allclose(told.weighted(np.ones((2, 3))), [1.6 / 3, 0.55], rtol=1e-6)
    np.testing.assert_allclose(
        told.weighted(np.array([[1, 0, 0], [0, 1, 0]])), [0.9, 0.2], rtol=1e-6
    )
    assert np.isnan(told.weighted(np.zeros((2, 3)))).all()


def test_the_table_tells_features_of_the_nucleus_from_those_of_the_frame():
    rng = np.random.default_rng(2)
    masks = np.array([block(rows) for rows in rng.integers(2, 6, 30)])
    values = features_of([0.9, 0.1], masks) * rng.uniform(0.5, 2, (30, 1, 1, 1))
    told = feature_shares(values, np.full_like(values, -0.5), masks)
    groups = np.repeat(["A", "B", "C"], 10)
    table = feature_table(told, groups, confidence=0.95)
    assert table["feature"].tolist() == [0, 1]
    np.testing.assert_allclose(table["share"], [0.9, 0.1], rtol=1e-6)
    np.testing.assert_allclose(table["lift"], np.array([0.9, 0.1]) / masks.mean())
    assert table["beats_chance"].tolist() == [True, False]
    assert table["interval"].tolist() == ["groups", "groups"]
    np.testing.assert_allclose(table["gradient"], -0.5 * SIZE**2)


@pytest.mark.parametrize(
    ("architecture", "pooling", "layer"),
    [
        ("simple_cnn", "average", "conv_2_pool"),
        ("simple_cnn", "masked_average", "conv_2_pool"),
        ("simple_cnn", "flatten", None),
        ("linear", None, None),
    ],
)
def test_the_layer_before_the_pooling_is_found_where_there_is_one(architecture, pooling, layer):
    model = build(architecture, [image_input(SIZE, 2)], layers=Layers(pooling=pooling))
    assert pooled_layer(model) == layer


def test_of_several_poolings_the_last_counts():
    image = keras.Input((SIZE, SIZE, 2), name="image")
    mask = keras.Input((SIZE, SIZE), name="mask", dtype="bool")
    first = keras.layers.Conv2D(3, 1, name="first")(image)
    gate = keras.layers.GlobalAveragePooling2D(keepdims=True)(first)
    last = keras.layers.Multiply(name="gated")([first, gate])
    output = keras.layers.Dense(1)(keras.layers.GlobalMaxPooling2D()(last))
    assert pooled_layer(keras.Model({"image": image, "mask": mask}, output)) == "gated"


@pytest.fixture
def shard(tmp_path):
    masks = np.array([block(rows) for rows in (2, 3, 4, 5, 6)])
    images = np.random.default_rng(3).integers(100, 300, (5, SIZE, SIZE, 2)).astype(np.uint16)
    path = tmp_path / "shard.h5"
    with CropWriter(path, channels=CHANNELS, size=SIZE, dtype=np.uint16) as store:
        store.append_crops(images * masks[..., None], masks)
        store.cells = pd.DataFrame(
            {"group": [f"p/{name}" for name in "ABABA"], "split": "test"},
            index=pd.Index(range(10, 15), name="id"),
        )
    return path, images, masks


def normaliser():
    table = pd.DataFrame({"channel": CHANNELS, "mean": 200.0, "sd": 50.0})
    table = table.assign(background=0.0, percentile=1000.0)
    return Normaliser.from_table(table, CHANNELS, {"clip": 99, "z_score": True})


def check(folder, model, shard):
    path = folder / "model.keras"
    model.save(path)
    check_features(
        path,
        [shard],
        normaliser(),
        out=folder / "features.tsv",
        cells_out=folder / "feature_attention.tsv",
        confidence=0.9,
    )
    return read_table(folder / "features.tsv"), read_table(folder / "feature_attention.tsv")


def reader():
    """Three features of a pixel: x_a + 1 and so on, of which the head adds two and takes one."""
    image = keras.Input((SIZE, SIZE, 2), name="image")
    mask = keras.Input((SIZE, SIZE), name="mask", dtype="bool")
    seen = keras.layers.Conv2D(3, 1, activation="relu", name="seen")
    pooled = keras.layers.GlobalAveragePooling2D()(seen(image))
    output = keras.layers.Dense(1, name="output")
    model = keras.Model({"image": image, "mask": mask}, output(pooled))
    kernel = np.array([[1, 0, 0], [0, 1, 0]], float).reshape(1, 1, 2, 3)
    seen.set_weights([kernel, np.array([0.5, 0, 2])])
    output.set_weights([np.array([[1.0], [3.0], [-2.0]]), np.zeros(1)])
    return model


def test_a_network_whose_features_are_known(tmp_path, shard):
    path, images, masks = shard
    table, cells = check(tmp_path, reader(), path)
    assert list(table.columns) == list(FEATURES)
    assert list(cells.columns) == [*CELLS, "feature_0", "feature_1", "feature_2"]
    x = np.where(masks[..., None], (images - 200.0) / 50, 0)
    features = np.maximum(np.stack([x[..., 0] + 0.5, x[..., 1], 0 * x[..., 0] + 2], -1), 0)
    inside = (features * masks[..., None]).sum((1, 2))
    total = features.sum((1, 2))
    shares = inside / total
    found = cells[["feature_0", "feature_1", "feature_2"]].to_numpy()
    np.testing.assert_allclose(found, shares, atol=2e-5)
    # The second is zero outside, the third even: all inside, and at chance.
    np.testing.assert_allclose(shares[:, 1], 1)
    np.testing.assert_allclose(cells["feature_2"], cells["chance"], atol=2e-5)
    raising = (inside[:, 0] + 3 * inside[:, 1]) / (total[:, 0] + 3 * total[:, 1])
    np.testing.assert_allclose(cells["raising"], raising, atol=2e-5)
    np.testing.assert_allclose(cells["lowering"], shares[:, 2], atol=2e-5)
    np.testing.assert_allclose(table["gradient"], [1, 3, -2], rtol=1e-5)
    np.testing.assert_allclose(table["share"], shares.mean(0), rtol=1e-5)
    assert (table["layer"] == "seen").all()
    assert cells["group"].tolist() == ["p/A", "p/B", "p/A", "p/B", "p/A"]


def test_a_model_without_pooled_features_says_so(tmp_path, shard):
    model = build("linear", [image_input(SIZE, 2)])
    table, cells = check(tmp_path, model, shard[0])
    assert table["told"].tolist() == ["no feature map is pooled globally"]
    assert table.drop(columns="told").isna().all(axis=None)
    assert cells.empty


def test_tables_are_gathered_with_their_models_in_front(tmp_path, shard):
    known, _ = check(tmp_path, reader(), shard[0])
    (tmp_path / "features.tsv").rename(tmp_path / "reader.tsv")
    check(tmp_path, build("linear", [image_input(SIZE, 2)]), shard[0])
    paths = [tmp_path / "reader.tsv", tmp_path / "features.tsv"]
    gather_features(paths, [("reader", 3), ("linear", 1)], tmp_path / "all.tsv")
    table = read_table(tmp_path / "all.tsv")
    assert list(table.columns) == ["model", "seed", *FEATURES]
    assert table["model"].tolist() == ["reader"] * 3 + ["linear"]
    assert table["seed"].tolist() == [3, 3, 3, 1]
    np.testing.assert_allclose(table["share"][:3], known["share"])
    gather_features([], [], tmp_path / "none.tsv")
    assert list(read_table(tmp_path / "none.tsv").columns) == list(table.columns)
