import numpy as np
import pandas as pd
import pytest

from nascent.explain.deletion import ATTRIBUTION, DELETION, INSERTION, INTENSITY, RANDOM
from nascent.explain.removal import REMOVAL, removal_table

FRACTIONS = (0.5, 1.0)
OPTIONS = {"confidence": 0.95, "draws": 300, "seed": 2}
WELLS = np.repeat(["a", "b", "c"], 10)


def make_cells(attribution, random, intensity, *, spread=0.1, cells=30):
    """Cells whose deletion reaches these heights at q = 0.5, and 10 at q = 1."""
    stream = np.random.default_rng(0)
    heights = {ATTRIBUTION: attribution, INTENSITY: intensity, RANDOM: random}
    found = []
    for _ in range(cells):
        cell = {}
        for order, height in heights.items():
            middle = height + stream.normal(0, spread)
            deletion = np.array([0, middle, 10.0])
            cell["pixels", "mean", DELETION, order] = deletion
            cell["pixels", "mean", INSERTION, order] = 10 - deletion
        found.append(cell)
    return found


def table_of(cells, wells=WELLS, **changes):
    return removal_table(cells, wells, FRACTIONS, **{**OPTIONS, **changes})


def gains(table, curve=DELETION, order=ATTRIBUTION):
    rows = table[(table["curve"] == curve) & (table["order"] == order)]
    return rows[rows["measure"].str.startswith("gain")].set_index("measure")


def test_the_table_has_each_curve_its_area_and_what_it_gains():
    table = table_of(make_cells(8, 5, 6))
    assert list(table.columns) == list(REMOVAL)
    curve = table.query("curve == 'deletion' and order == 'random' and measure == 'change'")
    assert curve["fraction"].tolist() == [0, 0.5, 1]
    np.testing.assert_allclose(curve["mean"], [0, 5, 10], atol=0.1)
    areas = table[table["measure"] == "area"].set_index(["curve", "order"])["mean"]
    # Trapezoids: half the middle height and a quarter of the last.
    assert areas["deletion", "attribution"] == pytest.approx(8 / 2 + 10 / 4, abs=0.05)
    assert areas["insertion", "attribution"] == pytest.approx(10 / 4 + 2 / 2, abs=0.05)
    assert table.loc[table["measure"] == "area", "fraction"].isna().all()


@pytest.mark.parametrize("curve", [DELETION, INSERTION])
def test_gains_are_paired_and_above_zero_where_the_order_is_better(curve):
    found = gains(table_of(make_cells(8, 5, 6)), curve)
    assert found.loc["gain_over_random", "mean"] == pytest.approx(1.5, abs=0.05)
    assert found.loc["gain_over_intensity", "mean"] == pytest.approx(1.0, abs=0.05)
    assert found.loc["gain_over_random", "verdict"] == "beats random"
    assert found.loc["gain_over_intensity", "verdict"] == "beats intensity"


def test_a_worse_order_is_said_to_be_worse_and_an_equal_one_is_left_open():
    found = gains(table_of(make_cells(4, 5, 4, spread=0.5)))
    assert found.loc["gain_over_random", "verdict"] == "worse than random"
    assert found.loc["gain_over_intensity", "verdict"] == "cannot tell"


def test_intensity_too_is_held_against_random():
    found = gains(table_of(make_cells(8, 5, 6)), order=INTENSITY)
    assert found.index.tolist() == ["gain_over_random"]
    assert found["verdict"].tolist() == ["beats random"]


def test_a_gain_in_one_well_alone_is_no_verdict():
    cells = make_cells(5, 5, 5, cells=30)
    for cell in cells[:10]:
        cell["pixels", "mean", DELETION, ATTRIBUTION] += np.array([0, 3.0, 0])
    row = gains(table_of(cells)).loc["gain_over_random"]
    assert row["low"] > 0 > row["low_wells"]
    assert row["verdict"] == "cannot tell"


def test_cells_whose_map_is_zero_are_counted_and_left_out():
    cells = make_cells(8, 5, 6)
    for cell in cells[:4]:
        cell["pixels", "mean", DELETION, ATTRIBUTION] = np.full(3, np.nan)
    table = table_of(cells)
    assert gains(table)["missing"].tolist() == [4, 4]
    assert gains(table)["cells"].tolist() == [26, 26]
    random = table.query("order == 'random' and measure == 'area' and curve == 'deletion'")
    assert random["missing"].tolist() == [0]


def test_maps_that_order_no_pixels_have_a_table_without_rows():
    table = table_of([], np.array([]))
    assert table.empty
    assert list(table.columns) == list(REMOVAL)


def test_the_same_seed_gives_the_same_table():
    cells = make_cells(8, 5, 6)
    pd.testing.assert_frame_equal(table_of(cells), table_of(cells))
    assert not table_of(cells)["low"].equals(table_of(cells, seed=3)["low"])
