import numpy as np
import pytest

from nascent.augmentation import PRESETS, Augmentation, SizeRatios
from nascent.errors import TrainError
from nascent.train.augment.centre_zoom import CentreZoom
from nascent.train.augment.choose import augmentation_layers
from nascent.train.augment.colour_shift import ColourShift
from nascent.train.augment.horizontal_flip import HorizontalFlip
from nascent.train.augment.noise import Noise
from nascent.train.augment.quarter_turn import QuarterTurn

RATIOS = SizeRatios(0.6, 0.1, 0.3)
EVERYTHING = Augmentation("normal", 0.1, 0.5, 0.2, "uniform", True, True)


def kinds(augmentation):
    return [type(layer) for layer in augmentation_layers(augmentation, RATIOS, seed=1)]


def test_the_presets_are_the_published_regimes():
    geometry = [CentreZoom, HorizontalFlip, QuarterTurn]
    assert kinds(PRESETS["none"]) == []
    assert kinds(PRESETS["color-structure"]) == geometry
    assert kinds(PRESETS["structure"]) == [ColourShift, *geometry]


def test_layers_stand_in_the_order_of_the_predecessor():
    assert kinds(EVERYTHING) == [ColourShift, Noise, CentreZoom, HorizontalFlip, QuarterTurn]


def test_layers_get_what_was_chosen():
    shift, noise, zoom, _, _ = augmentation_layers(EVERYTHING, RATIOS, seed=1)
    assert (shift.distribution, shift.mean, shift.sd) == ("normal", 0.1, 0.5)
    assert noise.sd == 0.2
    assert (zoom.distribution, zoom.mean, zoom.sd, zoom.low) == ("uniform", 0.6, 0.1, 0.3)


def test_streams_differ_between_operations_and_seeds_and_stand_alone():
    def seeds(augmentation, seed):
        return [layer.seed for layer in augmentation_layers(augmentation, RATIOS, seed=seed)]

    found = [seed for number in range(20) for seed in seeds(EVERYTHING, number)]
    assert len(set(found)) == 100
    assert max(found) < 2**31
    # Switching the shift on leaves the turns as they were.
    assert seeds(EVERYTHING, 3)[2:] == seeds(PRESETS["color-structure"], 3)


def test_a_zoom_without_ratios_is_refused():
    with pytest.raises(TrainError, match=r"zoom.*size_ratio"):
        augmentation_layers(PRESETS["structure"], seed=1)
    assert len(augmentation_layers(Augmentation(flip=True), seed=1)) == 1


def test_numpy_seeds_are_taken():
    assert augmentation_layers(EVERYTHING, RATIOS, seed=np.int64(2))[0].seed == (
        augmentation_layers(EVERYTHING, RATIOS, seed=2)[0].seed
    )
