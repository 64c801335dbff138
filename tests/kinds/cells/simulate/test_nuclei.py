import numpy as np
import pytest
from scipy import ndimage

from nascent.kinds.cells.simulate.biology import draw_cell, perturbation
from nascent.kinds.cells.simulate.nuclei import draw_outline


@pytest.mark.parametrize("area", [100, 1080, 13209, 45000])
def test_a_nucleus_has_the_area_asked_for_and_one_piece_without_holes(area):
    rng = np.random.default_rng(area)
    for _ in range(20):
        mask = draw_outline(area, rng).mask
        # The raster's error is about the pixels on the edge over their square root.
        assert np.count_nonzero(mask) == pytest.approx(area, abs=4 * area**0.5)
        assert ndimage.label(mask)[1] == 1
        assert np.array_equal(ndimage.binary_fill_holes(mask), mask)


def test_the_box_is_tight_and_the_middle_inside():
    outline = draw_outline(1080, np.random.default_rng(0))
    for axis in (0, 1):
        edge = outline.mask.any(axis=axis)
        assert edge[0]
        assert edge[-1]
    row, column = outline.middle
    assert outline.mask[round(row), round(column)]


def test_sizes_are_those_of_the_published_plate():
    cells = [
        draw_cell(13209, perturbation(None), np.random.default_rng([1, k])) for k in range(6000)
    ]
    areas = np.array([cell.area for cell in cells])
    # SD of about 4,000 over 6,000 draws: four standard errors.
    assert areas.mean() == pytest.approx(13209, abs=220)
    assert 4300 <= areas.min() < 6500
    assert 30_000 < areas.max() <= 46_500
    by_phase = {
        phase: np.mean([cell.area for cell in cells if cell.phase == phase])
        for phase in ("G1", "S", "G2")
    }
    assert by_phase["G1"] < by_phase["S"] < by_phase["G2"]
