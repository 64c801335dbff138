import numpy as np
import pandas as pd
import psutil
import pytest

from nascent.augmentation import Augmentation, SizeRatios
from nascent.examples import Batch, image_input
from nascent.train import checkpoint, fit
from nascent.train.architectures.build import build
from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.data import Targets
from nascent.train.objective import compile_model
from nascent.train.options import Fitting

CELLS, SIZE, CHANNELS = 128, 64, 8
TARGETS = Targets(("target",), (0.0,), (1.0,), CELLS)


class Cells:
    """As `Batches`: random cells, made anew each time."""

    def __init__(self):
        self.examples = pd.DataFrame({"target": np.random.default_rng(1).normal(size=CELLS)})

    def __len__(self):
        return 4

    def order(self, epoch=0):
        return np.random.default_rng(epoch).permutation(CELLS)

    def read(self, epoch=0):
        rng = np.random.default_rng(epoch)
        for _ in range(4):
            shape = (CELLS // 4, SIZE, SIZE, CHANNELS)
            image = rng.normal(size=shape).astype(np.float32)
            inputs = {"image": image, "mask": image[..., 0] < 9}
            yield Batch(inputs, {}, {}, np.arange(len(image)))


@pytest.fixture
def cells():
    return Cells()


def fitting(**changes):
    return Fitting(**{"epochs": 3, "batch_size": 32, "learning_rate": 0.01, **changes})


def model(augmentation, options):
    network = build("linear", [image_input(SIZE, CHANNELS)])
    ratios = SizeRatios(0.8, 0.1, 0.5)
    made = Augmented(network, augmentation_layers(augmentation, ratios, seed=3))
    compile_model(made, options, TARGETS)
    return made


def test_epochs_do_not_pile_up_in_memory(cells, tmp_path, monkeypatch):
    taken = []
    monkeypatch.setattr(
        checkpoint, "save", lambda *state: taken.append(psutil.Process().memory_info().rss)
    )
    # An allocator may keep what it got in the first epochs, and no more.
    options = fitting(epochs=24, patience=24)
    turned = model(Augmentation(flip=True, turn=True), options)
    fit.fit(turned, cells, cells, targets=TARGETS, fitting=options, folder=tmp_path, run={})
    one_epoch = CELLS * SIZE * SIZE * CHANNELS * 4
    assert taken[-1] - taken[11] < one_epoch


def test_every_step_has_the_rate_of_the_schedule(cells, tmp_path):
    options = fitting(epochs=2, schedule="cosine", warmup=0.5)
    turned, rates = model(Augmentation(), options), []
    step = turned.train_on_batch

    def step_and_look(*args, **kwargs):
        rates.append(float(turned.optimizer.learning_rate))
        return step(*args, **kwargs)

    turned.train_on_batch = step_and_look
    progress = fit.fit(
        turned, cells, cells, targets=TARGETS, fitting=options, folder=tmp_path, run={}
    )
    part = np.arange(6) / 6
    expected = [0.5, 1.0, *(0.5 * (1 + np.cos(np.pi * part)))]
    np.testing.assert_allclose(rates, 0.01 * np.array(expected), rtol=1e-5)
    assert progress.history[0].learning_rate == pytest.approx(rates[3])


def test_devices_that_take_equal_parts_leave_the_rest_of_the_last_batch(monkeypatch):
    monkeypatch.setattr(fit, "replicas", lambda: 4)
    sizes = []

    class Model:
        optimizer = type("Optimizer", (), {})()

        def train_on_batch(self, inputs, target, return_dict):
            assert len(inputs["image"]) == len(target)
            sizes.append(len(target))
            return {"loss": 1.0, "data_loss": float(target.mean()), "mae": 2.0}

    targets = [np.zeros((8, 1)), np.ones((7, 1)), np.ones((3, 1))]
    batches = [({"image": np.zeros(len(target))}, target) for target in targets]
    found = fit.learn(Model(), batches, lambda step: 0.1, metric="mae")
    assert sizes == [8, 4]
    assert found == {"data_loss": pytest.approx(4 / 12), "mae": 2.0}


def test_a_penalty_that_overflows_is_a_loss_that_is_no_number():
    class Model:
        optimizer = type("Optimizer", (), {})()

        def train_on_batch(self, inputs, target, return_dict):
            return {"loss": np.inf, "data_loss": 1.0, "mae": 2.0}

    batches = [({"image": np.zeros(4)}, np.zeros((4, 1)))] * 2
    assert fit.learn(Model(), batches, lambda step: 0.1, metric="mae")["data_loss"] == np.inf
