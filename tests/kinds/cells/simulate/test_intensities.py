import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nascent.kinds.cells.simulate.intensities import (
    CHANNELS,
    PROBABILITY_MAPS,
    digitised,
    exposed,
    with_mean,
)
from nascent.kinds.cells.simulate.published import CALIBRATIONS, TARGET

STAINS = [name for name in CHANNELS if name not in (TARGET, *PROBABILITY_MAPS)]


def published(counts: np.ndarray, background: float) -> tuple[float, float, float]:
    """Mean, SD and percentile as the calibration's source computed them."""
    signal = np.maximum(counts - background, 0.0)
    limit = np.percentile(signal, 98)
    clipped = np.minimum(signal, limit)
    return clipped.mean(), clipped.std(), limit


@pytest.mark.parametrize("mean_area", [1080, pytest.param(13209, marks=pytest.mark.slow)])
def test_brightness_is_that_of_the_published_wells(simulated, mean_area):
    nuclei = 150 if mean_area == 1080 else 80
    well = simulated(nuclei=nuclei, mean_area=mean_area, seed=77)
    for name in STAINS:
        entry = CALIBRATIONS[name]
        mean, sd, p98 = published(well.counts[:, well.channels.index(name)], entry.background)
        assert mean == pytest.approx(entry.mean, rel=0.15), name
        assert sd == pytest.approx(entry.sd, rel=0.20), name
        assert p98 == pytest.approx(entry.p98, rel=0.25), name


def test_probability_maps_reach_the_published_percentile(simulated):
    well = simulated(nuclei=150, seed=77)
    for name in PROBABILITY_MAPS:
        values = well.counts[:, well.channels.index(name)]
        assert np.percentile(values, 98) == pytest.approx(CALIBRATIONS[name].p98, rel=0.15)
        assert values.max() <= 65535


def test_the_target_is_that_of_control_wells(simulated):
    well = simulated(nuclei=400, channels=("00_DAPI", "15_SON", "00_EU"), seed=77)
    target = well.means()[:, well.channels.index("00_EU")]
    # 400 cells: four standard errors of a mean and of an SD.
    assert target.mean() == pytest.approx(377.3, abs=4 * 61 / 20)
    assert target.std(ddof=1) == pytest.approx(61, abs=4 * 61 / np.sqrt(800))


@given(
    counts=arrays.arrays(np.int32, st.integers(1, 300), elements=st.integers(200, 60_000)),
    mean=st.floats(200, 60_000),
    seed=st.integers(0, 9),
)
def test_a_wanted_mean_is_met_to_half_a_count_over_all_pixels(counts, mean, seed):
    shifted = with_mean(counts, mean, np.random.default_rng(seed))
    assert abs(shifted.sum(dtype=np.int64) - mean * counts.size) <= 0.5 + 1e-6
    moved = shifted - counts
    assert moved.max() - moved.min() <= 1


def test_noise_keeps_means_and_has_the_variance_of_camera_and_light():
    signal = np.stack([np.zeros(200_000), np.full(200_000, 400.0)]).astype(np.float32)
    light = exposed(signal, np.full((2, 1), 2.0, np.float32), np.random.default_rng(1))
    assert light.mean(axis=1, dtype=np.float64) == pytest.approx([0, 400], abs=1e-3)
    # 2² counts² of the camera, and a quarter of the signal.
    assert light.var(axis=1, dtype=np.float64) == pytest.approx([4, 104], rel=0.02)


def test_the_camera_saturates_at_sixteen_bits():
    assert digitised(np.array([-3.0, 0.4, 65534.6, 9e5])).tolist() == [0, 0, 65535, 65535]
