"""Randomised weights: what must collapse collapses, what cannot is told."""

from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.attribute.method import method_of
from nascent.explain.randomisation import table as randomisation
from nascent.explain.randomisation.redraw import cascade
from nascent.explain.randomisation.table import (
    IMAGE,
    ORIGINAL,
    RANDOMISATION,
    ROWS,
    TARGETS,
    WEIGHTS,
    collapse,
    randomisation_table,
    write_randomisation,
)
from nascent.explain.reading.map_levels import LEVELS
from nascent.explain.statistics.image_nulls import IMAGE_MAPS
from nascent.explain.statistics.sample import Sample
from nascent.files import read_table

OPTIONS = {"stages": 9, "cells": 100, "confidence": 0.95, "draws": 200, "seed": 2}
"""Of a check."""


@pytest.fixture(scope="module")
def study(checked, tmp_path_factory):
    return checked.study(tmp_path_factory.mktemp("ig"), checked.network(), "integrated_gradients")


def check(study, out, **changes):
    options = {**OPTIONS, **changes}
    names = ("cells", "confidence", "draws", "seed")
    sample = Sample(*(options.pop(name) for name in names))
    write_randomisation(study.inspection(), study.cells, out, sample=sample, **options)
    return read_table(out)


def stage_of(table, stage, level="entries"):
    return table[(table["stage"] == stage) & (table["level"] == level)]


def test_maps_made_anew_of_the_same_model_are_those_on_disk(study, tmp_path):
    table = check(study, tmp_path / "out.tsv", cells=4, stages=1)
    assert list(table.columns) == list(RANDOMISATION)
    # The maps on disk are rounded to float16, which makes ties.
    np.testing.assert_allclose(stage_of(table, ORIGINAL)["mean"], 1, atol=1e-4)


def test_stages_run_from_the_output_to_the_image(study, tmp_path):
    table = check(study, tmp_path / "out.tsv", cells=3)
    rows = stage_of(table, WEIGHTS)
    assert rows["layer"].tolist() == ["output", "hidden", "features"]
    assert rows["number"].tolist() == [1, 2, 3]
    assert rows["share"].iloc[-1] == 1
    verdicts = table.set_index(["stage", "number"])["verdict"]
    assert verdicts[WEIGHTS, 3].notna().all()
    assert verdicts.drop((WEIGHTS, 3)).isna().all()


def test_every_cell_has_a_draw_of_weights_of_its_own(study, tmp_path, monkeypatch):
    drawn = []

    def spied(model, stages, stream):
        for stage in cascade(model, stages, stream):
            drawn.append(float(model.get_layer("output").get_weights()[0].sum()))
            yield stage

    monkeypatch.setattr(randomisation, "cascade", spied)
    table = check(study, tmp_path / "out.tsv", stages=1)
    (row,) = stage_of(table, WEIGHTS).to_dict("records")
    assert (row["cells"], row["groups"]) == (12, 3)
    assert len(set(drawn)) == len(drawn) == 12


def test_maps_of_the_image_have_rows_and_the_most_alike_is_the_strongest(checked, tmp_path):
    """The map of f(x) = Σ x is the image: |z| is the same map, and no other is more like it."""
    study = checked.study(tmp_path, checked.linear(np.ones(checked.shape)), "input_x_gradient")
    table = check(study, tmp_path / "out.tsv", cells=6, stages=1)
    image = table[table["stage"] == IMAGE]
    assert set(image["image_map"]) == set(IMAGE_MAPS)
    for _, of_level in image.groupby("level"):
        (best,) = of_level[of_level["strongest"].astype(bool)].to_dict("records")
        assert best["image_map"] == "magnitude"
        assert best["mean"] == pytest.approx(1, abs=1e-3)
    assert table.loc[table["stage"] != IMAGE, "strongest"].isna().all()


def test_the_same_seed_gives_the_same_bytes(study, tmp_path):
    for name in ("1", "2"):
        check(study, tmp_path / name, cells=4, stages=2)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize("method", ["grad_cam", "channel_ablation"])
def test_maps_of_places_and_of_channels_have_their_own_levels(checked, method, tmp_path):
    study = checked.study(tmp_path, checked.network(), method, cells=4)
    table = check(study, tmp_path / "out.tsv", stages=2)
    (level,) = {"grad_cam": ["pixels"], "channel_ablation": ["channels"]}[method]
    # Two channels agree or not: the correlation of a cell is 1 or −1.
    assert set(table["level"]) == {level}
    assert set(table["stage"]) == {ORIGINAL, WEIGHTS, IMAGE}


def test_a_prepared_method_sees_the_weights_that_the_model_has_now(checked, study):
    """What was compiled for the trained model is that of a model built with the new weights."""
    inspection = study.inspection()
    (cell,) = inspection.cells([103])
    batch = CellBatch(cell.image[None], cell.mask[None], [cell.id])
    method = inspection.method()
    trained = method(batch).maps
    stages = cascade(inspection.explained.model, 1, np.random.default_rng(5))
    next(stages)
    redrawn = inspection.method()(batch).maps
    other = ExplainedModel(keras.models.clone_model(inspection.explained.model))
    other.model.set_weights(inspection.explained.model.get_weights())
    stages.close()
    prepared = method_of("integrated_gradients").prepare(
        other, inspection.data, inspection.source.options
    )
    np.testing.assert_allclose(redrawn, prepared(batch).maps, rtol=1e-4, atol=1e-6)
    assert not np.allclose(redrawn, trained, atol=1e-3)
    np.testing.assert_allclose(method(batch).maps, trained, rtol=1e-6)


def test_gradients_lose_their_maps_and_the_image_itself_does_not(checked, tmp_path):
    """An edge detector, whatever it shows, passes every stage: that must be seen."""
    study = checked.study(tmp_path, checked.network(), "gradient", cells=12)
    inspection = study.inspection()

    method = inspection.method()

    def gradient(cell):
        return method(CellBatch(cell.image[None], cell.mask[None], [cell.id])).maps[0]

    def edges(cell):
        return np.stack([np.hypot(*np.gradient(plane)) for plane in cell.image.T]).T

    def agreements(remake, cells):
        found = [
            row
            for number, cell in enumerate(cells)
            for row in collapse(
                inspection.explained.model,
                cell,
                remake,
                stages=9,
                stream=np.random.default_rng((5, number)),
            )
        ]
        rows = pd.DataFrame(found, columns=list(ROWS))
        return rows.groupby("stage")["entries"].mean(), rows

    found, rows = agreements(gradient, inspection.cells())
    assert found[ORIGINAL] == pytest.approx(1, abs=1e-4)
    last = rows[rows["number"] == rows["number"].max()]
    assert abs(last["entries"].mean()) < 0.4

    shown_as_edges = [replace(cell, map=edges(cell)) for cell in inspection.cells()]
    survived, _ = agreements(edges, shown_as_edges)
    assert survived[WEIGHTS] == pytest.approx(1)


def scored(cells, **correlations):
    """Rows as `collapse` gives them: stage → correlations of the cells."""
    rows = []
    for stage, values in correlations.items():
        number = 1 if stage == WEIGHTS else 0
        for example_id, value in zip(cells, values, strict=True):
            rows.append((example_id, stage, number, "", 1.0, "", *[value] * len(LEVELS)))
    return pd.DataFrame(rows, columns=list(ROWS))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.9, 0.95, 0.9, 0.97, 0.9, 0.93, 0.9, 0.9], "does not depend on the model"),
        ([0.1, -0.1, 0.05, 0.0, 0.1, 0.2, 0.1, 0.0], "depends on the model"),
        ([0.9, 0.95, 0.9, 0.97, 0.1, 0.2, 0.1, 0.0], "cannot tell"),
    ],
)
def test_the_verdict_stands_only_where_cells_and_groups_say_the_same(values, said):
    cells = list(range(8))
    groups = pd.Series([*"ABCD"] * 2, index=cells)
    table = randomisation_table(
        scored(cells, weights=values), groups, confidence=0.95, draws=200, seed=1
    )
    assert table["verdict"].tolist() == [said] * 3


def test_the_verdict_keeps_its_level_where_the_draws_of_weights_differ_most():
    """True correlation 0.5: maps hardly differ between cells, and much between draws of weights.

    With a draw a cell both intervals hold it. With four draws that cells share, all four lie on one
    side of 0.5 in one of eight studies, and the intervals over cells would not know.
    """
    stream = np.random.default_rng(11)
    cells, groups = list(range(32)), pd.Series([*"ABCDEFGH"] * 4)
    said = {"own": 0, "shared": 0}
    studies = 200
    for study in range(studies):
        own = stream.normal(0, 0.2, 32)
        shared = np.repeat(stream.normal(0, 0.2, 4), 8)
        for kind, effect in (("own", own), ("shared", shared)):
            values = 0.5 + effect + stream.normal(0, 0.01, 32)
            table = randomisation_table(
                scored(cells, weights=values), groups, confidence=0.95, draws=200, seed=study
            )
            said[kind] += not table["verdict"].iloc[0].startswith("cannot tell")
    assert said["own"] / studies < 0.09
    assert said["shared"] / studies > 0.3


def test_groups_that_disagree_leave_the_verdict_open():
    cells = list(range(30))
    groups = pd.Series(np.repeat(["A", "B", "C"], 10), index=cells)
    values = np.repeat([0.95, 0.9, 0.2], 10)
    rows = scored(cells, weights=values)
    table = randomisation_table(rows, groups, confidence=0.95, draws=400, seed=1)
    assert (table["low"] > 0.5).all()
    assert table["verdict"].tolist() == ["cannot tell"] * 3


def test_maps_of_permuted_targets_come_in_the_same_table(checked, study, tmp_path):
    other = checked.study(tmp_path, checked.network(seed=7), "integrated_gradients")
    options = {"cells": 6, "stages": 1}
    table = check(study, tmp_path / "out.tsv", permuted_maps=other.maps, **options)
    assert list(dict.fromkeys(table["stage"])) == [ORIGINAL, WEIGHTS, IMAGE, TARGETS]
    assert stage_of(table, TARGETS)["cells"].tolist() == [6]
    assert stage_of(table, TARGETS)["verdict"].notna().all()
    same = check(study, tmp_path / "same.tsv", permuted_maps=study.maps, **options)
    row = stage_of(same, TARGETS).iloc[0]
    assert row["mean"] == pytest.approx(1)
    assert row["verdict"] == "does not depend on the targets"
