import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import psutil
import pytest

from nascent.errors import OutputError, TrainError
from nascent.files import read_table
from nascent.shards.batches import Batches
from nascent.train import checkpoint
from nascent.train.architectures import build
from nascent.train.data import shards_of
from nascent.train.fit import fit, train_model

CNN = {"architecture": "simple_cnn", "learning_rate": 0.001, "epochs": 4}


def weights(path: Path) -> list[np.ndarray]:
    return keras.saving.load_model(path).get_weights()


def assert_same_results(ours: Path, theirs: Path) -> None:
    assert (ours / "history.tsv").read_text() == (theirs / "history.tsv").read_text()
    assert (ours / "card.json").read_text() == (theirs / "card.json").read_text()
    pairs = zip(weights(ours / "model.keras"), weights(theirs / "model.keras"), strict=True)
    for our, their in pairs:
        np.testing.assert_array_equal(our, their)


def interrupt_after(monkeypatch, epochs: int) -> None:
    """Make training die like a killed job, in the first epoch after `epochs`."""
    save = checkpoint.save

    def save_then_die(folder, model, progress):
        save(folder, model, progress)
        if len(progress.history) == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save", save_then_die)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(study):
    train_model(**study.arguments("a", **CNN))
    train_model(**study.arguments("b", **CNN))
    assert_same_results(study.folder / "a", study.folder / "b")
    train_model(**study.arguments("c", **CNN, seed=8))
    history = [(study.folder / name / "history.tsv").read_text() for name in "ac"]
    assert history[0] != history[1]


def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_been(study, monkeypatch):
    train_model(**study.arguments("whole", **CNN))
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments("killed", **CNN))
    assert not (study.folder / "killed/model.keras").exists()
    train_model(**study.arguments("killed", **CNN))
    assert_same_results(study.folder / "whole", study.folder / "killed")
    assert list((study.folder / "killed/state").iterdir()) == []


@pytest.mark.parametrize("changes", [{"epochs": 4}, {"record": {"config": {"code": "other"}}}])
def test_the_state_of_another_config_or_code_is_left_alone(study, monkeypatch, caplog, changes):
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments(epochs=3))
    arguments = study.arguments(**{"epochs": 3, **changes})
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**arguments)
    assert "had another config, code or data: starting anew" in caplog.text
    assert "going on after epoch" not in caplog.text
    assert len(read_table(study.folder / "out/history.tsv")) == arguments["epochs"]


def test_other_targets_on_the_same_pixels_are_other_data(study, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs=2)
        with pytest.raises(KeyboardInterrupt):
            train_model(**study.arguments())
    study.write("train-00001", 12, lambda cells: cells.assign(target=cells["target"] - 3))
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments())
    assert "going on after epoch" not in caplog.text


@pytest.mark.slow
def test_a_run_killed_by_the_system_goes_on_from_its_last_epoch(study, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import logging, pickle, sys\n"
        "from nascent.train.fit import train_model\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "train_model(**pickle.load(open(sys.argv[1], 'rb')))\n"
    )

    def start(out):
        import pickle

        arguments = tmp_path / f"{out}.pickle"
        arguments.write_bytes(pickle.dumps(study.arguments(out, **{**CNN, "epochs": 12})))
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
    assert_same_results(tmp_path / "whole", tmp_path / "killed")


def test_epochs_do_not_pile_up_in_memory(tmp_path, monkeypatch):
    cells, size, channels = 128, 64, 8

    class Cells:
        def read(self, epoch=0):
            rng = np.random.default_rng(epoch)
            for _ in range(4):
                image = rng.normal(size=(cells // 4, size, size, channels)).astype(np.float32)
                target = image.mean((1, 2, 3)).astype(np.float64)
                yield {"image": image, "mask": image[..., 0] < 9, "target": target}

    taken = []
    monkeypatch.setattr(
        checkpoint, "save", lambda *state: taken.append(psutil.Process().memory_info().rss)
    )
    model = build("linear", size=size, channels=channels)
    mae = keras.metrics.MeanAbsoluteError(name="mae")
    model.compile("adam", keras.losses.Huber(), metrics=[mae])
    fit(model, Cells(), Cells(), epochs=10, patience=10, folder=tmp_path)
    one_epoch = cells * size * size * channels * 4
    assert taken[-1] - taken[2] < one_epoch


def test_the_model_on_disk_is_that_of_the_best_epoch(study):
    # So large a step that the validation loss comes down and goes up again.
    train_model(**study.arguments(epochs=8, learning_rate=0.9))
    history = read_table(study.folder / "out/history.tsv")
    best = history["val_loss"].idxmin()
    assert best < 7
    model = keras.saving.load_model(study.folder / "out/model.keras")
    arguments = study.arguments()
    val = Batches(shards_of(study.manifest, "val"), arguments["normaliser"], batch_size=9)
    batch = next(iter(val))
    y_hat = model.predict_on_batch({"image": batch["image"], "mask": batch["mask"]})[:, 0]
    error = np.abs(y_hat - batch["target"])
    assert error.mean() == pytest.approx(history["val_mae"][best], rel=1e-5)
    huber = np.where(error <= 1, error**2 / 2, error - 0.5)
    assert huber.mean() == pytest.approx(history["val_loss"][best], rel=1e-5)


def test_training_stops_after_patience_epochs_without_a_better_one(study):
    train_model(**study.arguments(epochs=60, learning_rate=0.9, patience=3))
    losses = read_table(study.folder / "out/history.tsv")["val_loss"]
    assert len(losses) < 60
    assert losses.idxmin() == len(losses) - 1 - 3


def test_a_planted_line_is_learnt(study):
    train_model(**study.arguments(epochs=25, learning_rate=0.12))
    history = read_table(study.folder / "out/history.tsv")
    assert list(history.columns) == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    # The target rises by 2 a count of the first channel, whose SD is about 58.
    assert history["val_mae"].iloc[0] > 60
    assert history["val_mae"].min() < 10


def test_the_card_says_what_was_trained_on_what(study):
    train_model(**study.arguments(**CNN, record={"stage": "train", "versions": {"keras": "3"}}))
    card = json.loads((study.folder / "out/card.json").read_text())
    targets = pd.concat(
        [Batches(shards_of(study.manifest, "train"), study.arguments()["normaliser"]).cells]
    )["target"]
    assert card["target"]["mean"] == pytest.approx(targets.mean())
    assert card["target"]["sd"] == pytest.approx(targets.std())
    assert card["channels"] == ["00_DAPI", "15_SON", "21_NCL"]
    assert card["normalisation"]["mean"] == [200.0] * 3
    assert (card["data"]["train_cells"], card["data"]["val_cells"]) == (26, 9)
    assert (card["data"]["size"], card["seed"], card["architecture"]) == (16, 7, "simple_cnn")
    assert card["parameters"]["total"] == 161_281 - 30 * 9 * 64
    assert card["config"]["huber_delta"] == 1.0
    assert (
        card["best"]["val_loss"] == read_table(study.folder / "out/history.tsv")["val_loss"].min()
    )
    assert (card["backend"], card["device"]) == (keras.backend.backend(), "cpu")
    assert card["provenance"]["versions"] == {"keras": "3"}


def test_every_epoch_is_one_line_of_the_log(study, caplog):
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments())
    lines = [line for line in caplog.messages if line.startswith("epoch ")]
    assert [line.split(":")[0] for line in lines] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert all("val mae" in line and "best epoch" in line for line in lines)


def test_a_batch_larger_than_the_training_set_is_refused(study):
    with pytest.raises(TrainError, match="a batch of 27 is larger than the training set of 26"):
        train_model(**study.arguments(batch_size=27))


def test_no_validation_cells_is_an_error(study):
    (study.folder / "val-00000.h5").unlink()
    study.write("train-00001", 12)
    with pytest.raises(TrainError, match="no validation cells"):
        train_model(**study.arguments())


@pytest.mark.parametrize("name", ["train-00001", "val-00000"])
def test_a_missing_target_names_the_cell(study, name):
    study.write(name, 9, lambda cells: cells.assign(target=[*cells["target"][:-1], np.nan]))
    last = {"train-00001": 5108, "val-00000": 3008}[name]
    with pytest.raises(TrainError, match=f"the target of cell {last} is nan"):
        train_model(**study.arguments())


def test_equal_targets_are_refused(study):
    for name in ("train-00000", "train-00001"):
        study.write(name, 12, lambda cells: cells.assign(target=5.0))
    with pytest.raises(TrainError, match="all 24 training cells have the same target"):
        train_model(**study.arguments())


def test_a_loss_that_is_no_number_names_the_epoch(study):
    with pytest.raises(TrainError, match=r"no longer a number in epoch [12] .*learning_rate"):
        train_model(**study.arguments(learning_rate=1e38))
    assert not (study.folder / "out/model.keras").exists()


def test_an_unknown_architecture_names_the_nearest(study):
    with pytest.raises(TrainError, match="Did you mean 'linear'"):
        train_model(**study.arguments(architecture="liner"))


def test_a_full_disk_leaves_no_half_written_result(study, file_size_limit):
    with file_size_limit(500), pytest.raises(OutputError, match=r"(checkpoint|best-00001)\.npz"):
        train_model(**study.arguments(architecture="simple_cnn"))
    assert not list((study.folder / "out").rglob("*.*"))
