"""Killed and resumed is never killed."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from nascent.train import checkpoint
from nascent.train.stage import train_model

# All that draws random numbers or looks back in the history, at once.
EVERYTHING = {
    "epochs": 7,
    "layers": {"widths": [4], "head": [8], "dropout": 0.2, "body_l2": 1e-3},
    "augment": {"shift": "uniform", "noise_sd": 0.1, "zoom": "normal", "flip": True, "turn": True},
    "optimizer": "adamw",
    "schedule": "plateau",
    "plateau_patience": 1,
    "warmup": 1.5,
    "smooth": 3,
    "monitor": "val_mae",
}


def interrupt_after(monkeypatch, epochs: int) -> None:
    """Make training die like a killed job, in the first epoch after `epochs`."""
    save = checkpoint.save

    def save_then_die(folder, model, progress, wanted):
        save(folder, model, progress, wanted)
        if len(progress.history) == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save", save_then_die)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(study):
    train_model(**study.cnn("a"))
    train_model(**study.cnn("b"))
    study.assert_same_results("a", "b")
    train_model(**study.cnn("c", seed=8))
    history = [(study.folder / name / "history.tsv").read_text() for name in "ac"]
    assert history[0] != history[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kills", [(2,), pytest.param((1, 2, 5), marks=pytest.mark.nightly)], ids=["once", "again"]
)
def test_a_killed_run_ends_as_if_nothing_had_been(study, monkeypatch, kills):
    train_model(**study.cnn("whole", **EVERYTHING))
    for epochs in kills:
        with monkeypatch.context() as patch:
            interrupt_after(patch, epochs)
            with pytest.raises(KeyboardInterrupt):
                train_model(**study.cnn("killed", **EVERYTHING))
        assert not (study.folder / "killed/model.keras").exists()
    train_model(**study.cnn("killed", **EVERYTHING))
    study.assert_same_results("whole", "killed")
    assert list((study.folder / "killed/state").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"learning_rate": 0.002}, "learning_rate: 0.001 kept, 0.002 asked"),
        ({"augment": {"flip": True}}, "flip: nothing kept, True asked"),
        ({"record": {"config": {"code": "b"}}}, "code: 'a' kept, 'b' asked"),
    ],
)
def test_the_state_of_another_run_is_left_alone(study, monkeypatch, caplog, changes, difference):
    arguments = {"epochs": 3, "learning_rate": 0.001, "record": {"config": {"code": "a"}}}
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments(**arguments))
    (kept,) = (study.folder / "out/state").iterdir()
    before = sorted(path.name for path in kept.iterdir())
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments(**{**arguments, **changes}))
    assert f"starting anew ({difference})" in caplog.text
    assert "going on after epoch" not in caplog.text
    assert len(study.history()) == 3
    assert sorted(path.name for path in kept.iterdir()) == before


def test_other_targets_on_the_same_pixels_are_other_data(study, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments())
    study.write("train-00001", 12, lambda cells: cells.assign(target=cells["target"] - 3))
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments())
    assert "going on after epoch" not in caplog.text


@pytest.mark.nightly
def test_a_run_killed_by_the_system_goes_on_from_its_last_epoch(study, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import logging, pickle, sys\n"
        "from nascent.train.stage import train_model\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "train_model(**pickle.load(open(sys.argv[1], 'rb')))\n"
    )

    def start(out):
        import pickle

        arguments = tmp_path / f"{out}.pickle"
        arguments.write_bytes(pickle.dumps(study.cnn(out, epochs=12)))
        command = [sys.executable, str(script), str(arguments)]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    killed = start("killed")
    for line in killed.stderr:
        if "epoch 2/12" in line:
            os.kill(killed.pid, signal.SIGKILL)
            break
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "killed/model.keras").exists()
    resumed, whole = start("killed"), start("whole")
    log = resumed.communicate()[1]
    whole.communicate()
    assert "going on after epoch" in log
    study.assert_same_results("whole", "killed")


def test_other_weights_in_the_same_file_are_another_run(study, monkeypatch, caplog):
    train_model(**study.arguments("first", epochs=1))
    path = study.folder / "first/model.keras"
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments(weights=str(path)))
    train_model(**study.arguments("first", epochs=2))
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments(weights=str(path)))
    assert "going on after epoch" not in caplog.text
    assert "starting anew (weights: " in caplog.text


def test_other_statistics_of_the_channels_are_another_run(study, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments())
    normaliser = study.arguments()["data"].normaliser
    brighter = replace(normaliser, mean=tuple(mean + 1 for mean in normaliser.mean))
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments(normaliser=brighter))
    assert "going on after epoch" not in caplog.text
    assert "starting anew (mean: " in caplog.text
