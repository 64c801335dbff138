import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from nascent.errors import TrainError
from nascent.evaluate.metrics import metrics_table, training_scales
from nascent.tasks._number_metrics import metrics

counts = st.floats(0, 65535, width=32)


def test_metrics_of_four_cells_worked_by_hand():
    # e = (1, -3, 0.5, -0.5): mean -0.5, squares 1 + 9 + 0.25 + 0.25 = 10.5
    got = metrics([11.0, 17.0, 30.5, 39.5], [10.0, 20.0, 30.0, 40.0], delta=1.0)
    assert got["n"] == 4
    assert got["bias"] == -0.5
    assert got["sd"] == pytest.approx(np.sqrt((10.5 - 4 * 0.25) / 3))
    assert got["mae"] == 1.25
    assert got["mse"] == 2.625
    # Huber with delta 1: 1/2, 3 - 1/2, 1/8, 1/8
    assert got["huber"] == pytest.approx((0.5 + 2.5 + 0.125 + 0.125) / 4)
    assert got["r2"] == pytest.approx(1 - 10.5 / (np.var([11.0, 17.0, 30.5, 39.5]) * 4))


@given(
    st.integers(2, 40).flatmap(
        lambda n: st.tuples(
            hnp.arrays(float, n, elements=counts), hnp.arrays(float, n, elements=counts)
        )
    ),
    st.floats(0.1, 100),
)
def test_metrics_agree_with_a_second_computation(pair, delta):
    y, y_hat = pair
    got = metrics(y, y_hat, delta)
    assert got["mae"] == pytest.approx(mean_absolute_error(y, y_hat), rel=1e-9, abs=1e-9)
    assert got["mse"] == pytest.approx(mean_squared_error(y, y_hat), rel=1e-9, abs=1e-9)
    assert got["bias"] == pytest.approx(pd.Series(y - y_hat).mean(), rel=1e-9, abs=1e-8)
    assert got["sd"] == pytest.approx(pd.Series(y - y_hat).std(), rel=1e-9, abs=1e-6)
    by_cell = [e * e / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2) for e in y - y_hat]
    assert got["huber"] == pytest.approx(sum(by_cell) / len(by_cell), rel=1e-9, abs=1e-9)
    if np.ptp(y) > 1e-3 and np.ptp(y_hat) > 1e-3:
        assert got["pearson2"] == pytest.approx(np.corrcoef(y, y_hat)[0, 1] ** 2, abs=1e-6)
    if np.ptp(y) > 1e-3:
        assert got["r2"] == pytest.approx(r2_score(y, y_hat), rel=1e-9, abs=1e-9)


def test_perfect_predictions_and_the_mean_as_prediction():
    y = np.array([1.0, 2.0, 6.0])
    assert metrics(y, y)["r2"] == 1.0
    assert metrics(y, np.full(3, 3.0))["r2"] == 0.0


def test_squared_pearson_forgives_offset_scale_and_sign_and_r2_does_not():
    y = np.array([1.0, 2.0, 6.0, 4.0])
    assert metrics(y, 70 - 3 * y)["pearson2"] == pytest.approx(1.0)
    assert metrics(y, 70 - 3 * y)["r2"] < -100


def test_equal_measurements_leave_r2_open_even_where_their_mean_is_rounded():
    y = np.full(10, 0.1)
    got = metrics(y, np.linspace(0, 1, 10))
    assert np.isnan(got["r2"])
    assert np.isnan(got["pearson2"])
    assert np.isnan(metrics(np.linspace(0, 1, 10), y)["pearson2"])


def test_what_one_cell_cannot_tell_is_nan():
    got = metrics([5.0], [4.0])
    assert got["mae"] == 1.0
    assert np.isnan(got["sd"])
    assert np.isnan(got["r2"])


@pytest.mark.parametrize(
    ("y", "y_hat", "message"),
    [
        ([1.0, 2.0], [1.0], "cannot be compared"),
        ([], [], "cannot be compared"),
        ([1.0, 2.0], [1.0, np.nan], "1 of 2 predictions are not finite, the first in row 1"),
        ([np.inf, 2.0], [1.0, 2.0], "1 of 2 measurements are not finite, the first in row 0"),
    ],
)
def test_bad_input_is_refused(y, y_hat, message):
    with pytest.raises(TrainError, match=message):
        metrics(y, y_hat)


def table_of(**columns):
    defaults = {"target": "target", "design": "example", "fold": "example", "seed": 1, "model": "a"}
    table = pd.DataFrame(defaults | columns)
    return table.assign(id=table.index) if "id" not in table else table


def test_the_table_has_a_row_a_split_model_and_seed():
    predictions = table_of(
        split=["train", "train", "test", "train"],
        model=["a", "a", "a", "b"],
        seed=[1, 1, 1, 2],
        y=[1.0, 3.0, 5.0, 7.0],
        y_hat=[1.0, 1.0, 4.0, 7.0],
    )
    table = metrics_table(predictions)
    assert list(table.columns) == [
        "target", "design", "fold", "split", "model", "seed",
        "n", "bias", "sd", "r2", "pearson2", "mae", "mse", "huber",
    ]  # fmt: skip
    keys = table[["split", "model", "seed", "n", "mae"]].itertuples(index=False, name=None)
    assert list(keys) == [
        ("train", "a", 1, 2, 1.0),
        ("test", "a", 1, 1, 1.0),
        ("train", "b", 2, 1, 0.0),
    ]


def test_folds_of_a_design_are_pooled_cell_by_cell_and_single_folds_are_not():
    predictions = pd.concat(
        [
            table_of(
                design="leave_one_group_out",
                fold=["without_P_A1", "without_P_A2", "without_P_A2"],
                split="test",
                y=[1.0, 2.0, 6.0],
                y_hat=[0.0, 2.0, 2.0],
            ),
            table_of(split=["test"], y=[3.0], y_hat=[3.5]),
        ]
    )
    table = metrics_table(predictions).set_index(["design", "fold"])
    pooled = table.loc[("leave_one_group_out", "all")]
    # e = 1, 0, 4 over the three cells: not the mean of the folds' 1 and 2.
    assert pooled["n"] == 3
    assert pooled["mae"] == pytest.approx(5 / 3)
    assert pooled["r2"] == pytest.approx(1 - 17 / 14)
    assert ("example", "all") not in table.index
    assert len(table) == 4


def test_targets_and_designs_are_apart():
    predictions = table_of(
        target=["target", "area"], split="test", y=[1.0, 4000.0], y_hat=[1.0, 3000.0]
    )
    assert list(metrics_table(predictions)["mae"]) == [0.0, 1000.0]


def test_the_delta_of_huber_is_the_sd_of_the_fold_s_training_cells_for_every_model():
    rng = np.random.default_rng(0)
    parts = []
    for fold, first in (("a", 0), ("b", 20)):
        y = rng.normal(377, 60 if fold == "a" else 6, 20)
        for model, seed in (("mean", 0), ("cnn", 1), ("cnn", 2)):
            parts.append(
                pd.DataFrame(
                    {
                        "id": np.arange(first, first + 20), "design": "leave_one_group_out",
                        "fold": fold, "split": np.resize(["train", "train", "test"], 20),
                        "model": model, "seed": seed, "target": "target", "y": y,
                        "y_hat": y + rng.normal(0, 60, 20),
                    }
                )
            )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    sds = training_scales(table)
    own = table[(table["fold"] == "b") & (table["model"] == "mean") & (table["split"] == "train")]
    assert sds["target", "leave_one_group_out", "b"] == pytest.approx(own["y"].std(ddof=1))
    found = metrics_table(table)
    keys = ["fold", "model", "seed"]
    of_runs = found[found["split"] == "test"].set_index(keys)["huber"]
    for key, rows in table[table["split"] == "test"].groupby(keys):
        delta = sds["target", "leave_one_group_out", key[0]]
        expected = metrics(rows["y"], rows["y_hat"], delta)["huber"]
        assert of_runs[key] == pytest.approx(expected)
    # Pooled over folds, each cell keeps the δ of its own.
    of_folds = found.query("split == 'test' and fold != 'all'").groupby("model")["huber"].mean()
    pooled = found.query("split == 'test' and fold == 'all'").groupby("model")["huber"].mean()
    pd.testing.assert_series_equal(pooled, of_folds)
    # The unit of a target changes the metric as it changes the MSE, by its square.
    shares = metrics_table(table.assign(y=table["y"] / 1000, y_hat=table["y_hat"] / 1000))
    np.testing.assert_allclose(shares["huber"] * 1e6, found["huber"])
    without = metrics_table(table[table["split"] == "test"])
    assert without["huber"].isna().all()
    assert without["mae"].notna().all()
