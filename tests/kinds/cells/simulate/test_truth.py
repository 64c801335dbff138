import h5py
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nascent.errors import StoreError
from nascent.kinds.cells.simulate.intensities import CHANNELS, PROBABILITY_MAPS
from nascent.kinds.cells.simulate.published import TARGET
from nascent.kinds.cells.simulate.truth import INTENSITY_WEIGHTS, read_truth, write_truth

CAUSAL = ("09_SRRM2", "15_SON", "07_POLR2A", "10_POL2RA_pS2", "13_POL2RA_pS5")
SHOWN = [name for name in CHANNELS if name != TARGET]
MAPS = [SHOWN.index(name) for name in PROBABILITY_MAPS]


def inputs(well):
    """Everything but the target, nucleus by nucleus."""
    rows = [well.channels.index(name) for name in SHOWN]
    return [counts[:, rows].astype(np.float64) for counts in well.nuclei()]


def shapes(nuclei, channels=CAUSAL):
    """What the causal channels show of structure, free of their means: SD and quantiles."""
    rows = [SHOWN.index(name) for name in channels]
    features = []
    for counts in nuclei:
        chosen = counts[:, rows]
        sd = chosen.std(axis=0)
        z = (chosen - chosen.mean(axis=0)) / sd
        features.append(np.r_[sd, np.percentile(z, [10, 50, 75, 90, 95, 98], axis=0).ravel()])
    return np.array(features)


def means(nuclei):
    return np.array([counts.mean(axis=0) for counts in nuclei])


def held_out_r2(features, wells, model):
    """R² on the last third of the wells of a model fitted to the others."""
    split = 2 * len(wells) // 3
    x = [features(inputs(well)) for well in wells]
    y = [well.truth.target for well in wells]
    model.fit(np.concatenate(x[:split]), np.concatenate(y[:split]))
    return model.score(np.concatenate(x[split:]), np.concatenate(y[split:]))


def ridge():
    return make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13)))


@pytest.mark.slow
def test_under_structure_shapes_tell_the_rate_and_means_do_not(simulated):
    wells = [simulated(position=p, nuclei=70, seed=21) for p in range(6)]
    assert held_out_r2(means, wells, LinearRegression()) <= 0.1
    assert held_out_r2(shapes, wells, ridge()) >= 0.7


@pytest.mark.slow
def test_clipping_at_a_percentile_does_not_turn_structure_into_means(simulated):
    wells = [simulated(position=p, nuclei=70, seed=21) for p in range(6)]
    limit = np.percentile(np.concatenate([n for w in wells for n in inputs(w)]), 98, axis=0)
    clipped = lambda nuclei: means([np.minimum(counts, limit) for counts in nuclei])  # noqa: E731
    assert held_out_r2(clipped, wells, ridge()) <= 0.1


@pytest.mark.slow
def test_under_intensity_means_tell_the_rate_and_shapes_do_not(simulated):
    wells = [
        simulated(position=p, nuclei=70, seed=22, truth="intensity", noise=0.05) for p in range(6)
    ]
    assert held_out_r2(means, wells, LinearRegression()) >= 0.9
    assert held_out_r2(shapes, wells, ridge()) <= 0.1


@pytest.mark.slow
def test_under_both_each_tells_a_part_of_the_rate(simulated):
    wells = [simulated(position=p, nuclei=70, seed=23, truth="both", noise=0.0) for p in range(6)]
    by_means = held_out_r2(means, wells, LinearRegression())
    by_both = held_out_r2(lambda n: np.hstack([means(n), shapes(n)]), wells, ridge())
    assert 0.3 < by_means < 0.65
    assert by_both > by_means + 0.2


def test_without_noise_the_rate_is_linear_in_the_causal_means(simulated):
    well = simulated(nuclei=60, truth="intensity", noise=0.0, seed=9)
    rows = [SHOWN.index(name) for name in INTENSITY_WEIGHTS]
    x = means(inputs(well))[:, rows]
    # 16-bit counts round each pixel: means are off by about 0.3 / √1080 counts.
    assert LinearRegression().fit(x, well.truth.target).score(x, well.truth.target) > 0.9999


@pytest.mark.parametrize("truth", ["structure", "intensity", "both"])
def test_the_target_channel_shows_the_rate(simulated, truth):
    well = simulated(truth=truth)
    shown = well.means()[:, well.channels.index(TARGET)]
    assert np.allclose(shown, well.truth.target, rtol=0, atol=1e-9)


def test_noise_is_the_share_of_variance_that_is_not_planted(simulated):
    few = ("15_SON", TARGET)
    well = simulated(nuclei=400, channels=few, noise=0.3, seed=31)
    unexplained = well.truth.target - well.truth.target_planted
    # Variances over 400 draws: four standard errors of 7 % each.
    assert unexplained.var() == pytest.approx(0.3 * 61**2, rel=0.28)
    assert well.truth.target_planted.var() == pytest.approx(0.7 * 61**2, rel=0.28)


def test_causal_pixels_are_bright_pixels_of_the_nucleus(simulated):
    well = simulated()
    son = well.counts[:, well.channels.index("15_SON")]
    for i, nucleus in enumerate(well.truth.mapobject_id):
        own = np.flatnonzero(well.ids == nucleus)
        places = {(x, y): k for k, x, y in zip(own, well.x[own], well.y[own], strict=True)}
        causal = [places[place] for place in zip(*well.truth.pixels(i), strict=True)]
        others = np.setdiff1d(own, causal)
        assert 0 < len(causal) < 0.6 * len(own)
        assert son[causal].mean() > son[others].mean()
    assert set(CAUSAL) < set(well.truth.causal_channels)


def test_causal_pixels_of_a_channel_are_those_of_the_parts_that_it_shows(simulated):
    well = simulated()
    brightness = {}
    for channel in ("15_SON", "07_POLR2A"):
        shown, hidden = [], []
        values = well.counts[:, well.channels.index(channel)]
        for i, nucleus in enumerate(well.truth.mapobject_id):
            own = np.flatnonzero(well.ids == nucleus)
            places = {(x, y): k for k, x, y in zip(own, well.x[own], well.y[own], strict=True)}
            every = {places[place] for place in zip(*well.truth.pixels(i), strict=True)}
            some = {places[place] for place in zip(*well.truth.pixels(i, [channel]), strict=True)}
            assert some < every
            shown += some
            hidden += every - some
        brightness[channel] = values[shown].mean() / values[hidden].mean()
    # Each stain is brighter on its own part than on the part of the other.
    assert min(brightness.values()) > 1.3
    assert well.truth.shown_by["09_SRRM2"] == ("speckles",)
    assert well.truth.shown_by["10_POL2RA_pS2"] == ("foci",)
    speckles, foci = (
        {*zip(*well.truth.pixels(0, [name]), strict=True)} for name in ("15_SON", "07_POLR2A")
    )
    assert speckles | foci == {*zip(*well.truth.pixels(0), strict=True)}
    assert not well.truth.pixels(0, ["21_NCL"])[0].size


def test_a_truth_file_that_tells_no_parts_is_refused(simulated, tmp_path):
    path = tmp_path / "truth.h5"
    write_truth(simulated().truth, path)
    read_truth(path)
    with h5py.File(path, "a") as file:
        del file["parts"]
    with pytest.raises(StoreError, match="which part"):
        read_truth(path)


def test_under_intensity_every_measured_pixel_counts(simulated):
    well = simulated(truth="intensity")
    assert len(well.truth.pixels(0, ["21_NCL"])[0]) == len(well.truth.pixels(0)[0])
    assert well.truth.offsets[-1] == len(well.ids)
    assert set(well.truth.causal_channels) == set(INTENSITY_WEIGHTS)


def test_a_well_effect_moves_target_and_staining_of_its_well(simulated):
    few = ("00_DAPI", "07_H2B", "15_SON", "16_H3", TARGET)
    plain = [simulated(position=p, nuclei=60, channels=few, seed=8) for p in range(3)]
    batch = [
        simulated(position=p, nuclei=60, channels=few, seed=8, well_effect=1.0) for p in range(3)
    ]
    for before, after in zip(plain, batch, strict=True):
        shift = after.truth.attributes["well_shift"]
        assert before.truth.attributes["well_shift"] == 0
        moved = after.truth.target - before.truth.target
        assert np.allclose(moved, shift, atol=0.01)
        assert np.array_equal(before.truth.target_planted, after.truth.target_planted)
        ratio = (after.means() - 107) / (before.means() - 107)
        stains = [after.channels.index(name) for name in few if name != TARGET]
        assert (np.abs(np.log(ratio.mean(axis=0)[stains])) > 0.01).any()
        assert ratio[:, stains].std(axis=0).max() < 0.05


def test_staining_of_a_well_alone_moves_no_target(simulated):
    few = ("00_DAPI", "07_H2B", "15_SON", "16_H3", TARGET)
    plain, stained = (
        simulated(nuclei=20, channels=few, seed=8, well_stain=spread) for spread in (0.0, 0.5)
    )
    assert np.allclose(plain.truth.target, stained.truth.target)
    factors = ((stained.means() - 107) / (plain.means() - 107))[:, :4]
    # One factor a channel, the same for all nuclei of the well.
    assert factors.std(axis=0).max() < 0.05
    assert np.abs(np.log(factors.mean(axis=0))).max() > 0.1


@pytest.mark.slow
def test_inhibitors_lower_the_rate_and_controls_agree(simulated):
    few = ("15_SON", "10_POL2RA_pS2", TARGET)
    rate = {
        (drug, truth): simulated(
            nuclei=150, channels=few, perturbation=drug, truth=truth, seed=4
        ).truth.target.mean()
        for drug in ("normal", "DMSO", "AZD4573", "CX5461")
        for truth in ("structure", "intensity")
    }
    for truth in ("structure", "intensity"):
        assert rate["normal", truth] == pytest.approx(rate["DMSO", truth], abs=1e-9)
        assert rate["AZD4573", truth] < rate["CX5461", truth] - 40
        assert rate["CX5461", truth] < rate["normal", truth] - 20


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "truth.h5"
    with pytest.raises(StoreError, match="no such file"):
        read_truth(path)
    path.write_bytes(b"no HDF5")
    with pytest.raises(StoreError, match="truncated"):
        read_truth(path)
