"""A study opened in a notebook: what it gives is what the workflow made."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import nascent
from nascent.errors import NascentError, ResultError
from nascent.figures.save import save
from nascent.files import read_table
from nascent.study_record import FILE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(finished):
    return nascent.open_study(finished.results())


@pytest.fixture(scope="module")
def models(study):
    """Each model, loaded once."""
    return {name: study.model(name) for name in study.models}


@pytest.fixture
def own(finished, tmp_path):
    """Results of one's own, to be changed."""
    shutil.copytree(finished.results(), tmp_path / "results" / "tiny")
    return tmp_path / "results" / "tiny"


def test_importing_nascent_loads_nothing_and_opening_a_study_no_framework(study):
    program = f"""
import sys, nascent
loaded = {{name.partition(".")[0] for name in sys.modules}}
assert not loaded & {{"pandas", "numpy", "h5py", "keras"}}, loaded
study = nascent.open_study({str(study.folder)!r})
repr(study)
loaded = {{name.partition(".")[0] for name in sys.modules}}
assert not loaded & {{"keras", "tensorflow", "matplotlib", "scipy", "sklearn"}}, loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_tables_are_those_on_disk_with_names_as_text(study):
    places = {
        "predictions": "evaluate/predictions",
        "metrics": "evaluate/metrics",
        "comparison": "evaluate/comparison",
        "importance": "explain/channel_importance",
        "use": "explain/use",
        "standing": "explain/standing",
    }
    for name, place in places.items():
        table = read_table(study.folder / f"{place}.tsv")
        pd.testing.assert_frame_equal(getattr(study, name), table)
        assert place in study.tables
    assert study.cells.index.name == "id"
    assert study.cells["well"].tolist() == study.examples["well"].tolist()
    assert set(study.cells["well"]) == {"A01", "A02"}
    assert {"cell", "cells"} <= set(dir(study))
    assert not hasattr(study, "genes")


def test_a_study_says_its_answer_in_short(study):
    said = repr(study)
    assert f"{len(study.cells)} cells in 2 wells" in said
    assert study.record.target.label in said
    # As everywhere: by the metric that models are compared by.
    best = study.comparison.query("target == 'target' and not floor").sort_values("mae").iloc[0]
    assert f"{best['model']}, R² {best['r2']:.2f}" in said
    assert study.standing["model"].iloc[0] in said
    html = study._repr_html_()
    assert f"R² {best['r2']:.2f}" in html and "<table>" in html


def test_a_cell_is_that_of_the_store_with_its_row(study):
    example_id = study.cells.index[-1]
    cell = study.cell(example_id)
    with nascent.open_store(study.folder / "crops" / f"{cell.row['part']}.h5") as store:
        image, mask = store[list(store.examples.index).index(example_id)]
    np.testing.assert_array_equal(cell.image, image)
    np.testing.assert_array_equal(cell.mask, mask)
    # What the target is the mean of is a channel of the cell.
    assert cell.channel("00_EU")[cell.mask].mean() == pytest.approx(cell.row["target"])
    assert study.cell(str(example_id)).id == example_id
    with pytest.raises(NascentError, match=r"no channel '00_EV'.*'00_EU'"):
        cell.channel("00_EV")


@pytest.mark.parametrize("name", ["linear", "simple_cnn"])
def test_a_model_predicts_what_its_table_says(study, models, name):
    model = models[name]
    found = model.predict()
    known = study.predictions.query("model == @name and split == 'test'")
    assert found.index.tolist() == study.ids_of("test") * len(model.targets)
    found, known = (
        table.reset_index().sort_values(["target", "id"], ignore_index=True)
        for table in (found, known)
    )
    for column in ("id", "target", "group", "y"):
        assert found[column].tolist() == known[column].tolist()
    np.testing.assert_allclose(found["y_hat"], known["y_hat"], rtol=1e-5)
    # Some of them, in another order and from several wells.
    some = [*study.ids_of("val")[-2:], *study.ids_of("test")[:1]]
    again = model.predict(some)
    assert again.index[:3].tolist() == some
    whole = study.predictions.query("model == @name").set_index(["id", "target"])["y_hat"]
    for example_id, row in again.iterrows():
        assert row["y_hat"] == pytest.approx(whole[example_id, row["target"]], rel=1e-5)


@pytest.mark.parametrize(("name", "maps"), [("linear", "ig"), ("simple_cnn", "ig.area")])
def test_a_cell_is_explained_as_the_workflow_explains_it(study, models, name, maps):
    on_disk = study.maps(name, maps)
    assert len(on_disk) == len(study.ids_of("test"))
    model = models[name]
    for example_id in on_disk.table.index[:2]:
        column = maps.partition(".")[2] or "target"
        ours, theirs = model.explain(example_id, "ig", read_out=column), on_disk[example_id]
        # Stored maps are rounded to 11 bits of the largest score; the loss is told.
        loss = on_disk.table.loc[example_id, "loss"] + 1e-5
        largest = np.abs(theirs.scores).max()
        np.testing.assert_allclose(ours.scores, theirs.scores, rtol=0, atol=loss * largest)
        assert ours.prediction == pytest.approx(theirs.prediction, rel=1e-5)
        assert ours.completeness_gap == pytest.approx(theirs.completeness_gap, abs=1e-3)
        assert (ours.axes, ours.channels) == ("yxc", theirs.channels) == ("yxc", model.channels)
        assert (ours.facts()["options"], ours.read_out) == (theirs.facts()["options"], column)
        np.testing.assert_array_equal(ours.image, theirs.image)


def test_three_lines_explain_a_cell_and_draw_it(study, tmp_path):
    maps = study.explain("linear", study.ids_of("train")[0], "integrated_gradients", steps=3)
    assert maps.options["steps"] == 3 and maps.options["rule"] == "trapezoid"
    assert maps.shares.sum() == pytest.approx(1)
    assert maps.shares.is_monotonic_decreasing
    top = maps.shares.index[0]
    share = np.abs(maps.channel(top)).sum() / np.abs(maps.scores).sum()
    assert maps.shares.iloc[0] == pytest.approx(share)
    # The completeness of Integrated Gradients: scores sum to the change in the prediction.
    change = maps.prediction - maps.prediction_baseline
    assert maps.scores.sum() - change == pytest.approx(maps.completeness_gap, abs=1e-3)
    assert f"{top} {100 * maps.shares.iloc[0]:.1f} %" in repr(maps)
    save(maps.plot(), tmp_path / "map.png", {})
    assert top in (tmp_path / "map.svg").read_text()
    other = next(name for name in maps.channels if name != top)
    save(maps.plot(other), tmp_path / "other.png", {})
    assert top not in (tmp_path / "other.svg").read_text()


def test_maps_go_to_anndata_with_their_places(study):
    pytest.importorskip("anndata")
    on_disk = study.maps("linear", "ig")
    maps = on_disk[on_disk.table.index[0]]
    found = maps.to_anndata()
    assert found.shape == (maps.mask.sum(), len(maps.channels))
    assert found.var_names.tolist() == list(maps.channels)
    x, y = found.obsm["spatial"].astype(int).T
    np.testing.assert_array_equal(found.X, maps.scores[y, x])
    np.testing.assert_array_equal(found.layers["image"], maps.image[y, x])
    assert found.uns["nascent"]["method"] == "integrated_gradients"
    scores = on_disk.to_anndata()
    assert scores.obs_names.tolist() == on_disk.table.index.astype(str).tolist()
    np.testing.assert_allclose(scores.X, on_disk.shares.to_numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda study: study.model("simple_cn"), "no model 'simple_cn'. Did you mean 'simple_cnn'"),
        (lambda study: study.model("linear", seed=3), "not trained with seed 3. Seeds: 1"),
        (lambda study: study.model("linear", fold="exampel"), "no fold 'exampel'.*'example'"),
        (lambda study: study.maps("linear", "gi"), "no method 'gi'. Did you mean 'ig'"),
        (lambda study: study.explain("linear", "0123456789x", "ig"), "there is no cell"),
        (lambda study: study.table("evaluate/pair"), "Did you mean 'evaluate/pairs'.*snakemake"),
        (lambda study: study.model("linear").predict(split="tset"), "no split 'tset'.*'test'"),
        (lambda study: study.model("linear").predict([]), "no cell was asked for"),
    ],
)
def test_what_there_is_not_names_what_is_nearest(study, asked, said):
    with pytest.raises(NascentError, match=said):
        asked(study)


def test_results_that_were_changed_since_they_were_made_are_refused(own):
    study = nascent.open_study(own)
    table = own / "evaluate" / "predictions.tsv"
    table.write_text(table.read_text().replace("test", "tent", 1))
    with pytest.raises(ResultError, match="changed after it was made"):
        _ = study.predictions
    network = own / "train" / "linear" / "example" / "1" / "model.keras"
    network.write_bytes(network.read_bytes() + b" ")
    with pytest.raises(ResultError, match="changed after it was made"):
        study.model("linear").predict()
    assert len(study.metrics)


def test_maps_of_another_model_than_the_one_that_is_there_are_refused(own):
    folders = [own / "train" / name / "example" / "1" for name in ("linear", "simple_cnn")]
    shutil.rmtree(folders[0])
    shutil.copytree(folders[1], folders[0])
    with pytest.raises(NascentError, match=r"not of the model .* but of another"):
        nascent.open_study(own).maps("linear", "ig")


def test_of_a_study_half_done_is_there_what_is_done(own):
    for name in ("evaluate", "explain", "attribute"):
        shutil.rmtree(own / name)
    shutil.rmtree(own / "train" / "simple_cnn")
    study = nascent.open_study(own)
    assert "not known yet" in repr(study) and "not checked yet" in repr(study)
    assert len(study.model("linear").predict())
    with pytest.raises(
        ResultError, match=r"simple_cnn is not trained yet.*`snakemake .*model\.keras"
    ):
        study.model("simple_cnn")
    with pytest.raises(ResultError, match=r"no maps of linear by ig\. Run the study"):
        study.maps("linear", "ig")
    with pytest.raises(ResultError, match=r"there is no such result.*snakemake .*comparison\.tsv"):
        _ = study.comparison


def test_a_study_of_a_newer_version_is_refused(own):
    plain = json.loads((own / FILE).read_text())
    (own / FILE).write_text(json.dumps(plain | {"results_version": 99}))
    with pytest.raises(ResultError, match="Install the newer nascent"):
        nascent.open_study(own)


def test_a_model_opened_by_its_folder_knows_its_study_and_one_alone_takes_a_store(study, tmp_path):
    folder = study.folder / "train" / "linear" / "example" / "1"
    inside = nascent.open_model(folder / "model.keras")
    assert (inside.name, inside.seed, inside.study.name) == ("linear", 1, "tiny")
    shutil.copytree(folder, tmp_path / "alone")
    alone = nascent.open_model(tmp_path / "alone")
    store = study.folder / "crops" / "tiny_A02.h5"
    found = alone.predict(store=store)
    with nascent.open_store(store) as opened:
        ids = opened.examples.index
    pd.testing.assert_frame_equal(found, inside.predict(ids), rtol=1e-5)
    maps = alone.explain(ids[3], "gradient", store=store)
    np.testing.assert_allclose(maps.scores, inside.explain(ids[3], "gradient").scores, rtol=1e-5)
    with pytest.raises(NascentError, match=r"belongs to no study.*store="):
        alone.predict([ids[0]])
    with pytest.raises(NascentError, match="compares with training examples"):
        alone.explain(ids[3], "expected_gradients", store=store)
    with pytest.raises(NascentError, match=r"holds no model: it has no model\.keras"):
        nascent.open_model(study.folder / "evaluate")
