import pytest

from nascent.errors import TrainError
from nascent.examples import column_target
from nascent.files import read_json, read_table
from nascent.train.collapse import NotANumber
from nascent.train.stage import history_columns
from nascent.tune import training
from nascent.tune.choice import choose


@pytest.fixture
def paths(tmp_path):
    files = ("model.keras", "reader.json", "history.tsv", "card.json")
    made = {f"{file.split('.')[0]}_path": tmp_path / "candidate" / file for file in files}
    return made | {"state_dir": tmp_path / "state", "targets": [column_target("target")]}


def test_a_candidate_is_trained_as_any_model(paths, monkeypatch):
    given = []
    monkeypatch.setattr(training, "train_model", lambda **options: given.append(options))
    training.train_candidate(**paths, seed=3, epochs=2)
    assert given == [{**paths, "seed": 3, "epochs": 2}]


def test_a_candidate_that_diverges_is_written_down_and_the_others_are_chosen_among(
    paths, monkeypatch
):
    def diverge(*, state_dir, **options):
        (state_dir / "0123").mkdir(parents=True)
        (state_dir / "0123" / "checkpoint.npz").touch()
        raise NotANumber("the loss is no longer a number in epoch 2", where="linear")

    monkeypatch.setattr(training, "train_model", diverge)
    training.train_candidate(**paths, seed=3)
    assert paths["model_path"].read_bytes() == paths["reader_path"].read_bytes() == b""
    assert not paths["state_dir"].exists()
    assert list(read_table(paths["history_path"]).columns) == list(history_columns())
    card = read_json(paths["card_path"])
    assert card["reason"] == "the loss is no longer a number in epoch 2"
    sound = {"best": {"val_mae": 4.0, "epoch": 1}, "epochs": 2, "collapsed": False}
    table = choose({"steep": {"learning_rate": 9.0}, "flat": {"learning_rate": 0.1}}, [card, sound])
    assert table["chosen"].tolist() == [False, True]
    assert table["collapsed"].tolist() == [True, False]
    with pytest.raises(TrainError, match="all 1 candidates collapsed"):
        choose({"steep": {}}, [card])


def test_any_other_error_ends_the_candidate(paths, monkeypatch):
    def refuse(**options):
        raise TrainError("there are no validation cells")

    monkeypatch.setattr(training, "train_model", refuse)
    with pytest.raises(TrainError, match="validation cells"):
        training.train_candidate(**paths)
    assert not paths["card_path"].exists()
