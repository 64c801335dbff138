import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.train import checkpoint
from nascent.train.architectures import build
from nascent.train.checkpoint import Epoch, Progress


def run(*val_losses):
    progress = Progress()
    for number, loss in enumerate(val_losses, start=1):
        progress = progress.after(Epoch(number, 1.0, 1.0, loss, 1.0))
    return progress


def compiled(name="simple_cnn", channels=3):
    model = build(name, size=8, channels=channels)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.Huber())
    return model


def train_on(model, seed):
    rng = np.random.default_rng(seed)
    cells = {"image": rng.normal(size=(6, 8, 8, 3)), "mask": np.ones((6, 8, 8), bool)}
    model.train_on_batch(cells, rng.normal(size=(6, 1)))


def test_the_best_epoch_has_the_least_validation_loss_and_is_the_first_of_equals():
    assert run(5.0, 3.0, 4.0, 3.0, 6.0).best == 2


@pytest.mark.parametrize(
    ("losses", "stop"),
    [((5.0,), False), ((3.0, 4.0), False), ((3.0, 4.0, 3.5), True), ((5.0, 4.0, 3.0), False)],
)
def test_patience_counts_epochs_since_the_best(losses, stop):
    assert run(*losses).exhausted(patience=2) is stop


def test_a_restored_run_goes_on_with_identical_steps(tmp_path):
    model = compiled()
    train_on(model, 1)
    train_on(model, 2)
    checkpoint.save(tmp_path, model, run(2.0, 1.0))
    train_on(model, 3)

    other = compiled()
    assert checkpoint.restore(tmp_path, other) == run(2.0, 1.0)
    train_on(other, 3)
    for ours, theirs in zip(model.variables, other.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_state_of_random_layers_is_kept(tmp_path):
    def model():
        keras.utils.set_random_seed(5)
        image = keras.Input((4,))
        made = keras.Model(image, keras.layers.Dropout(0.5)(keras.layers.Dense(64)(image)))
        made.compile(keras.optimizers.Adam(), "mse")
        made.optimizer.build(made.trainable_variables)
        return made

    ones = np.ones((3, 4), np.float32)
    first = model()
    first(ones, training=True)
    checkpoint.save(tmp_path, first, run(1.0))
    expected = first(ones, training=True)
    second = model()
    checkpoint.restore(tmp_path, second)
    np.testing.assert_array_equal(second(ones, training=True), expected)


def test_the_best_weights_outlive_worse_epochs_and_stand_alone_on_disk(tmp_path):
    model = compiled("linear")
    for number, losses in enumerate([(3.0,), (3.0, 2.0), (3.0, 2.0, 9.0)], start=1):
        model.get_layer("output").bias.assign([float(number)])
        checkpoint.save(tmp_path, model, run(*losses))
    assert [path.name for path in tmp_path.glob("best-*")] == ["best-00002.npz"]
    fresh = build("linear", size=8, channels=3)
    checkpoint.restore_best(tmp_path, fresh, run(3.0, 2.0, 9.0))
    assert float(fresh.get_layer("output").bias[0]) == 2.0


def test_an_empty_folder_is_the_start(tmp_path):
    assert checkpoint.restore(tmp_path / "none", compiled("linear")) == Progress()


def test_a_state_that_does_not_fit_says_where_and_which(tmp_path):
    model = compiled("linear")
    train_on(model, 1)
    checkpoint.save(tmp_path, model, run(1.0))
    with pytest.raises(TrainError, match=r"checkpoint.npz: output/kernel has shape \(4, 1\)"):
        checkpoint.restore(tmp_path, compiled("linear", channels=4))
    with pytest.raises(TrainError, match="weights are kept, the model has"):
        checkpoint.restore(tmp_path, compiled("simple_cnn"))
