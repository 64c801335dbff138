"""Read-outs from store to table, on lines, planes and volumes: each against a second computation.

A linear model gives every feature one weight, so that a map by input × gradient is known.
"""

from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource, open_maps
from nascent.attribute.occlusion import windows_of
from nascent.attribute.options import options_of
from nascent.attribute.results import Attributions
from nascent.attribute.stage import Explanation as Explained
from nascent.attribute.stage import attribute_shard
from nascent.config.attribution import Method
from nascent.examples import InputSpec
from nascent.explain.agreement.table import Explanation, agreement_of_maps, write_agreement
from nascent.explain.attention.stage import check_attention
from nascent.explain.clusters.stage import write_clusters
from nascent.explain.importance.aggregates import channel_totals
from nascent.explain.importance.joint import joint_totals
from nascent.explain.reading.inspection import open_inspection
from nascent.explain.reading.map_levels import magnitudes
from nascent.explain.reading.readouts import Sources
from nascent.explain.sensitivity.table import CHANGE, uniform_noise, write_sensitivity
from nascent.explain.similarity.stage import write_similarity
from nascent.explain.statistics.sample import Sample
from nascent.files import read_table, write_table
from nascent.reader import fitted_reader, write_reader
from nascent.store_layout import Layout, input_path, mask_path
from nascent.store_writer import StoreWriter

SHAPES = {"pb": (12, 4), "yxb": (6, 7, 4), "zyxb": (3, 5, 4, 4)}
NAMES, WEIGHTS = tuple("abcd"), np.array([1.0, 0.5, -2.0, 0.25])
COUNT = 6


class Study:
    """Examples on disk, of which b is twice a, and their maps by input × gradient."""

    def __init__(self, axes, folder):
        self.shape, self.folder = SHAPES[axes], folder
        self.places = self.shape[:-1]
        rng = np.random.default_rng(4)
        self.masks = rng.random((COUNT, *self.places)) < 0.8
        self.values = rng.integers(1, 100, (COUNT, *self.shape))
        self.values[..., 1] = 2 * self.values[..., 0]
        self.values *= self.masks[..., None]
        self.maps = (WEIGHTS * self.values).astype(np.float32)
        self.store, self.map_file = folder / "a.h5", folder / "maps.h5"
        spec = InputSpec("signal", axes, self.shape, NAMES, measured=True)
        table = pd.DataFrame({"id": range(COUNT), "group": [*"aabbcc"], "split": "test"})
        self.layout = Layout((spec,), {"signal": np.uint8})
        with StoreWriter(self.store, self.layout) as writer:
            for values, mask in zip(self.values, self.masks, strict=True):
                writer.append({input_path("signal"): values, mask_path("signal"): mask})
            writer.examples = table.assign(target=0.0)
        self.tables = folder / "cells.tsv"
        write_table(table.assign(stratum="all of them", target=0.0), self.tables)
        given = keras.Input(self.shape, name="signal")
        output = keras.layers.Dense(1, name="output")(keras.layers.Flatten()(given))
        model = keras.Model({"signal": given}, output)
        kernel = np.broadcast_to(WEIGHTS, self.shape).reshape(-1, 1)
        model.get_layer("output").set_weights([kernel, np.zeros(1)])
        model.save(folder / "model.keras")
        self.reader = fitted_reader([self.store])
        write_reader(self.reader.inputs, folder / "reader.json")
        self.explain(self.map_file, "input_x_gradient", {"batch_size": 4})

    def explain(self, path, method, options, training=()):
        attribute_shard(
            self.folder / "model.keras",
            self.store,
            path,
            reader=self.reader,
            how=Explained(method, options, 1, precision="float32"),
            state_dir=self.folder / "state" / method,
            record={},
            training_paths=training,
        )

    @property
    def sources(self):
        return Sources([self.map_file], [self.store], self.tables, self.reader)

    def write(self, name, maps, masks=None):
        """Write maps of the same examples as a file of their own."""
        one = np.ones(COUNT)
        made = Attributions(
            maps.astype(np.float32), one, one, one, one.astype(int), one.astype(bool)
        )
        write_maps(
            self.folder / name,
            made,
            ids=[*range(COUNT)],
            masks=self.masks if masks is None else masks,
            source=MapSource(NAMES, "gradient", {}, 1, name, "s", input="signal"),
        )
        return self.folder / name


@pytest.fixture(scope="module", params=SHAPES)
def study(request, tmp_path_factory):
    return Study(request.param, tmp_path_factory.mktemp(request.param))


def test_a_map_of_a_linear_model_is_its_weights_times_the_values(study):
    with open_maps(study.map_file) as maps:
        assert maps.places == study.places
        np.testing.assert_allclose(np.stack(list(maps)), study.maps, rtol=1e-5)
        np.testing.assert_array_equal([maps.mask(index) for index in range(COUNT)], study.masks)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("expected_gradients", {"samples": 3, "references": 4}),
        ("integrated_gradients", {"steps": 2, "baseline": "training_cells", "references": 4}),
    ],
)
def test_references_are_read_from_training_shards_and_fitted_into_the_outline(
    study, tmp_path, method, given
):
    # All training examples have the same values at every place: so has each in any outline.
    level = np.array([3, 50, 7, 20])
    with StoreWriter(tmp_path / "train.h5", study.layout) as writer:
        for mask in study.masks[::-1]:
            values = np.where(mask[..., None], level, 0)
            writer.append({input_path("signal"): values, mask_path("signal"): mask})
        table = pd.DataFrame({"id": range(90, 90 + COUNT), "group": "d", "split": "train"})
        writer.examples = table.assign(target=0.0)
    options = options_of(method, Method(method=method, **given).options())
    study.explain(tmp_path / "maps.h5", method, options, [tmp_path / "train.h5"])
    expected = WEIGHTS * (study.values - level) * study.masks[..., None]
    with open_maps(tmp_path / "maps.h5") as maps:
        np.testing.assert_allclose(np.stack(list(maps)), expected, rtol=1e-4, atol=1e-3)


def test_magnitudes_and_totals_are_those_of_a_loop_over_places(study):
    with open_maps(study.map_file) as maps:
        totals = channel_totals(maps)
    for number, (scores, mask) in enumerate(zip(study.maps, study.masks, strict=True)):
        entries, pixels, channels = [], [], dict.fromkeys(NAMES, 0.0)
        signed, joint = dict.fromkeys(NAMES, 0.0), 0.0
        for place in np.ndindex(mask.shape):
            if not mask[place]:
                continue
            here = [abs(float(scores[place][k])) for k in range(4)]
            entries += here
            pixels.append(sum(here))
            joint += abs(float(scores[place][0] + scores[place][2]))
            for k, name in enumerate(NAMES):
                channels[name] += here[k]
                signed[name] += float(scores[place][k])
        found = magnitudes(scores, mask)
        np.testing.assert_allclose(found["entries"], entries)
        np.testing.assert_allclose(found["pixels"], pixels)
        np.testing.assert_allclose(found["channels"], [*channels.values()], rtol=1e-6)
        np.testing.assert_allclose(totals["absolute"].loc[number], [*channels.values()], rtol=1e-5)
        np.testing.assert_allclose(totals["signed"].loc[number], [*signed.values()], rtol=1e-5)
        together = joint_totals(scores, mask, NAMES, {"a and c": ["a", "c"]})
        assert together["absolute"][0] == pytest.approx(joint, rel=1e-5)


def test_windows_side_by_side_cover_every_place_once(study):
    for window in (1, max(study.places)):
        times = np.zeros(study.places, int)
        for here in windows_of(np.ones(study.places, bool), window, window):
            times[here] += 1
        assert (times == 1).all()
    # An edge that the window does not divide: the last one lies at the border, and covers twice.
    times = np.zeros(study.places, int)
    for here in windows_of(np.ones(study.places, bool), 2, 2):
        times[here] += 1
    expected = np.ones((), int)
    for size in study.places:
        line = np.ones(size, int)
        line[size - 2] += size % 2
        expected = np.multiply.outer(expected, line)
    np.testing.assert_array_equal(times, expected)


def test_agreement_is_the_rank_correlation_over_measured_places(study):
    others = study.maps * np.random.default_rng(2).gamma(2, size=study.maps.shape)
    path = study.write("others.h5", others)
    table = agreement_of_maps([study.map_file], [path])
    for number, mask in enumerate(study.masks):
        first, second = (np.abs(maps[number][mask]) for maps in (study.maps, others))
        for level, expected in (
            ("entries", spearmanr(first.ravel(), second.ravel())),
            ("pixels", spearmanr(first.sum(axis=1), second.sum(axis=1))),
            ("channels", spearmanr(first.sum(axis=0), second.sum(axis=0))),
        ):
            assert table.loc[number, level] == pytest.approx(expected.statistic, abs=1e-5)


def test_maps_that_are_one_in_all_examples_do_not_agree_beyond_chance(study):
    # Other examples are laid into the outline first, which here is that of all.
    mask = np.repeat(study.masks[:1], COUNT, axis=0)
    pattern = np.random.default_rng(3).gamma(2, size=study.shape) * study.masks[0][..., None]
    same = np.repeat(pattern[None], COUNT, axis=0)
    sets = [
        Explanation("m", seed, "g", [study.write(f"same{seed}.h5", same, mask)]) for seed in (1, 2)
    ]
    out = study.folder / "agreement.tsv"
    write_agreement(sets, study.tables, out, sample=Sample(9, 0.9, 50, 1))
    found = read_table(out)
    np.testing.assert_allclose(found[["mean", "null"]], 1, atol=1e-6)
    np.testing.assert_allclose(found["beyond"], 0, atol=1e-6)


def test_small_changes_move_a_map_by_the_weights_times_the_changes(study):
    given = SimpleNamespace(
        model=study.folder / "model.keras",
        reader=study.folder / "reader.json",
        training=[],
        maps=[study.map_file],
        shards=[study.store],
    )
    out = study.folder / "sensitivity.tsv"
    write_sensitivity(
        open_inspection(SimpleNamespace(input=given)),
        study.tables,
        out,
        radius=5.0,
        noises=2,
        sample=Sample(9, 0.9, 50, 1),
    )
    expected = [
        max(
            np.linalg.norm(WEIGHTS * uniform_noise(mask, 4, 5.0, 1, number, draw))
            for draw in range(2)
        )
        / np.linalg.norm(scores)
        for number, (scores, mask) in enumerate(zip(study.maps, study.masks, strict=True))
    ]
    table = read_table(out).set_index("measure")
    assert table.loc[CHANGE, "mean"] == pytest.approx(np.mean(expected), rel=1e-4)


def test_an_even_map_has_the_share_of_the_frame_that_is_measured(study):
    path = study.write("even.h5", np.ones_like(study.maps))
    out, cells_out = study.folder / "attention.tsv", study.folder / "attention.cells.tsv"
    check_attention(
        [path], study.tables, out=out, cells_out=cells_out, rim=1, exchanges=2,
        confidence=0.9, seed=1,
    )  # fmt: skip
    cells = read_table(cells_out)
    own = cells[cells["region"] == "cell"].set_index("id")
    areas = [np.count_nonzero(mask) / mask.size for mask in study.masks]
    for column in ("share", "chance"):
        np.testing.assert_allclose(own[column], areas, rtol=1e-6)
    np.testing.assert_allclose(own["lift"], 1, rtol=1e-6)


def test_maps_are_like_images_as_their_correlation_says(study):
    out = study.folder / "similarity.tsv"
    write_similarity(study.sources, out, split="test", exchanges=1, bins=4, confidence=0.9, seed=1)
    table = read_table(out)
    table = table[(table["measure"] == "pearson") & (table["stratum"] == "all")]
    found = table.pivot(index="map_channel", columns="image_channel", values="similarity")
    each = [
        np.corrcoef(values[mask].T) * np.sign(WEIGHTS)[:, None]
        for values, mask in zip(study.values, study.masks, strict=True)
    ]
    np.testing.assert_allclose(found, np.mean(each, axis=0), atol=1e-5)


def test_features_of_one_pattern_are_of_one_cluster(study):
    out, distances_out = study.folder / "clusters.tsv", study.folder / "distances.tsv"
    write_clusters(
        study.sources, out, distances_out, split="test", smoothing=0.1, largest=3,
        confidence=0.9, draws=20, seed=1,
    )  # fmt: skip
    clusters = read_table(out).set_index("channel")["cluster"]
    assert clusters["a"] == clusters["b"] != clusters["c"]
    distances = read_table(distances_out).set_index(["channel", "other"])["distance"]
    # Maps are clipped at a percentile of each, which lies at the same place in both.
    assert distances["a", "b"] == pytest.approx(0, abs=1e-5)
