import numpy as np
import pandas as pd
import pytest

from nascent.explain.completeness import completeness, gather_completeness, relative_gaps
from nascent.files import read_table, write_table


def cells(gaps, split="test"):
    return pd.DataFrame(
        {
            "cell_id": range(len(gaps)),
            "split": split,
            "prediction": 380.0,
            "prediction_baseline": 400.0,
            "completeness_gap": gaps,
        }
    )


def test_the_gap_is_told_as_a_share_of_the_change_in_prediction_whatever_its_sign():
    np.testing.assert_allclose(relative_gaps(cells([0.0, -1.0, 2.0])), [0, 0.05, 0.1])


def test_median_and_high_gap_of_each_split_are_numpys():
    gaps = np.random.default_rng(0).normal(size=41)
    table = completeness(pd.concat([cells(gaps), cells([1.0], split="val")]))
    assert table["split"].tolist() == ["test", "val"]
    assert table["cells"].tolist() == [41, 1]
    assert table["median"][0] == pytest.approx(np.median(np.abs(gaps)) / 20)
    assert table["high"][0] == pytest.approx(np.percentile(np.abs(gaps), 95) / 20)
    assert table["median"][1] == pytest.approx(0.05)


def test_a_method_that_need_not_add_up_has_no_number(tmp_path):
    for name, gaps in (("ig", [1.0, 3.0]), ("vargrad", [np.nan, np.nan])):
        write_table(cells(gaps), tmp_path / f"{name}.tsv")
    labels = [("linear", 1, "ig"), ("linear", 1, "vargrad")]
    paths = [tmp_path / f"{label[2]}.tsv" for label in labels]
    gather_completeness(paths, labels, tmp_path / "completeness.tsv")
    table = read_table(tmp_path / "completeness.tsv").set_index("method")
    assert table["cells"].to_dict() == {"ig": 2, "vargrad": 0}
    assert table["median"]["ig"] == pytest.approx(0.1)
    assert np.isnan(table["median"]["vargrad"])


def test_a_study_without_maps_has_an_empty_table(tmp_path):
    gather_completeness([], [], tmp_path / "completeness.tsv")
    assert read_table(tmp_path / "completeness.tsv", required=["median"]).empty
