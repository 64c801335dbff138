"""Each input of a model is explained given the others, whatever its places."""

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.maps import open_maps
from nascent.attribute.method import known_methods, method_of
from nascent.attribute.options import options_of
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.errors import AttributionError
from nascent.examples import InputSpec
from nascent.reader import fitted_reader
from nascent.shards.batches import Batches
from nascent.store_layout import Layout, input_path
from nascent.store_writer import StoreWriter
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

SEQUENCE = InputSpec("sequence", "pb", (12, 4), tuple("ACGT"))
COLUMNS = InputSpec("columns", "f", (3,), ("length", "gc", "half_life"))
OPTIONS = {
    "integrated_gradients": {"steps": 64, "baseline": "black"},
    "vargrad": {"over": "integrated_gradients", "steps": 4, "samples": 2, "sigma": 0.5},
    "smoothgrad": {"samples": 2, "sigma": 0.5},
    "smoothgrad_squared": {"samples": 2, "sigma": 0.5},
    "expected_gradients": {"samples": 3, "references": 4},
    "occlusion": {"window": 3, "baseline": "training_cells", "references": 4},
    "channel_ablation": {"to": "permutation", "samples": 2, "references": 4},
}


def usual(method):
    from nascent.config.attribution import Method

    return options_of(method, Method(method=method, **OPTIONS.get(method, {})).options())


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A model of two inputs with random weights, its reader, and a shard."""
    folder, rng = tmp_path_factory.mktemp("study"), np.random.default_rng(5)
    layout = Layout((SEQUENCE, COLUMNS), {"sequence": np.uint8, "columns": np.float64})
    with StoreWriter(folder / "a.h5", layout) as writer:
        for _ in range(6):
            sequence = np.eye(4, dtype=np.uint8)[rng.integers(0, 4, 12)]
            row = {input_path("sequence"): sequence, input_path("columns"): rng.normal(3, 2, 3)}
            writer.append(row)
        writer.examples = pd.DataFrame({"id": range(10, 16), "group": "chr1"})
    keras.utils.set_random_seed(3)
    model = build("simple_cnn", [SEQUENCE, COLUMNS], layers=Layers(widths=(4, 4), head=(8,)))
    model.get_layer("output").kernel.assign(rng.normal(size=(8, 1)))
    model.save(folder / "model.keras")
    return folder, model, fitted_reader([folder / "a.h5"])


def explain(study, out, method, **changes):
    folder, _, reader = study
    attribute_shard(
        folder / "model.keras",
        folder / "a.h5",
        out,
        how=Explanation(method, changes.get("options", usual(method)), 3, precision="float32"),
        reader=reader,
        state_dir=out.with_suffix(".state"),
        record={},
        training_paths=[folder / "a.h5"],
    )
    return out


@pytest.mark.parametrize("method", known_methods())
def test_every_method_gives_a_map_of_each_input_or_says_why_not(study, tmp_path, method, caplog):
    out = explain(study, tmp_path / "maps.h5", method)
    layered = "cam" in method
    with open_maps(out) as maps:
        assert maps.inputs == (("sequence",) if layered else ("sequence", "columns"))
    for spec in (SEQUENCE,) if layered else (SEQUENCE, COLUMNS):
        with open_maps(out, spec.name) as maps:
            axes = method_of(method).axes(usual(method))
            assert maps[0].shape == maps.source.map_shape(spec.places)
            assert maps.source.axes == axes
            assert len(maps) == 6
            assert np.isfinite(np.stack(list(maps))).all()
            assert np.stack(list(maps)).any()
    assert ("the input columns is not explained" in caplog.text) == layered


def test_an_inputs_gradients_sum_to_what_it_adds_given_the_others(study, tmp_path):
    folder, model, reader = study
    out = explain(study, tmp_path / "maps.h5", "integrated_gradients")
    (batch,) = Batches([folder / "a.h5"], reader, target=None)
    whole = model.predict_on_batch(batch.inputs)[:, 0]
    for name in ("sequence", "columns"):
        without = batch.inputs | {name: 0 * batch.inputs[name]}
        added = whole - model.predict_on_batch(without)[:, 0]
        with open_maps(out, name) as maps:
            sums = [values.sum() for values in maps]
            np.testing.assert_allclose(maps.cells["prediction"], whole, rtol=1e-4)
            np.testing.assert_allclose(sums, added, rtol=0.05, atol=2e-2)


def test_a_killed_job_of_several_inputs_ends_in_the_same_bytes(study, tmp_path, monkeypatch):
    from nascent.attribute import stage

    undisturbed = explain(study, tmp_path / "a.h5", "gradient")
    real, done = stage.write_maps, []

    def write_or_die(*arguments, **options):
        if done:
            raise KeyboardInterrupt
        done.append(real(*arguments, **options))

    monkeypatch.setattr(stage, "write_maps", write_or_die)
    with pytest.raises(KeyboardInterrupt):
        explain(study, tmp_path / "b.h5", "gradient")
    monkeypatch.undo()
    assert explain(study, tmp_path / "b.h5", "gradient").read_bytes() == undisturbed.read_bytes()


def test_examples_of_several_inputs_are_evaluated_together(study, tmp_path, monkeypatch):
    """As many images a call as a batch has room for, and the maps of one example at a time."""
    seen, real = [], ExplainedModel.gradients

    def spy(self, images, *context):
        seen.append(len(images))
        return real(self, images, *context)

    monkeypatch.setattr(ExplainedModel, "gradients", spy)
    together = explain(study, tmp_path / "a.h5", "gradient")
    assert seen == [6, 6]
    single = usual("gradient") | {"batch_size": 1}
    alone = explain(study, tmp_path / "b.h5", "gradient", options=single)
    for name in ("sequence", "columns"):
        with open_maps(together, name) as ours, open_maps(alone, name) as theirs:
            np.testing.assert_allclose(np.stack(list(ours)), np.stack(list(theirs)), atol=1e-5)


def test_a_method_that_can_explain_no_input_is_refused(study, tmp_path):
    options = usual("grad_cam") | {"layer": "joined"}
    with pytest.raises(AttributionError, match="gives no map of features"):
        explain(study, tmp_path / "maps.h5", "grad_cam", options=options)
