import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nascent.evaluate.confounders import confounders, variance_explained
from nascent.evaluate.tables import CONFOUNDERS
from nascent.tasks._number_metrics import metrics


@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(0, 50))
def test_the_share_agrees_with_the_f_test_of_scipy(seed, k, effect):
    rng = np.random.default_rng(seed)
    level = np.concatenate([np.arange(k), np.arange(k), rng.integers(0, k, 30)]).astype(str)
    n = len(level)
    y = rng.normal(377, 20, n) + effect * level.astype(float)
    got = variance_explained(y, level)
    f = stats.f_oneway(*(y[level == name] for name in np.unique(level))).statistic
    # Both shares as functions of F (Olejnik & Algina 2003).
    assert got["eta2"] == pytest.approx((k - 1) * f / ((k - 1) * f + n - k), rel=1e-6, abs=1e-9)
    assert got["omega2"] == pytest.approx(
        (k - 1) * (f - 1) / ((k - 1) * (f - 1) + n), rel=1e-6, abs=1e-9
    )


def test_levels_that_tell_all_or_nothing():
    level = np.array(["a", "a", "b", "b"])
    assert variance_explained(np.array([1.0, 1, 5, 5]), level)["eta2"] == 1
    assert variance_explained(np.array([1.0, 5, 1, 5]), level)["eta2"] == 0
    assert np.isnan(variance_explained(np.full(4, 0.1), level)["eta2"])
    one = variance_explained(np.array([1.0, 5, 1, 5]), np.full(4, "a"))
    assert (one["levels"], one["eta2"], one["omega2"]) == (1, 0, 0)
    # The mean of these is off by a rounding, which is no share of the variance.
    rounded = variance_explained(np.array([0.1, 0.2, 0.3, 0.7]), np.full(4, "a"))
    assert (rounded["eta2"], rounded["omega2"]) == (0, 0)
    assert np.isnan(variance_explained(np.arange(4.0), np.arange(4))["omega2"])


def plate(group_sd, groups=10, of_each=60, seed=1):
    rng = np.random.default_rng(seed)
    names = np.repeat([f"W{number}" for number in range(groups)], of_each)
    effect = np.repeat(rng.normal(0, 1, groups), of_each)
    effect = group_sd * (effect - effect.mean()) / effect.std()
    y = 377 + effect + rng.normal(0, 30, len(names))
    cells = pd.DataFrame({"plate": "P", "group": names}, index=pd.RangeIndex(len(y), name="id"))
    return cells, y


def test_left_out_groups_give_their_training_mean_the_correlation_that_groups_explain():
    cells, y = plate(20)
    group = cells["group"].to_numpy()
    y_hat = np.array([y[group != name].mean() for name in group])
    got = metrics(y, y_hat)
    assert got["pearson2"] == pytest.approx(variance_explained(y, group)["eta2"], rel=1e-9)
    assert got["r2"] < 0 < got["pearson2"]


def predictions(cells, y, split, design, fold):
    return pd.DataFrame(
        {
            "id": cells.index, "design": design, "fold": fold, "split": split,
            "model": "mean", "seed": 0, "target": "target", "y": y, "y_hat": 0.0,
        }
    )  # fmt: skip


@pytest.fixture
def study():
    """Return the splits of three designs, the cells of ten groups, which explain half, and y."""
    cells, y = plate(group_sd=30)
    by_cell = np.resize(["train", "train", "train", "test"], len(y))
    by_group = np.where(cells["group"].isin(["W3", "W7"]), "test", "train")
    folds = [
        predictions(
            cells, y, np.where(cells["group"] == group, "test", "train"),
            "leave_one_group_out", f"without_P_{group}",
        )
        for group in cells["group"].unique()
    ]  # fmt: skip
    parts = [
        predictions(cells, y, by_cell, "example", "example"),
        predictions(cells, y, by_group, "group", "group"),
        *folds,
    ]
    return pd.concat(parts), cells, y


def test_a_planted_group_effect_is_predicted_by_cell_and_not_by_group(study):
    table = confounders(*study[:2])
    assert list(table.columns) == list(CONFOUNDERS)
    group = table[table["variable"] == "group"].set_index("design")
    # Half of the variance is the group's: 30² of 30² + 30².
    assert group["omega2"].iloc[0] == pytest.approx(0.5, abs=0.05)
    assert group.loc["example", "skill"] == pytest.approx(0.5, abs=0.1)
    assert group.loc["group", "skill"] <= 0
    assert group.loc["leave_one_group_out", "skill"] < 0
    assert set(group["levels"]) == {10}
    # Every cell counts once, however many folds it is in.
    assert set(table["n"]) == {600}


def test_an_unseen_group_is_predicted_by_the_training_mean(study):
    table, cells, y = study
    rows = confounders(table, cells)
    got = rows[(rows["variable"] == "group") & (rows["design"] == "leave_one_group_out")][
        "skill"
    ].item()
    error = [
        y[cells["group"] == w] - y[cells["group"] != w].mean() for w in cells["group"].unique()
    ]
    expected = 1 - np.sum(np.concatenate(error) ** 2) / np.sum((y - y.mean()) ** 2)
    assert got == pytest.approx(expected)


def test_a_column_that_is_not_there_has_one_level_that_explains_nothing(study):
    table = confounders(*study[:2], columns=["perturbation"])
    row = table[(table["variable"] == "perturbation") & (table["design"] == "example")].iloc[0]
    assert row["levels"] == 1
    assert row["eta2"] == pytest.approx(0, abs=1e-12)
    assert row["omega2"] == pytest.approx(0, abs=1e-12)
    assert row["skill"] <= 0


def test_without_test_cells_the_skill_is_open(study):
    table, cells, _ = study
    rows = confounders(table[table["split"] == "train"], cells)
    assert rows["skill"].isna().all()
    assert rows["eta2"].notna().all()
