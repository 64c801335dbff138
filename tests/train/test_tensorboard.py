import sys

import pytest

from nascent.errors import TrainError
from nascent.train.checkpoint import Epoch, Progress
from nascent.train.stage import train_model
from nascent.train.tensorboard import Board


def epoch(number):
    return Epoch(number, 1.0 + number, 2.0, 3.0, 4.0, 0.5, 0.25, "mae")


def scalars(folder):
    """Read tag → [(step, value)] of the events in a folder."""
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    found = {}
    for path in sorted(folder.glob("events*")):
        for event in loader.RawEventFileLoader(str(path)).Load():
            from tensorboard.compat.proto.event_pb2 import Event

            made = Event.FromString(event)
            for value in made.summary.value:
                found.setdefault(value.tag, []).append((made.step, value.simple_value))
    return found


def test_each_epoch_has_its_scalars_once_however_often_the_run_goes_on(tmp_path):
    pytest.importorskip("tensorboard")
    board = Board(tmp_path)
    board.start(Progress())
    board.add(epoch(1))
    board.close()
    # Killed before epoch 2 was shown: the history has both.
    again = Board(tmp_path)
    again.start(Progress((epoch(1), epoch(2))))
    again.add(epoch(3))
    again.close()
    found = scalars(tmp_path)
    assert found["loss"] == [(1, 2.0), (2, 3.0), (3, 4.0)]
    assert set(found) == {"loss", "mae", "val_loss", "val_mae", "val_spread", "learning_rate"}


def test_training_shows_its_history(study):
    pytest.importorskip("tensorboard")
    folder = study.folder / "board"
    train_model(**study.arguments(tensorboard=True), tensorboard_dir=folder)
    history = study.history()
    steps, values = zip(*scalars(folder)["val_loss"], strict=True)
    assert list(steps) == list(history["epoch"])
    assert values == pytest.approx(history["val_loss"].tolist())


def test_without_the_package_the_extra_is_named(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.event_file_writer", None)
    with pytest.raises(TrainError, match=r"Install nascent\[tensorboard\]"):
        train_model(**study.arguments(tensorboard=True), tensorboard_dir=study.folder / "board")


def test_a_folder_is_needed(study):
    with pytest.raises(TrainError, match="no folder for TensorBoard"):
        train_model(**study.arguments(tensorboard=True))
