"""Networks that tell classes apart: trained, saved, predicted with."""

import numpy as np
import pytest

from nascent.errors import ConfigError, TrainError
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames
from nascent.examples import column_target
from nascent.head import head
from nascent.levels import check_classes, levels_of
from nascent.reader import read_reader
from nascent.shards.plan import shards_of
from nascent.tasks.classes import Classes
from nascent.train.models import load_model
from nascent.train.options import Options
from nascent.train.stage import train_model

LEVELS = ["low", "middle", "high"]


def with_classes(cells):
    """Three classes by the target, which is 2 x the first channel's mean - 50."""
    place = np.digitize(cells["target"], [280, 420])
    return cells.assign(perturbation=np.array(LEVELS)[place])


@pytest.fixture
def classes(study):
    for name, cells in (("train-00000", 40), ("train-00001", 40), ("val-00000", 30)):
        study.write(name, cells, with_classes)
    return study


def arguments(study, out="out", **changes):
    options = {
        "targets": [column_target("perturbation", "classes", levels=LEVELS)],
        "epochs": 12,
        "learning_rate": 0.05,
    }
    taken = study.arguments(out, **options | changes)
    return {key: value for key, value in taken.items() if not key.startswith("huber")}


def test_a_network_of_classes_learns_them_and_says_so(classes):
    train_model(**arguments(classes))
    history, card = classes.history(), classes.card()
    assert {"log_loss", "val_log_loss"} < set(history.columns)
    # Untrained it predicts the shares of the classes; the first epoch begins there.
    assert history["val_log_loss"].min() < 0.7 < history["log_loss"].iloc[0]
    assert card["task"] == "classes"
    assert card["loss"]["name"] == "cross_entropy"
    assert card["target"]["classes"] == LEVELS
    assert sum(card["target"]["cells"]) == 80
    assert card["best"]["val_log_loss"] == pytest.approx(history["val_log_loss"].min(), rel=1e-6)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_its_predictions_are_the_probabilities_that_training_measured(classes, loss):
    train_model(**arguments(classes, loss=loss))
    assert read_reader(classes.folder / "out" / "reader.json").loss == loss
    model = load_model(classes.folder / "out" / "model.keras")
    normaliser = classes.arguments()["data"].normaliser
    table = predict(
        model,
        {"val": shards_of(classes.manifest, "val")},
        normaliser,
        answers=Answers(["perturbation"], "classes", LEVELS, loss),
        run=RunNames("example", "example", "linear", 7),
        batch_size=8,
    )
    probabilities = table[[f"p_{level}" for level in LEVELS]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    true = table["true_class"].map(LEVELS.index).to_numpy()
    loss = -np.log(probabilities[np.arange(len(true)), true]).mean()
    assert classes.card()["best"]["val_log_loss"] == pytest.approx(loss, rel=1e-4)
    assert (table["true_class"] == table["predicted_class"]).mean() > 0.7


def test_the_last_layers_are_those_of_the_task(classes, monkeypatch):
    import keras

    def own_head(self, features, means, units):
        return keras.layers.Activation("linear", name="own")(head(features, means, units))

    monkeypatch.setattr(Classes, "head", own_head)
    train_model(**arguments(classes, epochs=1))
    assert load_model(classes.folder / "out" / "model.keras").layers[-1].name == "own"


def test_an_untrained_network_predicts_the_shares_of_the_classes(classes):
    train_model(**arguments(classes, epochs=1, learning_rate=1e-9))
    shares = np.array(classes.card()["target"]["cells"]) / 80
    expected = -(shares * np.log(shares)).sum()
    assert classes.history()["log_loss"].iloc[0] == pytest.approx(expected, rel=1e-2)


def test_sigmoid_smoothing_and_weights_are_options(classes):
    train_model(
        **arguments(
            classes,
            loss="binary_cross_entropy",
            label_smoothing=0.1,
            class_weights="balanced",
            monitor="val_log_loss",
        )
    )
    loss = classes.card()["loss"]
    assert loss["name"] == "binary_cross_entropy"
    assert loss["label_smoothing"] == 0.1
    counts = np.array(classes.card()["target"]["cells"])
    np.testing.assert_allclose(loss["class_weights"], 80 / (3 * counts))


def test_options_are_those_of_the_task():
    plain = {"architecture": "linear", "epochs": 1, "batch_size": 8, "learning_rate": 0.1}
    assert Options.of(plain).fitting.loss == "huber"
    assert Options.of({**plain, "task": "classes"}).fitting.loss == "cross_entropy"
    with pytest.raises(TrainError, match="no loss 'huber'"):
        Options.of({**plain, "task": "classes", "loss": "huber"})
    with pytest.raises(TrainError, match=r"no monitor 'val_mae'.*val_"):
        Options.of({**plain, "task": "classes", "monitor": "val_mae"})


def test_classes_that_cannot_be_learnt_are_named(classes):
    from nascent.store import open_store

    with open_store(classes.folder / "train-00000.h5") as store:
        cells = store.examples
    split = cells["split"].where(cells["perturbation"] != "high", "test")
    with pytest.raises(TrainError, match=r"'high' .* has cells in test alone, and none to learn"):
        check_classes(cells, split, "perturbation", LEVELS, most=50)
    first = cells.index[cells["perturbation"] == "high"][0]
    some = split[(cells["perturbation"] != "high") | (split.index == first)]
    with pytest.raises(TrainError, match=f"the class 'high' has one cell, {first}"):
        check_classes(cells, some, "perturbation", LEVELS, most=50)
    with pytest.raises(ConfigError, match=r"more than 3 classes.*Did you mean a number"):
        levels_of(cells["area"], most=3)
    with pytest.raises(ConfigError, match=r"nothing is of the class 'hgih'.*Did you mean 'high'"):
        levels_of(cells["perturbation"], ["low", "hgih"], most=50)
    with pytest.raises(ConfigError, match="all are of one class"):
        levels_of(cells["well"], most=50)
    with pytest.raises(TrainError, match="none of low, middle"):
        check_classes(cells, cells["split"], "perturbation", ["low", "middle"], most=50)
