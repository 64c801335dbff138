import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.evaluate import tables
from nascent.evaluate.stage import comparison_tables, model_verdicts
from nascent.task import task_of
from nascent.tasks._number_metrics import metrics

REGRESSION = task_of("regression")
COLUMNS = {
    "levels": tables.levels_columns(REGRESSION),
    "intervals": tables.INTERVALS,
    "comparison": tables.comparison_columns(REGRESSION),
    "pairs": tables.PAIRS,
    "calibration": tables.calibration_columns(REGRESSION),
    "confounders": tables.CONFOUNDERS,
}


RUNS = [("mean", 0, 0.0), ("ols", 0, 0.4), ("cnn", 1, 0.8), ("cnn", 2, 0.8)]


@pytest.fixture
def study():
    """Return predictions of two designs and two targets, and the cells: 120 in six groups."""
    rng = np.random.default_rng(3)
    n = 120
    cells = pd.DataFrame(
        {
            "plate": "P",
            "group": np.resize([f"A{number}" for number in range(6)], n),
            "perturbation": np.resize(["DMSO", "AZD4573", None], n),
            "cell_cycle": np.resize(["G1", "S", "G2", "M"], n),
        },
        index=pd.Index(rng.permutation(n) + 1000, name="id"),
    )
    y = {"target": rng.normal(377, 60, n), "area": rng.normal(9000, 800, n)}
    groups = {f"without_P_{group}": group for group in cells["group"].unique()}
    folds = [("example", "example", np.resize(["train", "test"], n))] + [
        ("leave_one_group_out", fold, np.where(cells["group"] == group, "test", "train"))
        for fold, group in groups.items()
    ]
    parts = [
        pd.DataFrame(
            {
                "id": cells.index, "design": design, "fold": fold, "split": split,
                "model": model, "seed": seed, "target": target, "y": y[target],
                "y_hat": y[target].mean() + share * (y[target] - y[target].mean())
                + rng.normal(0, 5, n),
            }
        )
        for design, fold, split in folds
        for target in y
        for model, seed, share in RUNS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True), cells


USUAL = {
    "draws": 200,
    "seed": 7,
    "factors": ("perturbation", "cell_cycle"),
    "batches": ("plate",),
}


def made(predictions, cells, **options):
    return comparison_tables(predictions, cells, floors=["mean", "ols"], **(USUAL | options))


def test_every_table_has_its_columns_and_all_targets_and_designs(study):
    got = made(*study)
    assert set(got) == set(COLUMNS)
    for name, columns in COLUMNS.items():
        assert list(got[name].columns) == list(columns), name
        keys = got[name][["target", "design"]].drop_duplicates()
        assert len(keys) == 4, name


def test_levels_are_the_metrics_of_the_test_cells_of_a_level(study):
    predictions, cells = study
    got = (
        made(predictions, cells)["levels"]
        .set_index(["target", "design", "model", "seed", "by", "level"])
        .sort_index()
    )
    row = got.loc[("area", "leave_one_group_out", "cnn", 2, "cell_cycle", "S")]
    wanted = predictions.query(
        "target == 'area' and design == 'leave_one_group_out' and model == 'cnn' and seed == 2"
        " and split == 'test'"
    )
    wanted = wanted[wanted["id"].map(cells["cell_cycle"]) == "S"]
    y = cells.index.map(predictions.query("target == 'area'").groupby("id")["y"].first())
    folds = [np.std(y[cells["group"] != group], ddof=1) for group in wanted["fold"].str[-2:]]
    for name, value in metrics(wanted["y"], wanted["y_hat"], np.array(folds)).items():
        assert row[name] == pytest.approx(value), name
    of_perturbation = got.loc[("target", "example", "ols", 0, "perturbation")]
    assert list(of_perturbation.index) == ["AZD4573", "DMSO", "missing"]
    assert of_perturbation["n"].sum() == 60


def test_intervals_of_a_level_are_those_of_its_cells_alone(study):
    predictions, cells = study
    got = made(predictions, cells, draws=4000)["levels"]
    row = got.query("target == 'target' and design == 'example' and by == 'cell_cycle'").iloc[0]
    run = predictions.query("target == 'target' and design == 'example' and split == 'test'")
    run = run[(run["model"] == row["model"]) & (run["seed"] == row["seed"])]
    error = (run["y"] - run["y_hat"])[run["id"].map(cells["cell_cycle"]) == row["level"]].abs()
    half = stats.t.ppf(0.975, len(error) - 1) * error.std(ddof=1) / np.sqrt(len(error))
    width = row["mae_high"] - row["mae_low"]
    assert row["mae_low"] < error.mean() < row["mae_high"]
    assert width == pytest.approx(2 * half, rel=0.15)


def test_the_same_tables_whatever_the_order_of_the_rows(study):
    predictions, cells = study
    first = made(predictions, cells)
    # Within each run: the order of models is that of the table.
    runs = ["target", "design", "fold", "model", "seed"]
    shuffled = pd.concat(
        [rows.sample(frac=1, random_state=5) for _, rows in predictions.groupby(runs, sort=False)]
    )
    again = made(shuffled, cells.sample(frac=1, random_state=6))
    for name in COLUMNS:
        pd.testing.assert_frame_equal(first[name], again[name], obj=name, rtol=1e-12)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(study):
    first, again, other = (made(*study, seed=seed)["intervals"] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    pd.testing.assert_series_equal(first["value"], other["value"], check_exact=True)
    assert (first["low"] != other["low"]).mean() > 0.9


def test_more_confidence_is_wider(study):
    narrow, wide = (made(*study, confidence=share)["intervals"] for share in (0.5, 0.99))
    assert (narrow["low"] >= wide["low"]).all()
    assert (narrow["high_groups"] <= wide["high_groups"]).all()


def test_no_test_cell_gives_empty_tables_with_columns(study):
    predictions, cells = study
    got = made(predictions[predictions["split"] != "test"], cells)
    for name, columns in COLUMNS.items():
        assert list(got[name].columns) == list(columns)
        assert name == "confounders" or got[name].empty


def test_a_models_verdict_is_its_row_of_the_comparison_whatever_other_models_there_are(study):
    predictions, cells = study
    other = predictions[predictions["model"] == "cnn"].assign(model="wide")
    both = pd.concat([predictions, other.assign(y_hat=other["y_hat"] + 3)], ignore_index=True)
    options = {"floors": ["mean", "ols"], "draws": 200, "seed": 7}
    whole = comparison_tables(both, cells, **options)["comparison"]
    for model in ("cnn", "wide"):
        alone = both[both["model"].isin(["mean", "ols", model])]
        found = model_verdicts(alone, cells, **options)
        assert set(found["model"]) == {model}
        expected = whole[whole["model"] == model].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)
        assert found["verdict"].tolist() == expected["verdict"].tolist()
