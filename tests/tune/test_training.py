import pytest

from nascent.errors import TrainError
from nascent.examples import column_target
from nascent.files import read_json, read_table
from nascent.train.collapse import NotANumber
from nascent.train.history import history_columns
from nascent.train.job import TrainingData, TrainingFiles
from nascent.tune import training
from nascent.tune.choice import choose


@pytest.fixture
def given(tmp_path):
    names = ("model.keras", "reader.json", "history.tsv", "card.json")
    return {
        "data": TrainingData(tmp_path / "shards.tsv", None, [column_target("target")]),
        "files": TrainingFiles(*(tmp_path / "candidate" / name for name in names)),
        "state_dir": tmp_path / "state",
    }


def test_a_candidate_is_trained_as_any_model(given, monkeypatch):
    calls = []
    monkeypatch.setattr(training, "train_model", lambda **options: calls.append(options))
    training.train_candidate(**given, seed=3, epochs=2)
    assert calls == [{**given, "seed": 3, "epochs": 2}]


def test_a_candidate_that_diverges_is_written_down_and_the_others_are_chosen_among(
    given, monkeypatch
):
    def diverge(*, state_dir, **options):
        (state_dir / "0123").mkdir(parents=True)
        (state_dir / "0123" / "checkpoint.npz").touch()
        raise NotANumber("the loss is no longer a number in epoch 2", where="linear")

    monkeypatch.setattr(training, "train_model", diverge)
    training.train_candidate(**given, seed=3)
    assert given["files"].model.read_bytes() == given["files"].reader.read_bytes() == b""
    assert not given["state_dir"].exists()
    assert list(read_table(given["files"].history).columns) == list(history_columns())
    card = read_json(given["files"].card)
    assert card["reason"] == "the loss is no longer a number in epoch 2"
    sound = {"best": {"val_mae": 4.0, "epoch": 1}, "epochs": 2, "collapsed": False}
    table = choose({"steep": {"learning_rate": 9.0}, "flat": {"learning_rate": 0.1}}, [card, sound])
    assert table["chosen"].tolist() == [False, True]
    assert table["collapsed"].tolist() == [True, False]
    with pytest.raises(TrainError, match="all 1 candidates collapsed"):
        choose({"steep": {}}, [card])


def test_any_other_error_ends_the_candidate(given, monkeypatch):
    def refuse(**options):
        raise TrainError("there are no validation cells")

    monkeypatch.setattr(training, "train_model", refuse)
    with pytest.raises(TrainError, match="validation cells"):
        training.train_candidate(**given)
    assert not given["files"].card.exists()
