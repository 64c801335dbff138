import numpy as np
import pytest
from scipy import ndimage

from nascent.kinds.cells.simulate.biology import Cell, draw_cell, perturbation
from nascent.kinds.cells.simulate.nuclei import MEAN_AREA, draw_outline
from nascent.kinds.cells.simulate.structures import STRUCTURES, draw_structures
from nascent.kinds.cells.simulate.textures import draw_textures


@pytest.fixture(scope="module")
def textures():
    return draw_textures(1, 1.0)


def field(name, textures, seed, *, state=0.0, phase="G1", drug=None):
    """One structure of one nucleus as an image, and the nucleus' mask."""
    rng = np.random.default_rng(seed)
    outline = draw_outline(MEAN_AREA, rng)
    drawn = draw_cell(MEAN_AREA, perturbation(None), rng)
    cell = Cell(phase, MEAN_AREA, state, drawn.brightness, drawn.exposure, 0.0)
    structures = draw_structures(outline, cell, perturbation(drug), textures, 1.0, rng)
    image = np.zeros(outline.mask.shape, np.float32)
    image[outline.mask] = structures.fields[STRUCTURES.index(name)]
    return image, outline.mask


def spots(image):
    return ndimage.label(image > 0.5)[1]


def test_active_nuclei_have_more_and_smaller_speckles_on_the_same_area(textures):
    silent = [field("speckles", textures, seed, state=-1.5)[0] for seed in range(12)]
    active = [field("speckles", textures, seed, state=1.5)[0] for seed in range(12)]
    assert np.mean([spots(i) for i in active]) > 2.5 * np.mean([spots(i) for i in silent])
    area = [np.mean([np.count_nonzero(i > 0.5) for i in group]) for group in (silent, active)]
    assert area[1] == pytest.approx(area[0], rel=0.35)


def test_active_nuclei_have_more_polymerase_foci(textures):
    # Foci are alike, so their sum counts them even where they touch.
    sums = [
        np.mean([field("foci", textures, seed, state=state)[0].sum() for seed in range(8)])
        for state in (-1.5, 0.0, 1.5)
    ]
    assert sums[0] < 0.5 * sums[1] < 0.25 * sums[2]


def test_only_cells_in_s_phase_have_replication_foci(textures):
    assert field("replication", textures, 3, phase="G1")[0].max() == 0
    assert field("replication", textures, 3, phase="S")[0].max() > 0.5


def test_nucleoli_lie_inside_and_exclude_dna(textures):
    nucleoli, mask = field("nucleoli", textures, 4)
    chromatin, _ = field("chromatin", textures, 4)
    inside = nucleoli > 0.6
    assert chromatin[inside].mean() < 0.6 * chromatin[mask & ~inside].mean()
    assert 0.03 < inside.sum() / mask.sum() < 0.25


def test_a_polymerase_i_inhibitor_shrinks_nucleoli(textures):
    areas = {
        drug: np.mean(
            [(field("nucleoli", textures, s, drug=drug)[0] > 0.5).sum() for s in range(8)]
        )
        for drug in (None, "CX5461")
    }
    assert areas["CX5461"] < 0.7 * areas[None]
