import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from nascent.augmentation import PRESETS, Augmentation, SizeRatios


def test_by_default_nothing_is_switched_on():
    nothing = Augmentation()
    assert (nothing.shift, nothing.noise_sd, nothing.zoom) == ("none", 0.0, "none")
    assert not nothing.flip
    assert not nothing.turn
    assert PRESETS["none"] == nothing


def test_the_regimes_differ_in_the_shift_alone():
    colour, structure = PRESETS["color-structure"], PRESETS["structure"]
    assert asdict(colour) == asdict(Augmentation(zoom="normal", flip=True, turn=True))
    assert structure == replace(colour, shift="uniform", shift_mean=0.0, shift_sd=1.0)


def test_the_three_numbers_are_those_of_numpy():
    ratios = np.random.default_rng(0).uniform(0.2, 1, 50)
    found = SizeRatios.of(ratios)
    assert found.mean == pytest.approx(ratios.mean())
    assert found.sd == pytest.approx(ratios.std(ddof=1))
    assert found.low == ratios.min()
    assert SizeRatios.of([0.5]) == SizeRatios(0.5, 0.0, 0.5)


@pytest.mark.parametrize("ratios", [[], [0.5, float("nan")], [0.0], [1.2]])
def test_ratios_out_of_range_are_refused(ratios):
    with pytest.raises(ValueError, match="size ratio"):
        SizeRatios.of(ratios)


def test_it_needs_no_backend():
    code = "import sys, nascent.augmentation; print('keras' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
