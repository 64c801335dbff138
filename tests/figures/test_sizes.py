import pytest
from matplotlib.colors import to_hex

from nascent.figures import sizes, style


def named(axes):
    return {patch.get_label(): patch for patch in axes.patches if patch.get_label()}


def test_every_cell_is_in_the_histograms_of_its_phase(make):
    cells = make.cells(2, 100, tables=True)
    for axes in sizes.draw(cells, size=224, factor="cell_cycle").axes:
        for phase, number in cells["cell_cycle"].value_counts().items():
            patch = named(axes)[f"{phase} (n = {number})"]
            assert patch.get_data().values.sum() == number
            assert to_hex(patch.get_edgecolor()) == style.CYCLE[phase].lower()


@pytest.mark.parametrize("missing", ["empty", "absent"])
def test_without_cell_cycle_there_is_one_histogram_of_all(make, missing):
    cells = make.cells(1, 90, tables=False)
    if missing == "absent":
        cells = cells.drop(columns="cell_cycle")
    left, right = sizes.draw(cells, size=48, factor="cell_cycle").axes
    assert list(named(left)) == list(named(right)) == ["all cells (n = 90)"]


def test_cells_of_unknown_phase_are_called_so(make):
    cells = make.cells(1, 60, tables=True)
    cells.loc[cells.index[:7], "cell_cycle"] = None
    assert list(sizes.by_factor(cells, "cell_cycle")) == ["G1", "S", "G2", "unknown"]
    assert len(sizes.by_factor(cells, "cell_cycle")["unknown"]) == 7


def test_nuclei_larger_than_the_crop_are_counted(make):
    cells = make.cells(1, 50, tables=False)
    cells["oversize"] = [True] * 3 + [False] * 47
    right = sizes.draw(cells, size=48, factor="cell_cycle").axes[1]
    assert right.get_title(loc="right") == "3 larger than the crop"


def test_no_cells_give_a_figure_that_says_so(make):
    axes = sizes.draw(make.cells(1, 0, tables=False), size=48, factor="cell_cycle").axes[0]
    assert "no cells" in axes.texts[0].get_text()
