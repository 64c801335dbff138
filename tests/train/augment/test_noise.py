import numpy as np
import pytest
from scipy import stats

from nascent.train.augment.noise import Noise

SD = 0.25


@pytest.fixture(scope="module")
def change():
    """The noise (40, 12, 12, 2) of cells whose lower half is not measured."""
    mask = np.zeros((40, 12, 12), bool)
    mask[:, :6] = True
    image = np.broadcast_to(mask[..., None], (*mask.shape, 2)).astype(np.float32)
    after = Noise(SD, seed=2)({"image": image, "mask": mask}, training=True)["image"]
    return np.asarray(after) - image


def test_noise_is_normal_on_measured_pixels_and_absent_elsewhere(change):
    drawn = change[:, :6].ravel()
    assert (change[:, 6:] == 0).all()
    assert drawn.mean() == pytest.approx(0, abs=5 * SD / np.sqrt(drawn.size))
    assert drawn.std(ddof=1) == pytest.approx(SD, rel=5 / np.sqrt(2 * drawn.size))
    assert stats.kstest(drawn, stats.norm(0, SD).cdf).pvalue > 1e-3


@pytest.mark.parametrize("axis", [0, 1, 2, 3])
def test_neighbours_along_every_axis_are_independent(change, axis):
    drawn = np.moveaxis(change[:, :6], axis, 0)
    before, after = drawn[:-1].ravel(), drawn[1:].ravel()
    assert abs(np.corrcoef(before, after)[0, 1]) < 5 / np.sqrt(before.size)
