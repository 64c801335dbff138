import keras
import numpy as np
import pytest

from nascent.errors import OutputError, TrainError
from nascent.examples import column_target
from nascent.reader import read_reader
from nascent.shards.batches import Batches
from nascent.shards.plan import shards_of
from nascent.train import checkpoint
from nascent.train.history import history_columns
from nascent.train.models import load_model
from nascent.train.stage import train_model


def test_the_model_on_disk_is_that_of_the_best_epoch(study):
    # So large a step that the validation loss comes down and goes up again.
    train_model(**study.arguments(epochs=8, learning_rate=0.9))
    history = study.history()
    best = history["val_loss"].idxmin()
    assert best < 7
    model = keras.saving.load_model(study.folder / "out/model.keras")
    arguments = study.arguments()
    val = Batches(shards_of(study.manifest, "val"), arguments["data"].normaliser, batch_size=9)
    batch = next(iter(val))
    y_hat = model.predict_on_batch(batch.inputs)[:, 0]
    error = np.abs(y_hat - batch.targets["target"])
    assert error.mean() == pytest.approx(history["val_mae"][best], rel=1e-5)
    huber = np.where(error <= 1, error**2 / 2, error - 0.5)
    assert huber.mean() == pytest.approx(history["val_loss"][best], rel=1e-5)


def test_the_reader_beside_the_model_reads_what_it_learnt_from(study):
    train_model(**study.arguments(epochs=1))
    (reader,) = read_reader(study.folder / "out").inputs
    normaliser = study.arguments()["data"].normaliser
    model = load_model(study.folder / "out/model.keras")
    assert model.input["image"].shape[1:] == reader.spec.shape
    assert (reader.inputs, reader.mean) == (normaliser.inputs, normaliser.mean)
    paths = shards_of(study.manifest, "val")
    for ours, theirs in zip(Batches(paths, reader), Batches(paths, normaliser), strict=True):
        assert ours.inputs["image"].tobytes() == theirs.inputs["image"].tobytes()


def test_training_stops_after_patience_epochs_without_a_better_one(study):
    train_model(**study.arguments(epochs=60, learning_rate=0.9, patience=3))
    losses = study.history()["val_loss"]
    assert len(losses) < 60
    assert losses.idxmin() == len(losses) - 1 - 3


def test_a_planted_line_is_learnt(study):
    train_model(**study.arguments(epochs=25, learning_rate=0.12))
    history = study.history()
    assert tuple(history.columns) == history_columns()
    # The target rises by 2 a count of the first channel, whose SD is about 58.
    assert history["val_mae"].iloc[0] > 60
    assert history["val_mae"].min() < 10


def test_the_card_says_what_was_trained_on_what(study):
    options = {"augment": {"zoom": "normal", "flip": True}}
    train_model(**study.cnn(**options, record={"stage": "train", "versions": {"keras": "3"}}))
    card = study.card()
    cells = Batches(
        shards_of(study.manifest, "train"), study.arguments()["data"].normaliser
    ).examples
    assert card["target"]["mean"] == pytest.approx(cells["target"].mean())
    assert card["target"]["sd"] == pytest.approx(cells["target"].std())
    assert card["channels"] == ["00_DAPI", "15_SON", "21_NCL"]
    assert card["normalisation"]["mean"] == [200.0] * 3
    assert (card["data"]["train_cells"], card["data"]["val_cells"]) == (26, 9)
    assert (card["seed"], card["architecture"]) == (7, "simple_cnn")
    assert card["inputs"] == {"image": [16, 16, 3]}
    # Two blocks of a 3 x 3 convolution and a batch normalisation, a dense one, the output.
    convolutions = (9 * 3 * 4 + 4) + (9 * 4 * 4 + 4) + 2 * 4 * 4
    total = convolutions + (4 * 8 + 8) + 4 * 8 + (8 + 1)
    assert card["parameters"] == {"total": total, "trainable": total - 2 * (4 + 4 + 8)}
    assert card["config"]["huber_delta"] == 1.0
    assert card["loss"] == {"name": "huber", "delta": 1.0}
    ratios = card["augmentation"]["size_ratios"]
    assert ratios["mean"] == pytest.approx(cells["size_ratio"].mean())
    assert ratios["sd"] == pytest.approx(cells["size_ratio"].std())
    assert ratios["low"] == cells["size_ratio"].min()
    assert card["augmentation"]["options"]["flip"] is True
    assert card["attempts"] == [{"seed": 7, "reason": None}]
    assert card["collapsed"] is False
    losses = study.history()["val_loss"]
    assert card["best"]["val_loss"] == losses.min()
    assert card["chosen_by"]["value"] == losses.min()
    assert (card["chosen_by"]["monitor"], card["chosen_by"]["smooth"]) == ("val_loss", 0)
    assert (card["backend"], card["device"]) == (keras.backend.backend(), "cpu")
    assert (card["precision"], card["devices"]["used"]) == ("float32", 1)
    assert card["provenance"]["versions"] == {"keras": "3"}


def test_the_chosen_epoch_is_that_of_the_smoothed_monitor(study, monkeypatch):
    kept = []
    save = checkpoint.save

    def save_and_look(folder, model, progress, wanted):
        save(folder, model, progress, wanted)
        kept.append(sorted(path.name for path in folder.glob("weights-*")))

    monkeypatch.setattr(checkpoint, "save", save_and_look)
    train_model(**study.arguments(epochs=9, learning_rate=0.9, smooth=5, monitor="val_mae"))
    history = study.history()
    means = history["val_mae"].rolling(5, center=True).mean()
    np.testing.assert_allclose(history["smoothed"], means)
    chosen = means.idxmin() + 1
    card = study.card()
    assert card["best"]["epoch"] == chosen
    assert card["chosen_by"]["smooth"] == 5
    # The last three epochs and the best: four files at most.
    assert all(len(names) <= 4 for names in kept)
    assert f"weights-{chosen:05d}.npz" in kept[-1]


def test_a_run_shorter_than_the_window_says_so(study, caplog):
    with caplog.at_level("INFO", logger="nascent"):
        train_model(**study.arguments(epochs=4, learning_rate=0.9, smooth=11))
    assert "4 epochs are fewer than the window of 11: smoothed over 3 instead" in caplog.text
    history = study.history()
    card = study.card()
    means = history["val_loss"].rolling(3, center=True).mean()
    np.testing.assert_allclose(history["smoothed"], means)
    assert card["best"]["epoch"] == means.idxmin() + 1


def test_two_targets_are_learnt_together(study):
    options = {
        "targets": [column_target("target"), column_target("area")],
        "epochs": 40,
        "learning_rate": 0.1,
    }
    options["layers"] = {"pooling": "average"}
    train_model(**study.arguments(**options))
    card = study.card()
    assert [target["column"] for target in card["targets"]] == ["target", "area"]
    model = load_model(study.folder / "out/model.keras")
    arguments = study.arguments()
    (batch,) = Batches(
        shards_of(study.manifest, "train"), arguments["data"].normaliser, batch_size=64
    )
    y_hat = model.predict_on_batch(batch.inputs)
    cells = Batches(shards_of(study.manifest, "train"), arguments["data"].normaliser).examples
    assert y_hat.shape == (26, 2)
    # Each output is in the units of its own column: the mean of the area is 128, its SD 8.
    for column, values in zip(("target", "area"), y_hat.T, strict=True):
        assert values.mean() == pytest.approx(cells[column].mean(), abs=cells[column].std() / 2)


def test_mixed_precision_trains_and_writes_a_model_in_float32(study):
    before = keras.config.dtype_policy().name
    train_model(**study.cnn(precision="mixed_bfloat16"))
    assert keras.config.dtype_policy().name == before == "float32"
    card = study.card()
    assert card["precision"] == "mixed_bfloat16"
    model = load_model(study.folder / "out/model.keras")
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}


def test_weights_start_the_model(study):
    train_model(**study.arguments("first", epochs=12, learning_rate=0.12))
    options = {"epochs": 1, "learning_rate": 1e-9}
    train_model(**study.arguments("cold", **options))
    path = str(study.folder / "first/model.keras")
    train_model(**study.arguments("warm", **options, weights=path))
    mae = {name: study.history(name)["val_mae"].min() for name in ("first", "cold", "warm")}
    assert mae["warm"] == pytest.approx(mae["first"], rel=1e-3)
    assert mae["cold"] > 2 * mae["warm"]


def test_weights_that_do_not_fit_name_the_layer_and_both_shapes(study):
    train_model(**study.cnn("first", epochs=1))
    path, wide = str(study.folder / "first/model.keras"), {"widths": [4, 8], "head": [8]}
    with pytest.raises(TrainError, match=r"conv_2.*\(3, 3, 4, 4\).*\(3, 3, 4, 8\)"):
        train_model(**study.cnn("second", layers=wide, weights=path))


def test_frozen_weights_stay_and_are_not_counted_as_trainable(study, caplog):
    train_model(**study.cnn("first"))
    path = str(study.folder / "first/model.keras")
    train_model(**study.cnn("second", weights=path, freeze=True))
    assert "every layer of simple_cnn is frozen" in caplog.text
    for ours, theirs in zip(study.weights("second"), study.weights("first"), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    card = study.card("second")
    assert card["parameters"]["trainable"] == 0


def test_eight_fold_validation_of_a_model_that_sees_no_place_is_plain_validation(study):
    histories = {}
    for validation in ("plain", "eight_fold"):
        train_model(**study.arguments(validation, validation=validation))
        histories[validation] = study.history(validation)
    np.testing.assert_allclose(*(table["val_loss"] for table in histories.values()), rtol=1e-5)


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
def test_an_infinite_target_names_the_cell(study, name):
    study.write(name, 9, lambda cells: cells.assign(target=[*cells["target"][:-1], np.inf]))
    last = {"train-00001": 5108, "val-00000": 3008}[name]
    with pytest.raises(TrainError, match=f"the target of cell {last} is inf"):
        train_model(**study.arguments())
    study.write(name, 9, lambda cells: cells.assign(area=[*cells["area"][:-1], np.inf]))
    with pytest.raises(TrainError, match=rf"the target of cell {last} is inf .*'area'"):
        train_model(**study.arguments(targets=[column_target("target"), column_target("area")]))


def test_equal_targets_are_refused(study):
    for name in ("train-00000", "train-00001"):
        study.write(name, 12, lambda cells: cells.assign(target=5.0))
    with pytest.raises(TrainError, match="all 24 training cells have the same target"):
        train_model(**study.arguments())


def test_an_unknown_architecture_names_the_nearest(study):
    with pytest.raises(TrainError, match="Did you mean 'linear'"):
        train_model(**study.arguments(architecture="liner"))


def test_a_full_disk_leaves_no_half_written_result(study, file_size_limit):
    with file_size_limit(6000), pytest.raises(OutputError, match=r"weights-00001\.npz"):
        train_model(**study.arguments(architecture="simple_cnn"))
    assert [path.name for path in (study.folder / "out").rglob("*.*")] == ["run.json"]


def test_an_option_that_is_none_names_the_nearest(study):
    with pytest.raises(TrainError, match=r"no option 'lerning_rate'.*'learning_rate'"):
        train_model(**study.arguments(lerning_rate=0.1))
    with pytest.raises(TrainError, match=r"no optimizer 'adamm'.*'adam'"):
        train_model(**study.arguments(optimizer="adamm"))
    with pytest.raises(TrainError, match=r"layers: there is no option 'dropuot'.*'dropout'"):
        train_model(**study.arguments(layers={"dropuot": 0.1}))


def test_a_column_that_is_not_there_names_the_nearest(study):
    with pytest.raises(TrainError, match=r"no column 'aera'.*'area'"):
        train_model(**study.arguments(targets=[column_target("target"), column_target("aera")]))


def eight_ways(batch):
    """The flips and quarter turns of a batch, by NumPy."""
    for flipped in (False, True):
        for turns in range(4):
            laid = [batch.inputs["image"], batch.inputs["mask"]]
            laid = [np.flip(pixels, axis=2) for pixels in laid] if flipped else laid
            image, mask = (np.rot90(pixels, turns, axes=(1, 2)).copy() for pixels in laid)
            yield {"image": image, "mask": mask}


def test_the_model_on_disk_has_the_eight_fold_error_of_its_smoothed_choice(study):
    # Flattened pixels: the model sees places, so the eight ways differ.
    options = {"epochs": 7, "learning_rate": 0.9, "layers": {"pooling": "flatten"}}
    train_model(**study.arguments(**options, smooth=3, validation="eight_fold"))
    history, best = study.history(), study.card()["best"]["epoch"]
    assert best < 6
    model = load_model(study.folder / "out/model.keras")
    val = Batches(
        shards_of(study.manifest, "val"), study.arguments()["data"].normaliser, batch_size=9
    )
    batch = next(iter(val))
    errors = [
        np.abs(model.predict_on_batch(inputs)[:, 0] - batch.targets["target"]).mean()
        for inputs in eight_ways(batch)
    ]
    assert np.std(errors) > 0
    assert np.mean(errors) == pytest.approx(history["val_mae"][best - 1], rel=1e-5)


def test_the_first_losses_are_those_of_the_training_mean(study):
    # Steps too small to change anything, and a last batch of 2 among those of 8.
    train_model(**study.arguments(epochs=1, learning_rate=1e-12, huber_delta=40.0))
    arguments = study.arguments()
    train, val = (
        Batches(shards_of(study.manifest, split), arguments["data"].normaliser).examples["target"]
        for split in ("train", "val")
    )
    (history,) = study.history().to_dict("records")
    for prefix, cells in (("", train), ("val_", val)):
        error = np.abs(cells - train.mean())
        huber = np.where(error <= 40, error**2 / 2, 40 * (error - 20))
        assert history[f"{prefix}mae"] == pytest.approx(error.mean(), rel=1e-5)
        assert history[f"{prefix}loss"] == pytest.approx(huber.mean(), rel=1e-5)


def test_penalties_are_no_part_of_the_history(study):
    # An untrained network predicts the mean, whatever body the penalty is on.
    for out, penalty in (("plain", 0.0), ("penalised", 100.0)):
        layers = {"widths": [4], "head": [8], "body_l2": penalty}
        train_model(**study.cnn(out, epochs=1, learning_rate=1e-12, layers=layers))
    plain, penalised = study.history("plain"), study.history("penalised")
    for column in ("loss", "val_loss"):
        np.testing.assert_allclose(penalised[column], plain[column], rtol=1e-5)


def test_training_cells_are_augmented_and_validation_cells_are_not(study):
    train_model(**study.arguments("first", epochs=12, learning_rate=0.12))
    path = str(study.folder / "first/model.keras")
    options = {"epochs": 1, "learning_rate": 1e-12, "loss": "mse", "weights": path}
    train_model(**study.arguments("bare", **options))
    # Each channel of each cell is one unit higher.
    shift = {"shift": "normal", "shift_mean": 1.0, "shift_sd": 0.0}
    train_model(**study.arguments("shifted", **options, augment=shift))
    bare, shifted = study.history("bare").iloc[0], study.history("shifted").iloc[0]
    assert shifted["val_loss"] == bare["val_loss"]
    model = load_model(path)
    batches = Batches(shards_of(study.manifest, "train"), study.arguments()["data"].normaliser)
    batch = next(iter(batches))
    image = batch.inputs["image"] + batch.inputs["mask"][..., None].astype(np.float32)
    y_hat = model.predict_on_batch({"image": image, "mask": batch.inputs["mask"]})[:, 0]
    expected = ((y_hat - batch.targets["target"]) ** 2).mean()
    assert shifted["loss"] == pytest.approx(expected, rel=1e-4)
    assert bare["loss"] != pytest.approx(expected, rel=1e-2)


def test_the_plateau_schedule_goes_by_the_monitor_of_the_run(study):
    options = {"epochs": 8, "learning_rate": 0.9, "monitor": "val_mae"}
    train_model(**study.arguments(**options, schedule="plateau", plateau_patience=1))
    history = study.history()
    worse = history["val_mae"] >= history["val_mae"].cummin().shift(fill_value=np.inf)
    assert 0 < worse[:-1].sum() < 7
    # The rate of an epoch follows from the epochs before it.
    rates = 0.9 * 0.5 ** worse.cumsum().shift(fill_value=0)
    np.testing.assert_allclose(history["learning_rate"], rates, rtol=1e-6)
