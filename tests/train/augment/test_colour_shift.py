import numpy as np
import pytest
from scipy import stats

from nascent.errors import TrainError
from nascent.train.augment.colour_shift import ColourShift

MEAN, SD = 0.4, 1.5


@pytest.fixture(scope="module")
def shifts():
    """(distribution) → 500 cells' shifts of 4 channels, read off their pixels."""
    rng = np.random.default_rng(1)
    mask = rng.random((500, 4, 4)) < 0.7
    mask[:, 0, 0] = True
    image = (rng.normal(size=(500, 4, 4, 4)) * mask[..., None]).astype(np.float32)

    def of(distribution):
        layer = ColourShift(distribution, mean=MEAN, sd=SD, seed=11)
        after = np.asarray(layer({"image": image, "mask": mask}, training=True)["image"])
        change = after - image
        # One number for all measured pixels of a cell and channel, none for the others.
        expected = change[:, :1, :1] * mask[..., None]
        np.testing.assert_allclose(change, expected, atol=1e-5)
        return change[:, 0, 0]

    return of


# The moments and the shape of each, from its formula: U(a, b) has (b - a)² / 12.
@pytest.mark.parametrize(
    ("distribution", "variance", "law"),
    [
        ("uniform", 3 * SD**2, stats.uniform(MEAN - 3 * SD, 6 * SD)),
        ("normal", SD**2, stats.norm(MEAN, SD)),
    ],
)
def test_shifts_follow_their_formula(shifts, distribution, variance, law):
    drawn = shifts(distribution).ravel()
    assert drawn.mean() == pytest.approx(MEAN, abs=5 * np.sqrt(variance / drawn.size))
    assert drawn.var(ddof=1) == pytest.approx(variance, rel=5 * np.sqrt(2 / drawn.size))
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3


def test_uniform_shifts_keep_to_three_sd(shifts):
    drawn = shifts("uniform")
    assert drawn.min() >= MEAN - 3 * SD - 1e-5
    assert drawn.max() <= MEAN + 3 * SD + 1e-5
    assert np.ptp(drawn) > 0.99 * 6 * SD


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_channels_and_cells_are_shifted_independently(shifts, distribution):
    drawn = shifts(distribution)
    between_channels = np.corrcoef(drawn.T)[np.triu_indices(4, 1)]
    between_cells = np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]
    assert np.abs(between_channels).max() < 5 / np.sqrt(len(drawn))
    assert abs(between_cells) < 5 / np.sqrt(drawn.size)


def test_an_unknown_distribution_names_the_nearest():
    with pytest.raises(TrainError, match="'normal'"):
        ColourShift("normale", mean=0.0, sd=1.0, seed=1)
