import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.examples import image_input
from nascent.train.architectures.build import build
from nascent.train.models import load_model, write_model


def test_a_model_survives_the_disk(tmp_path):
    model = build("linear", [image_input(8, 3)], target_mean=300.0, target_sd=20.0)
    model.get_layer("output").kernel.assign([[1.0], [2.0], [3.0]])
    write_model(model, tmp_path / "model.keras")
    cells = {"image": np.ones((2, 8, 8, 3)), "mask": np.ones((2, 8, 8), bool)}
    assert load_model(tmp_path / "model.keras").predict_on_batch(cells)[:, 0] == pytest.approx(420)


def test_equal_models_are_equal_files_whenever_they_are_written(tmp_path):
    # Built anew, its shared objects lie elsewhere in memory.
    options = {"inputs": [image_input(16, 3)], "target_mean": 300.0}
    first, second = (build("simple_cnn", **options) for _ in range(2))
    second.set_weights(first.get_weights())
    write_model(first, tmp_path / "first.keras")
    write_model(second, tmp_path / "second.keras")
    written = [(tmp_path / f"{name}.keras").read_bytes() for name in ("first", "second")]
    assert written[0] == written[1]
    assert b"date_saved" not in written[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.keras", "second.keras"]
    first.get_layer("output").bias.assign([4.0])
    write_model(first, tmp_path / "third.keras")
    assert (tmp_path / "third.keras").read_bytes() != written[0]


def test_layers_that_share_an_object_share_it_again(tmp_path):
    image, mask = keras.Input((8, 8, 3), name="image"), keras.Input((8, 8), name="mask")
    kernel = keras.layers.Dense(2, name="shared")
    once, twice = kernel(image), kernel(keras.layers.Dense(3, name="own")(image))
    pooled = keras.layers.GlobalAveragePooling2D()(once + twice)
    model = keras.Model({"image": image, "mask": mask}, pooled)
    write_model(model, tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.count_params() == model.count_params()
    cells = {"image": np.ones((2, 8, 8, 3)), "mask": np.ones((2, 8, 8), bool)}
    assert (loaded.predict_on_batch(cells) == model.predict_on_batch(cells)).all()


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(TrainError, match=r"model\.keras: there is no such model"):
        load_model(tmp_path / "model.keras")


def test_half_a_model_is_refused(tmp_path):
    write_model(build("linear", [image_input(8, 3)]), tmp_path / "model.keras")
    whole = (tmp_path / "model.keras").read_bytes()
    (tmp_path / "half.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TrainError, match=r"half\.keras: the file is truncated or no model"):
        load_model(tmp_path / "half.keras")
