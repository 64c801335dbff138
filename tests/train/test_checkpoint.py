import keras
import numpy as np
import pytest

from nascent.augmentation import Augmentation
from nascent.errors import TrainError
from nascent.examples import image_input
from nascent.files import read_json
from nascent.train import checkpoint
from nascent.train.architectures.build import build
from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.checkpoint import Epoch, Progress, differences

NOTHING = Augmentation()


RUN = {"options": {"learning_rate": 0.0005, "layers": {"head": [4]}}, "seed": 7}


def run(*val_losses):
    progress = Progress()
    for number, loss in enumerate(val_losses, start=1):
        progress = progress.after(Epoch(number, 1.0, 1.0, loss, 1.0, 0.5, 0.01, "mae"))
    return progress


def compiled(name="simple_cnn", channels=3, augmentation=NOTHING):
    network = build(name, [image_input(8, channels)])
    model = Augmented(network, augmentation_layers(augmentation, seed=5))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.Huber())
    return model


def train_on(model, seed):
    rng = np.random.default_rng(seed)
    cells = {"image": rng.normal(size=(6, 8, 8, 3)), "mask": np.ones((6, 8, 8), bool)}
    model.train_on_batch(cells, rng.normal(size=(6, 1)))


@pytest.mark.parametrize("augmentation", [NOTHING, Augmentation(noise_sd=0.5, flip=True)])
def test_a_restored_run_goes_on_with_identical_steps(tmp_path, augmentation):
    model = compiled(augmentation=augmentation)
    train_on(model, 1)
    train_on(model, 2)
    checkpoint.save(tmp_path, model, run(2.0, 1.0), {2})
    train_on(model, 3)

    other = compiled(augmentation=augmentation)
    assert checkpoint.restore(tmp_path, other, RUN) == run(2.0, 1.0)
    train_on(other, 3)
    for ours, theirs in zip(model.variables, other.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_state_of_random_layers_is_kept(tmp_path):
    def model():
        keras.utils.set_random_seed(5)
        image = keras.Input((4,))
        network = keras.Model(image, keras.layers.Dropout(0.5)(keras.layers.Dense(64)(image)))
        made = Augmented(network, [])
        made.compile(keras.optimizers.Adam(), "mse")
        made.optimizer.build(made.trainable_variables)
        return made

    ones = np.ones((3, 4), np.float32)
    first = model()
    first(ones, training=True)
    checkpoint.save(tmp_path, first, run(1.0), {1})
    expected = first(ones, training=True)
    second = model()
    checkpoint.restore(tmp_path, second, RUN)
    np.testing.assert_array_equal(second(ones, training=True), expected)


def test_the_wanted_weights_outlive_others_and_stand_alone_on_disk(tmp_path):
    model = compiled("linear")
    for number, wanted in enumerate([{1}, {1, 2}, {2}], start=1):
        model.network.get_layer("output").bias.assign([float(number)])
        checkpoint.save(tmp_path, model, run(*[1.0] * number), wanted)
    assert [path.name for path in tmp_path.glob("weights-*")] == ["weights-00002.npz"]
    fresh = build("linear", [image_input(8, 3)])
    checkpoint.restore_weights(tmp_path, fresh, 2)
    assert float(fresh.get_layer("output").bias[0]) == 2.0


def test_an_empty_folder_is_the_start_and_says_of_what(tmp_path):
    assert checkpoint.restore(tmp_path / "new", compiled("linear"), RUN) == Progress()
    assert read_json(tmp_path / "new/run.json") == RUN
    assert checkpoint.restore(tmp_path / "new", compiled("linear"), RUN) == Progress()


def test_the_state_of_another_config_is_refused_with_the_difference(tmp_path):
    checkpoint.restore(tmp_path, compiled("linear"), RUN)
    other = {"options": {"learning_rate": 0.001, "layers": {"head": [4]}}, "seed": 7}
    with pytest.raises(TrainError, match=r"learning_rate: 0\.0005 kept, 0\.001 asked\)"):
        checkpoint.restore(tmp_path, compiled("linear"), other)


def test_differences_are_said_by_the_shortest_name_that_is_clear():
    kept = {"options": {"epochs": 3}, "record": {"config": {"epochs": 3}, "code": "a"}, "seed": 1}
    asked = {"options": {"epochs": 4}, "record": {"config": {"epochs": 4}, "code": "a"}, "seed": 1}
    assert differences(kept, kept) == []
    assert differences(kept, asked) == ["epochs: 3 kept, 4 asked"]
    asked["record"]["config"]["epochs"] = 5
    assert differences(kept, asked) == [
        "options.epochs: 3 kept, 4 asked",
        "record.config.epochs: 3 kept, 5 asked",
    ]
    assert differences({"a": 1}, {"b": None}) == [
        "a: 1 kept, nothing asked",
        "b: nothing kept, None asked",
    ]


def test_a_state_that_does_not_fit_says_where_and_which(tmp_path):
    model = compiled("linear")
    train_on(model, 1)
    checkpoint.save(tmp_path, model, run(1.0), {1})
    with pytest.raises(TrainError, match=r"checkpoint.npz: output/kernel has shape \(4, 1\)"):
        checkpoint.restore(tmp_path, compiled("linear", channels=4), RUN)
    with pytest.raises(TrainError, match="weights are kept, the model has"):
        checkpoint.restore(tmp_path, compiled("simple_cnn"), RUN)
