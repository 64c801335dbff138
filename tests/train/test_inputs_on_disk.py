"""Examples that are no images: a sequence and some columns, from shards to predictions."""

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.read_outs import read_out_of
from nascent.errors import StoreError, TrainError
from nascent.evaluate.controls import AS_TRAINED, model_controls
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames
from nascent.examples import InputSpec, TargetSpec, column_target
from nascent.files import write_table
from nascent.reader import FILE, fitted_reader, read_reader, write_reader
from nascent.shards.plan import shards_of
from nascent.shards.write import list_shards
from nascent.store import open_store
from nascent.store_layout import Layout, input_path
from nascent.store_writer import StoreWriter
from nascent.train.job import TrainingData, TrainingFiles
from nascent.train.models import load_model
from nascent.train.stage import train_model

SEQUENCE = InputSpec("sequence", "pb", (12, 4), tuple("ACGT"))
COLUMNS = InputSpec("columns", "f", (3,), ("length", "gc", "constant"))
LAYOUT = Layout(
    (SEQUENCE, COLUMNS),
    {"sequence": np.dtype(np.uint8), "columns": np.dtype(np.float64)},
    (
        TargetSpec("activity", "regression", "activity", "", "activity"),
        TargetSpec("kind", "classes", "kind", "", "kind", levels=("low", "high")),
    ),
)


def write(path, examples, first, split, layout=LAYOUT):
    rng = np.random.default_rng(first)
    letters = rng.integers(0, 4, (examples, 12))
    sequences = np.eye(4, dtype=np.uint8)[letters]
    columns = np.column_stack(
        [rng.normal(2000, 400, examples), rng.random(examples), np.full(examples, 5.0)]
    )
    columns[0, 1] = np.nan
    activity = 10 + 3.0 * (letters[:, 4] == 2) + (columns[:, 0] - 2000) / 400
    with StoreWriter(path, layout) as writer:
        for sequence, row in zip(sequences, columns, strict=True):
            writer.append({input_path("sequence"): sequence, input_path("columns"): row})
        writer.examples = pd.DataFrame(
            {
                "id": range(first, first + examples),
                "group": "chr1",
                "split": split,
                "activity": activity,
                "kind": np.where(activity > 11, "high", "low"),
            }
        )
    return path


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    paths = [
        write(folder / f"{name}.h5", size, first, name.split("-")[0])
        for name, size, first in (
            ("train-00000", 40, 0),
            ("train-00001", 40, 100),
            ("val-00000", 20, 200),
            ("test-00000", 20, 300),
        )
    ]
    write_table(list_shards(paths), folder / "shards.tsv")
    return folder / "shards.tsv"


def arguments(manifest, out, **changes):
    return {
        "data": TrainingData(manifest, None, changes.pop("targets", [column_target("activity")])),
        "files": TrainingFiles(
            *(out / name for name in ("model.keras", FILE, "history.tsv", "card.json"))
        ),
        "architecture": "linear",
        "seed": 3,
        "epochs": 60,
        "batch_size": 16,
        "learning_rate": 0.05,
        "huber_delta": 1.0,
        "huber_delta_unit": "raw",
        "patience": 60,
        "threads": 1,
        "state_dir": out / "state",
        "record": {"stage": "train"},
        **changes,
    }


def test_columns_are_z_scores_of_the_training_examples_and_sequences_as_they_lie(manifest):
    train = shards_of(manifest, "train")
    sequence, columns = fitted_reader(train).inputs
    values = []
    for path in train:
        with open_store(path) as store:
            values += [store.array("inputs/columns", row) for row in range(len(store))]
            stored = store.array("inputs/sequence", 3)
    values = np.array(values)
    np.testing.assert_allclose(columns.mean, np.nanmean(values, axis=0), rtol=1e-12)
    np.testing.assert_allclose(columns.sd, [*np.nanstd(values, axis=0)[:2], 0], rtol=1e-12)
    out = np.empty(3, np.float32)
    columns.into(np.array([columns.mean[0] + columns.sd[0], np.nan, 7.0]), None, out)
    np.testing.assert_allclose(out, [1, 0, 0], atol=1e-6)
    room = np.empty((12, 4), np.float32)
    sequence.into(stored, None, room)
    np.testing.assert_array_equal(room, stored)


def test_a_reader_of_several_inputs_comes_back_as_it_was(manifest, tmp_path):
    reader = fitted_reader(shards_of(manifest, "train"))
    write_reader(reader.inputs, tmp_path / FILE)
    assert read_reader(tmp_path) == reader
    assert [one.name for one in reader.inputs] == ["values", "columns"]


@pytest.mark.parametrize(
    ("architecture", "options"),
    [
        ("linear", {}),
        ("simple_cnn", {"layers": {"widths": [4], "head": [8], "pooling": "flatten"}}),
    ],
)
def test_a_model_of_a_sequence_and_columns_learns_from_both(
    manifest, tmp_path, architecture, options
):
    train_model(**arguments(manifest, tmp_path, architecture=architecture, **options))
    model, reader = load_model(tmp_path / "model.keras"), read_reader(tmp_path)
    shards = {split: shards_of(manifest, split) for split in ("train", "test")}
    run = RunNames("group", "group", architecture, 3)
    found = predict(model, shards, reader, answers=Answers(["activity"]), run=run, batch_size=8)
    test = found[found["split"] == "test"]
    # The letter explains 63 % of the variance, the column 37 %.
    assert np.corrcoef(test["y"], test["y_hat"])[0, 1] ** 2 > 0.65
    controls = model_controls(
        model, {"test": shards["test"]}, reader, as_trained=found, batch_size=8
    )
    assert set(controls["control"]) == {AS_TRAINED}


def test_classes_of_a_sequence_are_learnt(manifest, tmp_path):
    levels = ("low", "high")
    target = column_target("kind", "classes", levels=levels)
    given = arguments(manifest, tmp_path, epochs=3, targets=[target])
    train_model(**{key: value for key, value in given.items() if "huber" not in key})
    assert load_model(tmp_path / "model.keras").output.shape == (None, 2)
    reader = read_reader(tmp_path)
    assert (reader.task, reader.columns, reader.levels) == ("classes", ["kind"], levels)
    assert reader.targets == (target,)
    assert read_out_of(reader).name == "high"
    assert read_out_of(reader, "low").of(np.array([[3.0, 5.0]])) == [3]
    with pytest.raises(StoreError, match=r"predicts no 'hihg', but low, high. Did you mean 'high'"):
        read_out_of(reader, "hihg")


def test_examples_of_other_features_are_refused_and_both_are_named(manifest, tmp_path):
    reader = fitted_reader(shards_of(manifest, "train"))
    other = InputSpec("columns", "f", (3,), ("length", "gc", "half_life"))
    layout = Layout((SEQUENCE, other), LAYOUT.dtypes, LAYOUT.targets)
    path = write(tmp_path / "other.h5", 3, 0, "test", layout)
    said = r"features \(length, gc, half_life\), .* trained with \(length, gc, constant\)"
    with open_store(path) as store, pytest.raises(StoreError, match=said):
        reader.refuse_other(store)


def test_images_are_not_augmented_where_there_are_none(manifest, tmp_path):
    with pytest.raises(TrainError, match="no input of the examples is an image"):
        train_model(**arguments(manifest, tmp_path, augment={"flip": True}))
