import pytest

from nascent.train import progress
from nascent.train.checkpoint import Epoch, Progress
from nascent.train.options import Fitting
from nascent.train.progress import minutely, say_epoch


def run(*val_losses):
    return Progress(
        tuple(
            Epoch(number, 2.0, 1.0, loss, 1.5, 0.5, 0.004, "mae")
            for number, loss in enumerate(val_losses, start=1)
        )
    )


def said(caplog, done, **options):
    fitting = Fitting(**{"epochs": 10, "batch_size": 8, "learning_rate": 0.1, **options})
    with caplog.at_level("INFO", logger="nascent"):
        say_epoch(done, fitting, seconds=30.0)
    return caplog.messages[-1]


def test_an_epoch_is_one_line_with_rate_and_time_left(caplog):
    line = said(caplog, run(5.0, 3.0, 4.0))
    assert line.startswith("epoch 3/10: ")
    assert "learning rate 0.004" in line
    assert "best epoch 2" in line
    assert "at most 3 min 30 s left" in line
    assert "smoothed" not in line


def test_the_line_has_the_latest_smoothed_monitor(caplog):
    assert "smoothed: too early" in said(caplog, run(5.0, 3.0), smooth=3)
    line = said(caplog, run(5.0, 3.0, 4.0), smooth=3)
    assert "smoothed 4," in line
    assert "best epoch 2" in line


@pytest.mark.parametrize(("seconds", "lines"), [(9, 0), (25, 2)])
def test_longer_epochs_have_a_line_a_minute(monkeypatch, caplog, seconds, lines):
    clock = iter(range(0, 10_000, seconds))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with caplog.at_level("INFO", logger="nascent"):
        assert list(minutely("abcdef", epoch=4, total=6)) == list("abcdef")
    assert len(caplog.messages) == lines
    assert all(message.startswith("epoch 4: ") for message in caplog.messages)
    if lines:
        assert caplog.messages[0] == "epoch 4: 2/6 batches"
