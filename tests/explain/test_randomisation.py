"""Randomised weights: what must collapse collapses, what cannot is told."""

from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.attribute.methods import method_of
from nascent.explain import randomisation
from nascent.explain.map_levels import LEVELS
from nascent.explain.randomisation import (
    IMAGE,
    ORIGINAL,
    RANDOMISATION,
    TARGETS,
    WEIGHTS,
    collapse,
    randomisation_table,
    write_randomisation,
)
from nascent.explain.redraw import cascade
from nascent.files import read_table

OPTIONS = {"stages": 9, "models": 3, "cells": 100, "confidence": 0.95, "draws": 200, "seed": 2}
"""Of a check."""


@pytest.fixture(scope="module")
def study(checked, tmp_path_factory):
    return checked.study(tmp_path_factory.mktemp("ig"), checked.network(), "integrated_gradients")


def check(study, out, **changes):
    write_randomisation(study.inspection(), study.cells, out, **{**OPTIONS, **changes})
    return read_table(out)


def stage_of(table, stage, level="entries"):
    return table[(table["stage"] == stage) & (table["level"] == level)]


def test_maps_made_anew_of_the_same_model_are_those_on_disk(study, tmp_path):
    table = check(study, tmp_path / "out.tsv", cells=4, models=1, stages=1)
    assert list(table.columns) == list(RANDOMISATION)
    # The maps on disk are rounded to float16, which makes ties.
    np.testing.assert_allclose(stage_of(table, ORIGINAL)["mean"], 1, atol=1e-4)


def test_stages_run_from_the_output_to_the_image(study, tmp_path):
    table = check(study, tmp_path / "out.tsv", cells=3, models=1)
    rows = stage_of(table, WEIGHTS)
    assert rows["layer"].tolist() == ["output", "hidden", "features"]
    assert rows["number"].tolist() == [1, 2, 3]
    assert rows["share"].iloc[-1] == 1
    verdicts = table.set_index(["stage", "number"])["verdict"]
    assert verdicts[WEIGHTS, 3].notna().all()
    assert verdicts.drop((WEIGHTS, 3)).isna().all()


def test_every_cell_sees_one_draw_of_weights(study, tmp_path):
    table = check(study, tmp_path / "out.tsv", stages=1)
    (row,) = stage_of(table, WEIGHTS).to_dict("records")
    assert (row["cells"], row["wells"], row["draws"]) == (12, 3, 3)
    assert row["least_draw"] < row["mean"] < row["largest_draw"]


def test_the_same_seed_gives_the_same_bytes(study, tmp_path):
    for name in ("1", "2"):
        check(study, tmp_path / name, cells=4, models=2, stages=2)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize("method", ["grad_cam", "channel_ablation"])
def test_maps_of_places_and_of_channels_have_their_own_levels(checked, method, tmp_path):
    study = checked.study(tmp_path, checked.network(), method, cells=4)
    table = check(study, tmp_path / "out.tsv", models=1, stages=2)
    (level,) = {"grad_cam": ["pixels"], "channel_ablation": ["channels"]}[method]
    # Two channels agree or not: the correlation of a cell is 1 or −1.
    assert set(table["level"]) == {level}
    assert set(table["stage"]) == {ORIGINAL, WEIGHTS, IMAGE}


def test_a_prepared_method_sees_the_weights_that_the_model_has_now(checked, study):
    """What was compiled for the trained model is that of a model built with the new weights."""
    inspection = study.inspection()
    (cell,) = inspection.cells([103])
    batch = CellBatch(cell.image[None], cell.mask[None], [cell.cell_id])
    method = inspection.method()
    trained = method(batch).maps
    stages = cascade(inspection.explained.model, 1, np.random.default_rng(5))
    next(stages)
    redrawn = method(batch).maps
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

    def gradient(cells):
        for cell in cells:
            yield method(CellBatch(cell.image[None], cell.mask[None], [cell.cell_id])).maps[0]

    def edges(cells):
        for cell in cells:
            yield np.stack([np.hypot(*np.gradient(plane)) for plane in cell.image.T]).T

    def agreements(remake, cells):
        rows = collapse(
            inspection.explained.model,
            cells,
            remake,
            stages=9,
            stream=np.random.default_rng(5),
        )
        return rows.groupby("stage")["entries"].mean(), rows

    found, rows = agreements(gradient, inspection.cells)
    assert found[ORIGINAL] == pytest.approx(1, abs=1e-4)
    last = rows[rows["number"] == rows["number"].max()]
    assert abs(last["entries"].mean()) < 0.4

    def shown_as_edges():
        cells = list(inspection.cells())
        return [replace(cell, map=edge) for cell, edge in zip(cells, edges(cells), strict=True)]

    survived, _ = agreements(edges, shown_as_edges)
    assert survived[WEIGHTS] == pytest.approx(1)


def scored(cells, **correlations):
    """Rows as `collapse` gives them: stage → correlations (draws, cells of a draw)."""
    rows = []
    for stage, values in correlations.items():
        number = 1 if stage == WEIGHTS else 0
        for draw, of_draw in enumerate(np.atleast_2d(values)):
            for place, value in enumerate(of_draw):
                cell_id = cells[draw * len(of_draw) + place]
                rows.append((cell_id, stage, number, "", 1.0, value, value, value, draw))
    return pd.DataFrame(rows, columns=["cell_id", *randomisation.STAGE, *LEVELS, "draw"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[0.9, 0.95, 0.9, 0.97], [0.9, 0.93, 0.9, 0.9]], "does not depend on the model"),
        ([[0.1, -0.1, 0.05, 0.0], [0.1, 0.2, 0.1, 0.0]], "depends on the model"),
        ([[0.9, 0.95, 0.9, 0.97], [0.1, 0.2, 0.1, 0.0]], "cannot tell"),
    ],
)
def test_the_verdict_stands_only_where_all_draws_say_the_same(values, said):
    cells = list(range(8))
    wells = pd.Series([*"ABCD"] * 2, index=cells)
    table = randomisation_table(
        scored(cells, weights=values), wells, confidence=0.95, draws=200, seed=1
    )
    assert table["verdict"].tolist() == [said] * 3
    np.testing.assert_allclose(table["least_draw"], min(map(np.mean, values)))


def test_wells_that_disagree_leave_the_verdict_open():
    cells = list(range(30))
    wells = pd.Series(np.repeat(["A", "B", "C"], 10), index=cells)
    values = np.repeat([0.95, 0.9, 0.2], 10)
    rows = scored(cells, weights=values)
    table = randomisation_table(rows, wells, confidence=0.95, draws=400, seed=1)
    assert (table["low"] > 0.5).all()
    assert table["verdict"].tolist() == ["cannot tell"] * 3


def test_maps_of_permuted_targets_come_in_the_same_table(checked, study, tmp_path):
    other = checked.study(tmp_path, checked.network(seed=7), "integrated_gradients")
    options = {"cells": 6, "models": 2, "stages": 1}
    table = check(study, tmp_path / "out.tsv", permuted_maps=other.maps, **options)
    assert list(dict.fromkeys(table["stage"])) == [ORIGINAL, WEIGHTS, IMAGE, TARGETS]
    assert stage_of(table, TARGETS)["cells"].tolist() == [6]
    assert stage_of(table, TARGETS)["verdict"].notna().all()
    same = check(study, tmp_path / "same.tsv", permuted_maps=study.maps, **options)
    row = stage_of(same, TARGETS).iloc[0]
    assert row["mean"] == pytest.approx(1)
    assert row["verdict"] == "does not depend on the targets"
