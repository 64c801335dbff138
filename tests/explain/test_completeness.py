import numpy as np
import pandas as pd
import pytest

from nascent.explain.completeness.table import (
    COMPLETENESS,
    completeness,
    gather_completeness,
    signed_gaps,
)
from nascent.files import read_table, write_table


def cells(gaps, split="test", **columns):
    """Cells whose prediction lies 20 below that of the baseline."""
    return pd.DataFrame(
        {
            "id": range(len(gaps)),
            "split": split,
            "prediction": 380.0,
            "prediction_baseline": 400.0,
            "completeness_gap": gaps,
            "steps": 70,
            "converged": True,
            **columns,
        }
    )


def test_the_gap_is_told_as_a_share_of_the_change_in_prediction_with_its_sign():
    np.testing.assert_allclose(signed_gaps(cells([0.0, -1.0, 2.0])), [0, 0.05, -0.1])


def test_quantiles_of_each_split_are_numpys():
    gaps = np.random.default_rng(0).normal(size=41)
    table = completeness(pd.concat([cells(gaps), cells([1.0], split="val")]))
    assert list(table.columns) == COMPLETENESS
    assert table["split"].tolist() == ["test", "val"]
    assert table["cells"].tolist() == [41, 1]
    row = table.loc[0]
    assert row["median"] == pytest.approx(np.median(np.abs(gaps)) / 20)
    assert row["high"] == pytest.approx(np.percentile(np.abs(gaps), 95) / 20)
    # The change is −20: a gap above zero is a share below it.
    assert row["signed_low"] == pytest.approx(-np.percentile(gaps, 95) / 20)
    assert row["signed_median"] == pytest.approx(-np.median(gaps) / 20)
    assert row["signed_high"] == pytest.approx(-np.percentile(gaps, 5) / 20)
    assert row["gap_median"] == pytest.approx(np.median(np.abs(gaps)))
    assert row["gap_high"] == pytest.approx(np.percentile(np.abs(gaps), 95))
    assert table["median"][1] == pytest.approx(0.05)


def test_cells_without_a_change_have_no_share_and_are_counted():
    table = completeness(cells([1.0, 2.0, 4.0], prediction=[380.0, 400.0, 380.0]))
    assert (table["cells"][0], table["zero_change"][0]) == (3, 1)
    assert table["median"][0] == pytest.approx(np.median([0.05, 0.2]))
    assert table["gap_median"][0] == 2
    assert np.isnan(signed_gaps(cells([1.0], prediction=400.0))).all()


def test_steps_and_met_tolerances_are_told():
    table = completeness(
        cells(np.zeros(4), steps=[16, 16, 32, 64], converged=[True, True, True, False])
    )
    assert table["steps"][0] == 24
    assert table["steps_high"][0] == pytest.approx(np.percentile([16, 16, 32, 64], 95))
    assert table["converged"][0] == 0.75


def test_a_method_that_need_not_add_up_has_no_number(tmp_path):
    for name, gaps in (("ig", [1.0, 3.0]), ("vargrad", [np.nan, np.nan])):
        write_table(cells(gaps), tmp_path / f"{name}.tsv")
    labels = [("linear", 1, "ig"), ("linear", 1, "vargrad")]
    paths = [tmp_path / f"{label[2]}.tsv" for label in labels]
    gather_completeness(paths, labels, tmp_path / "completeness.tsv")
    table = read_table(tmp_path / "completeness.tsv").set_index("method")
    assert table["cells"].to_dict() == {"ig": 2, "vargrad": 0}
    assert table["median"]["ig"] == pytest.approx(0.1)
    nothing = [name for name in COMPLETENESS if name not in ("split", "cells", "zero_change")]
    assert table.loc["vargrad", nothing].isna().all()


def test_a_study_without_maps_has_an_empty_table(tmp_path):
    gather_completeness([], [], tmp_path / "completeness.tsv")
    assert read_table(tmp_path / "completeness.tsv", required=COMPLETENESS).empty
