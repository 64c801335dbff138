"""Where values were measured and where the object lies are two masks: each is used for its own.

A model pools over its object; the image around it is measured too, and the model does not see it.
"""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops

from nascent.attribute.map_writer import MapParts, join_maps
from nascent.attribute.maps import open_maps
from nascent.attribute.options import options_of
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.config.attribution import Method
from nascent.examples import InputSpec
from nascent.explain.attention.stage import check_attention
from nascent.explain.reading.cells import explained_cells
from nascent.explain.reading.inspection import Inspection
from nascent.explain.reading.map_sets import opened
from nascent.explain.use.chosen import chosen_cells
from nascent.files import read_table, write_table
from nascent.readers.image import ImageReader
from nascent.shards.digest import content_digest
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import _measured
from nascent.store import open_store
from nascent.store_layout import Layout, input_path, mask_path
from nascent.store_writer import StoreWriter

SIZE, CHANNELS = 6, ("a", "b")
IMAGE = InputSpec("image", "yxc", (SIZE, SIZE, 2), CHANNELS, measured=True, regions=("cell",))
WEIGHTS = np.array([1.0, -2.0], np.float32)


class Pooled(keras.layers.Layer):
    """The mean over the mask of the channels, weighed."""

    def call(self, image, mask):
        inside = ops.cast(mask, image.dtype)[..., None]
        mean = ops.sum(image * inside, axis=(1, 2)) / ops.sum(inside, axis=(1, 2))
        return ops.sum(mean * WEIGHTS, axis=-1, keepdims=True)


def masks(number):
    """All rows but the first are measured; the object is a square in their middle."""
    measured, cell = np.zeros((2, SIZE, SIZE), bool)
    measured[1:] = True
    cell[2 : 4 + number % 2, 2:4] = True
    return measured, cell


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("masks"), np.random.default_rng(3)
    images = rng.integers(1, 200, (6, SIZE, SIZE, 2)).astype(np.uint16)
    with StoreWriter(folder / "a.h5", Layout((IMAGE,), {"image": np.uint16})) as writer:
        for number, image in enumerate(images):
            measured, cell = masks(number)
            writer.append(
                {
                    input_path("image"): image * measured[..., None],
                    mask_path("image"): measured,
                    mask_path("image", "cell"): cell,
                }
            )
        writer.examples = pd.DataFrame({"id": range(6), "group": [*"aabbcc"], "target": range(6)})
    statistics = {"background": 0.0, "percentile": 1e9, "mean": 0.0, "sd": 1.0}
    table = pd.DataFrame({"channel": CHANNELS, **statistics})
    normaliser = Normaliser.from_table(table, CHANNELS, {"clip": 99.9, "z_score": True})
    given = {
        "image": keras.Input((SIZE, SIZE, 2), name="image"),
        "mask": keras.Input((SIZE, SIZE), name="mask", dtype="bool"),
    }
    keras.Model(given, Pooled()(given["image"], given["mask"])).save(folder / "model.keras")
    return folder, ImageReader.of_shard(normaliser, folder / "a.h5"), images


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(
        "nascent.attribute.loaded.load_model", lambda path: loaded(path), raising=True
    )
    monkeypatch.setattr("nascent.explain.reading.inspection.load_model", lambda path: loaded(path))


def loaded(path):
    return keras.saving.load_model(path, custom_objects={"Pooled": Pooled})


def explain(study, method, **options):
    folder, reader, _ = study
    given = options_of(method, Method(method=method, **options).options())
    attribute_shard(
        folder / "model.keras",
        folder / "a.h5",
        folder / f"{method}.h5",
        how=Explanation(method, given, 1, precision="float32"),
        reader=reader,
        state_dir=folder / "state",
        record={},
    )
    return folder / f"{method}.h5"


def test_statistics_are_of_what_was_measured(study):
    folder, _, images = study
    with open_store(folder / "a.h5") as store:
        found = _measured(store, np.arange(6))
    np.testing.assert_array_equal(np.sort(found[0]), np.sort(images[:, 1:, :, 0].ravel()))


def test_a_digest_is_of_values_outside_the_object_too(tmp_path):
    digests = set()
    for change in (0, 1):
        measured, cell = masks(0)
        image = np.full((SIZE, SIZE, 2), 7, np.uint16) * measured[..., None]
        image[5, 5, 1] += change  # measured, and outside of the object
        paths = input_path("image"), mask_path("image"), mask_path("image", "cell")
        with StoreWriter(tmp_path / f"{change}.h5", Layout((IMAGE,), {"image": "u2"})) as writer:
            writer.append(dict(zip(paths, (image, measured, cell), strict=True)))
            writer.examples = pd.DataFrame({"id": [0], "group": ["a"]})
        with open_store(tmp_path / f"{change}.h5") as store:
            digests.add(content_digest(store))
    assert len(digests) == 2


def test_the_model_pools_over_the_object_and_methods_move_what_was_measured(study):
    *_, images = study
    with open_maps(explain(study, "gradient")) as maps:
        for number, found in enumerate(maps):
            measured, cell = masks(number)
            np.testing.assert_allclose(
                found, cell[..., None] * WEIGHTS / cell.sum(), rtol=1e-5, atol=1e-7
            )
            np.testing.assert_array_equal(maps.mask(number), measured)
            np.testing.assert_array_equal(maps.object(number), cell)
            pooled = images[number][cell].mean(axis=0) @ WEIGHTS
            assert maps.cells["prediction"].iloc[number] == pytest.approx(pooled, rel=1e-4)
    seen = []
    with open_maps(explain(study, "occlusion", window=1, stride=1)) as maps:
        for number, found in enumerate(maps):
            seen.append(found)
            # Each pixel's own part of the mean; none outside of the object.
            _, cell = masks(number)
            own = cell * (images[number] @ WEIGHTS) / cell.sum()
            np.testing.assert_allclose(found[..., 0], own, rtol=1e-3, atol=1e-4)


def test_attention_is_the_share_on_the_object(study):
    folder, *_ = study
    maps = explain(study, "gradient")
    table = pd.DataFrame({"id": range(6), "group": [*"aabbcc"], "split": "test"})
    write_table(table, folder / "splits.tsv")
    check_attention(
        [maps], folder / "splits.tsv", out=folder / "attention.tsv",
        cells_out=folder / "cells.tsv", rim=1, exchanges=1, confidence=0.9, seed=1,
    )  # fmt: skip
    cells = read_table(folder / "cells.tsv")
    own = cells[cells["region"] == cells["region"].iloc[0]]
    np.testing.assert_allclose(own["share"], 1, rtol=1e-5)
    areas = [masks(number)[1].mean() for number in range(6)]
    np.testing.assert_allclose(own["chance"], areas, rtol=1e-5)


def test_checks_and_use_ask_the_model_with_its_object(study):
    folder, reader, _ = study
    maps = explain(study, "gradient")
    inspection = Inspection(folder / "model.keras", [maps], [folder / "a.h5"], reader)
    for number, cell in enumerate(inspection.cells()):
        measured, outline = masks(number)
        np.testing.assert_array_equal(cell.mask, measured)
        np.testing.assert_array_equal(cell.object, outline)
        outputs = inspection.outputs_of(cell)(cell.image[None], cell.mask[None])
        assert outputs[0] == pytest.approx(cell.prediction, rel=1e-5)
    chosen = chosen_cells([folder / "a.h5"], reader, target="target", cells=9, seed=1)
    one = chosen.read(3)
    np.testing.assert_array_equal(one.measured["image"], masks(3)[0])
    np.testing.assert_array_equal(one.objects["mask"], masks(3)[1])


def test_objects_survive_joining_and_are_not_written_where_they_are_the_measured_places(study):
    folder, reader, _ = study
    maps = explain(study, "gradient")
    with open_maps(maps) as one:
        source, places = one.source, one.places
    join_maps([MapParts(source, places, [maps])], folder / "joined.h5")
    with opened([folder / "joined.h5"]) as joined:
        np.testing.assert_array_equal(joined.object(3), masks(3)[1])
    assert len(list(explained_cells([maps], [folder / "a.h5"], reader))) == 6
