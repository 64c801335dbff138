from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from nascent.errors import TrainError
from nascent.evaluate.floor_predictions import FloorChoice, predict_floors
from nascent.evaluate.tables import predictions_columns
from nascent.kinds.cells.floors import FLOORS as FLOORS_OF
from nascent.task import task_of

FLOORS = FLOORS_OF["regression"]
PREDICTIONS = predictions_columns(task_of("regression"))

CHANNELS = ["00_DAPI", "15_SON", "21_NCL"]
ALPHAS = [0.1, 10.0, 100.0, 1000.0]
ALL = FloorChoice(CHANNELS, ALPHAS)
FOLD = {"design": "group", "fold": "group"}


@pytest.fixture
def plate():
    """Return 90 cells whose target is linear in the channel means, and their splits."""
    rng = np.random.default_rng(4)
    means = rng.uniform(50, 400, (90, 3))
    cells = pd.DataFrame(means, columns=[f"mean_{channel}" for channel in CHANNELS])
    cells["area"] = rng.integers(4_000, 20_000, 90)
    cells["cell_cycle"] = rng.choice(np.array(["G1", "S", "G2", None], dtype=object), 90)
    cells["group"] = "p/A01"
    cells["target"] = 12 + means @ [0.5, -0.2, 1.5]
    cells.index = pd.Index(rng.permutation(90) + 1000, name="id")
    split = pd.Series(["train"] * 60 + ["val"] * 15 + ["test"] * 15, cells.index)
    return cells, split


def floor(name, cells, split, ridge_alphas=ALPHAS):
    table = predict_floors(cells, split, FloorChoice(CHANNELS, ridge_alphas, names=[name]), **FOLD)
    return table.set_index("id").loc[split.index]


def test_ols_finds_a_planted_line_on_cells_it_never_saw(plate):
    cells, split = plate
    table = floor("ols", cells, split)
    np.testing.assert_allclose(table["y_hat"], cells["target"], rtol=1e-10)


def test_ols_equals_the_normal_equations(plate):
    cells, split = plate
    cells["target"] += np.random.default_rng(1).normal(0, 20, len(cells))
    train = (split == "train").to_numpy()
    x = np.column_stack([np.ones(90), cells[[f"mean_{c}" for c in CHANNELS]]])
    beta = np.linalg.solve(x[train].T @ x[train], x[train].T @ cells["target"][train])
    np.testing.assert_allclose(floor("ols", cells, split)["y_hat"], x @ beta, rtol=1e-9)


def test_area_cycle_finds_planted_effects_and_missing_is_a_level(plate):
    cells, split = plate
    effect = cells["cell_cycle"].map({"G1": 10.0, "S": 30.0, "G2": 55.0}).fillna(-7.0)
    cells["target"] = 100 + 0.01 * cells["area"] + effect
    table = floor("area_cycle", cells, split)
    np.testing.assert_allclose(table["y_hat"], cells["target"], rtol=1e-9)


def test_area_cycle_gives_an_unseen_level_the_mean_of_the_known_effects(plate):
    cells, split = plate
    effects = {"G1": 10.0, "S": 30.0, "G2": 56.0}
    cells["cell_cycle"] = np.resize(["G1", "S", "G2"], 90)
    cells["target"] = 0.01 * cells["area"] + cells["cell_cycle"].map(effects)
    cells.loc[cells.index[-1], "cell_cycle"] = "M"
    table = floor("area_cycle", cells, split)
    assert table["y_hat"].iloc[-1] == pytest.approx(0.01 * cells["area"].iloc[-1] + 32.0)


def test_ols_area_cycle_finds_all_planted_effects_together_and_ols_does_not(plate):
    cells, split = plate
    effect = cells["cell_cycle"].map({"G1": 10.0, "S": 30.0, "G2": 55.0}).fillna(-7.0)
    cells["target"] += 0.01 * cells["area"] + effect
    table = floor("ols_area_cycle", cells, split)
    np.testing.assert_allclose(table["y_hat"], cells["target"], rtol=1e-9)
    assert np.abs(floor("ols", cells, split)["y_hat"] - cells["target"]).max() > 5


def test_ridge_area_cycle_equals_ridge_on_the_standardised_table(plate):
    cells, split = plate
    train = (split == "train").to_numpy()
    features = pd.concat(
        [
            cells[[f"mean_{c}" for c in CHANNELS]],
            cells["area"],
            pd.get_dummies(cells["cell_cycle"].fillna("missing")),
        ],
        axis=1,
    ).to_numpy(float)
    z = (features - features[train].mean(0)) / features[train].std(0)
    expected = Ridge(alpha=5.0).fit(z[train], cells["target"][train]).predict(z)
    table = floor("ridge_area_cycle", cells, split, ridge_alphas=[5.0])
    np.testing.assert_allclose(table["y_hat"], expected, rtol=1e-9)


def test_without_a_cell_cycle_area_cycle_is_a_line_in_the_area(plate):
    cells, split = plate
    train = (split == "train").to_numpy()
    slope, level = np.polyfit(cells["area"][train], cells["target"][train], 1)
    table = floor("area_cycle", cells.drop(columns="cell_cycle"), split)
    np.testing.assert_allclose(table["y_hat"], level + slope * cells["area"], rtol=1e-9)


def test_the_area_is_predicted_by_the_floors_that_do_not_know_it(plate):
    cells, split = plate
    table = predict_floors(cells, split, ALL, target="area", **FOLD)
    assert list(table["model"].unique()) == ["mean", "ols", "ridge"]
    assert set(table["target"]) == {"area"}
    by_cell = table[table["model"] == "ols"].set_index("id")["y"]
    assert (by_cell == cells["area"].loc[by_cell.index]).all()


def test_no_floor_left_is_an_empty_table(plate):
    cells, split = plate
    table = predict_floors(cells, split, replace(ALL, names=["area_cycle"]), target="area", **FOLD)
    assert table.empty
    assert list(table.columns) == list(PREDICTIONS)


def test_the_mean_of_an_input_is_no_target_and_that_of_another_channel_is(plate):
    cells, split = plate
    floors = replace(ALL, channels=CHANNELS[:2])
    with pytest.raises(TrainError, match="'mean_15_SON' is the mean of an input channel"):
        predict_floors(cells, split, floors, target="mean_15_SON", **FOLD)
    table = predict_floors(cells, split, floors, target="mean_21_NCL", **FOLD)
    assert set(table["model"]) == set(FLOORS)


def test_the_mean_is_that_of_the_training_cells(plate):
    cells, split = plate
    table = floor("mean", cells, split)
    assert (table["y_hat"] == cells["target"][split == "train"].mean()).all()


def test_ridge_with_one_penalty_equals_ridge_on_standardised_means(plate):
    cells, split = plate
    train = (split == "train").to_numpy()
    x = cells[[f"mean_{c}" for c in CHANNELS]].to_numpy()
    z = (x - x[train].mean(0)) / x[train].std(0)
    expected = Ridge(alpha=5.0).fit(z[train], cells["target"][train]).predict(z)
    table = floor("ridge", cells, split, ridge_alphas=[5.0])
    np.testing.assert_allclose(table["y_hat"], expected, rtol=1e-9)


def test_ridge_takes_the_penalty_with_the_least_leave_one_out_error(plate):
    cells, split = plate
    cells["target"] += np.random.default_rng(2).normal(0, 300, len(cells))
    train = (split == "train").to_numpy()
    x = cells[[f"mean_{c}" for c in CHANNELS]].to_numpy()
    z = (x - x[train].mean(0)) / x[train].std(0)
    zt, yt = z[train], cells["target"].to_numpy()[train]

    def left_out_error(alpha):
        rows = range(len(zt))
        fits = (Ridge(alpha=alpha).fit(np.delete(zt, i, 0), np.delete(yt, i)) for i in rows)
        return sum((yt[i] - fit.predict(zt[[i]])[0]) ** 2 for i, fit in enumerate(fits))

    best = min(ALPHAS, key=left_out_error)
    expected = Ridge(alpha=best).fit(zt, yt).predict(z)
    table = floor("ridge", cells, split)
    np.testing.assert_allclose(table["y_hat"], expected, rtol=1e-9)


@pytest.mark.parametrize("name", list(FLOORS))
def test_targets_of_held_out_cells_change_no_prediction(name, plate):
    cells, split = plate
    before = floor(name, cells, split)["y_hat"]
    held_out = (split != "train").to_numpy()
    cells.loc[held_out, "target"] = np.random.default_rng(0).uniform(0, 9e4, held_out.sum())
    pd.testing.assert_series_equal(floor(name, cells, split)["y_hat"], before)


def test_fewer_training_cells_than_channels_takes_the_smallest_coefficients(plate):
    cells, split = plate
    split.iloc[2:60] = "val"
    table = floor("ols", cells, split)
    x = cells[[f"mean_{c}" for c in CHANNELS]].to_numpy()
    step = x[1] - x[0]
    # Of all lines through two cells, the minimum-norm one rises along the step between them only.
    slope = (cells["target"].iloc[1] - cells["target"].iloc[0]) / (step @ step) * step
    expected = cells["target"].iloc[0] + (x - x[0]) @ slope
    np.testing.assert_allclose(table["y_hat"], expected, rtol=1e-9)


def test_ols_agrees_with_scikit_learn_where_a_channel_never_changes(plate):
    cells, split = plate
    cells["mean_15_SON"] = 107.0
    train = (split == "train").to_numpy()
    x = cells[[f"mean_{c}" for c in CHANNELS]].to_numpy()
    expected = LinearRegression().fit(x[train], cells["target"][train]).predict(x)
    np.testing.assert_allclose(floor("ols", cells, split)["y_hat"], expected, rtol=1e-9)


def test_the_table_holds_every_floor_split_by_split(plate):
    cells, split = plate
    split = split.iloc[::-1].iloc[:-5]
    table = predict_floors(cells, split, ALL, **FOLD)
    assert list(table.columns) == list(PREDICTIONS)
    assert list(table["model"].unique()) == list(FLOORS)
    assert set(table["design"]) == set(table["fold"]) == {"group"}
    assert set(table["target"]) == {"target"}
    for _, rows in table.groupby("model"):
        assert list(rows["split"].unique()) == ["train", "val", "test"]
        assert set(rows["id"]) == set(split.index)
        assert (cells["target"].loc[rows["id"]].to_numpy() == rows["y"].to_numpy()).all()


def test_a_missing_channel_names_the_nearest(plate):
    cells, split = plate
    with pytest.raises(TrainError, match=r"'mean_15_SOM'.*Did you mean 'mean_15_SON'"):
        predict_floors(cells, split, replace(ALL, channels=["15_SOM"]), **FOLD)


def test_an_infinite_target_names_the_cell(plate):
    cells, split = plate
    cells.loc[1017, "target"] = np.inf
    with pytest.raises(TrainError, match="the target of cell 1017 is inf"):
        predict_floors(cells, split, ALL, **FOLD)


def test_cells_without_a_target_are_as_if_they_were_not_there(plate, caplog):
    cells, split = plate
    lacking = cells.index[::4]
    expected = predict_floors(cells, split.drop(lacking), ALL, **FOLD)
    cells.loc[lacking, "target"] = np.nan
    found = predict_floors(cells, split, ALL, **FOLD)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert "23 of 90 cells have no target (column 'target')" in caplog.text


def test_no_training_cell_is_an_error(plate):
    cells, split = plate
    with pytest.raises(TrainError, match="no cell with a target is in the training split"):
        predict_floors(cells, split.replace("train", "val"), ALL, **FOLD)


def test_an_unknown_floor_names_the_nearest(plate):
    cells, split = plate
    with pytest.raises(TrainError, match="Did you mean 'ridge'"):
        predict_floors(cells, split, replace(ALL, names=["rigde"]), **FOLD)
