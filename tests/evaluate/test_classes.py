"""Models that tell classes apart: floors, comparison, calibration and confusion."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, log_loss
from sklearn.preprocessing import StandardScaler

from nascent.errors import TrainError
from nascent.evaluate import tables
from nascent.evaluate.class_floors import logistic_regression
from nascent.evaluate.floor_predictions import FloorChoice, predict_floors
from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.stage import comparison_tables, model_verdicts
from nascent.files import read_table, write_table
from nascent.task import task_of

TASK = task_of("classes")
LEVELS = ["01", "CX", "TSA"]
CHANNELS = ["A", "B"]


@pytest.fixture(scope="module")
def plate():
    """240 cells of six groups; the mean of channel A tells the classes apart, in part."""
    rng = np.random.default_rng(0)
    place = np.arange(240) % 3
    cells = pd.DataFrame(
        {
            "plate": "P",
            "group": np.repeat(["A1", "A2", "A3", "B1", "B2", "B3"], 40),
            "perturbation": np.array(LEVELS)[place],
            "cell_cycle": np.resize(["G1", "S"], 240),
            "area": rng.normal(1000, 50, 240),
            "mean_A": 300 + 30 * place + rng.normal(0, 25, 240),
            "mean_B": rng.normal(500, 20, 240),
        },
        index=pd.Index(np.arange(1, 241), name="id"),
    )
    split = pd.Series("train", index=cells.index)
    split[rng.permutation(cells.index)[:120]] = "test"
    return cells, split


@pytest.fixture(scope="module")
def floors(plate):
    cells, split = plate
    return predict_floors(
        *(cells, split, FloorChoice(CHANNELS, [0.1, 1.0, 10.0])),
        design="example",
        fold="example",
        target="perturbation",
        task="classes",
        levels=LEVELS,
    )


def test_floors_predict_probabilities_of_every_class(floors):
    assert list(floors.columns) == list(tables.predictions_columns(TASK, LEVELS))
    assert list(floors["model"].unique()) == [
        "majority", "area_cycle", "logistic", "logistic_area_cycle",
    ]  # fmt: skip
    np.testing.assert_allclose(floors[["p_01", "p_CX", "p_TSA"]].sum(axis=1), 1)


def test_majority_is_the_dummy_of_scikit_learn(plate, floors):
    cells, split = plate
    train = split == "train"
    dummy = DummyClassifier(strategy="prior")
    dummy.fit(cells.loc[train, ["area"]], cells.loc[train, "perturbation"])
    own = floors[floors["model"] == "majority"].set_index("id").loc[cells.index]
    np.testing.assert_allclose(own[["p_01", "p_CX", "p_TSA"]], dummy.predict_proba(cells[["area"]]))


def test_logistic_regression_with_one_penalty_is_that_of_scikit_learn(plate):
    cells, split = plate
    x, train = cells[["mean_A", "mean_B"]].to_numpy(), (split == "train").to_numpy()
    y = cells["perturbation"].map(LEVELS.index).to_numpy()
    found = logistic_regression(x, y, train, classes=3, alphas=[2.0])
    scaler = StandardScaler().fit(x[train])
    theirs = LogisticRegression(C=0.5, tol=1e-6).fit(scaler.transform(x[train]), y[train])
    np.testing.assert_allclose(found, theirs.predict_proba(scaler.transform(x)), atol=1e-6)


def test_a_class_that_no_training_cell_is_of_has_no_probability():
    x = np.linspace(0, 1, 8)[:, None]
    y = np.array([0, 0, 0, 2, 2, 2, 1, 1])
    train = y != 1
    found = logistic_regression(x, y, train, classes=3, alphas=[1.0])
    assert (found[:, 1] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)
    single = logistic_regression(x, y, np.arange(8) < 4, classes=3, alphas=[1.0, 2.0])
    assert single[0, 0] > single[0, 2]
    alone = logistic_regression(x, y, np.arange(8) < 3, classes=3, alphas=[1.0])
    np.testing.assert_array_equal(alone[:, 0], 1)


def test_where_the_phase_is_predicted_no_floor_knows_it(plate):
    cells, split = plate
    found = predict_floors(
        *(cells, split, FloorChoice(CHANNELS, [1.0])),
        design="example",
        fold="example",
        target="cell_cycle",
        task="classes",
        levels=["G1", "S"],
    )
    assert set(found["model"]) == {"majority", "logistic"}


def test_a_cell_of_no_class_is_named(plate):
    cells, split = plate
    cells = cells.assign(perturbation=cells["perturbation"].where(cells.index != 7, "odd"))
    with pytest.raises(TrainError, match=r"the class of cell 7 .* is 'odd', none of 01, CX, TSA"):
        predict_floors(
            *(cells, split, FloorChoice(CHANNELS, [1.0])),
            design="example",
            fold="example",
            target="perturbation",
            task="classes",
            levels=LEVELS,
        )


@pytest.fixture(scope="module")
def study(plate, floors):
    """Floors, a good model of two seeds, and one that guesses."""
    cells, split = plate
    rng = np.random.default_rng(1)
    y = cells["perturbation"].map(LEVELS.index).to_numpy()
    parts = [floors]
    for model, seed, skill in (("cnn", 1, 4), ("cnn", 2, 4), ("guess", 1, 0)):
        logits = skill * np.eye(3)[y] + rng.normal(0, 1, (240, 3))
        (p,) = TASK.of_targets(logits)
        parts.append(
            TASK.table(cells.index, y, p, LEVELS).assign(
                group=cells["group"].to_numpy(), design="example", fold="example",
                split=split.to_numpy(), model=model, seed=seed,
                target="perturbation",
            )[list(floors.columns)]
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def compared(study, plate):
    return comparison_tables(
        study,
        plate[0],
        floors=list(study["model"].unique()[:4]),
        draws=300,
        task="classes",
        factors=("perturbation",),
    )


def test_tables_have_their_columns(compared):
    assert list(compared["comparison"].columns) == list(tables.comparison_columns(TASK))
    assert "worst_group" not in compared["comparison"].columns
    assert list(compared["levels"].columns) == list(tables.levels_columns(TASK))
    assert list(compared["calibration"].columns) == list(tables.calibration_columns(TASK))
    assert list(compared["confusion"].columns) == list(TASK.more["confusion"])


def test_the_verdict_is_on_balanced_accuracy_where_more_is_better(compared):
    rows = compared["comparison"].set_index("model")
    assert rows.loc["cnn", "verdict"] == "beats the best floor"
    assert rows.loc["guess", "verdict"] == "does not beat it"
    assert rows.loc["cnn", "best_floor"] in {"logistic", "logistic_area_cycle"}
    assert rows.loc["cnn", "difference"] > 0
    floors = rows[rows["floor"]]["balanced_accuracy"]
    assert rows.loc["cnn", "best_floor"] == floors.idxmax()
    assert floors["majority"] == pytest.approx(1 / 3)


def test_metrics_of_a_run_are_those_of_its_rows(study, compared):
    own = study[(study["model"] == "cnn") & (study["seed"] == 1) & (study["split"] == "test")]
    table = metrics_table(study, task="classes").set_index(["model", "seed", "split"])
    row = table.loc[("cnn", 1, "test")]
    assert row["n"] == 120
    assert row["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(own["true_class"], own["predicted_class"])
    )
    expected = log_loss(own["true_class"], own[["p_01", "p_CX", "p_TSA"]], labels=LEVELS)
    assert row["log_loss"] == pytest.approx(expected)
    found = compared["intervals"].query("model == 'cnn' and seed == '1' and metric == 'log_loss'")
    assert found["value"].item() == pytest.approx(expected)
    assert found["low"].item() < expected < found["high"].item()
    auroc = compared["intervals"].query("metric == 'auroc' and model == 'cnn'")
    assert (auroc["low_groups"] <= auroc["high_groups"]).all()


def test_no_interval_of_three_groups_reaches_beyond_the_metric(plate, study):
    cells, _ = plate
    few = cells.assign(group=cells["group"].str[1:])
    assert few["group"].nunique() == 3
    names = list(study["model"].unique())[:4]
    table = comparison_tables(study, few, floors=names, draws=300, task="classes")
    reached = set()
    for name, ends in (("intervals", table["intervals"]), ("levels", table["levels"])):
        for metric in TASK.measures:
            own = ends[ends["metric"] == metric.name] if name == "intervals" else ends
            prefix = "" if name == "intervals" else f"{metric.name}_"
            known = [column for column in own if column.startswith((f"{prefix}low", f"{prefix}hi"))]
            values = own[known].to_numpy(float)
            values = values[np.isfinite(values)]
            assert ((metric.least <= values) & (values <= metric.most)).all(), metric.name
            reached |= (
                {metric.name} if np.isin(values, [metric.least, metric.most]).any() else set()
            )
    assert "balanced_accuracy" in reached
    own = table["comparison"]
    limits = own.filter(regex="^balanced_accuracy.*(low|high)").to_numpy(float)
    assert np.nanmax(limits) <= 1 and np.nanmin(limits) >= 0
    assert own.filter(regex="^difference.*(low|high)").abs().max(axis=None) <= 1


def test_confusion_and_calibration_are_of_the_test_cells(study, compared):
    own = study[(study["model"] == "cnn") & (study["seed"] == 2) & (study["split"] == "test")]
    table = compared["confusion"].query("model == 'cnn' and seed == 2")
    matrix = table.pivot(index="true_class", columns="predicted_class", values="n")
    np.testing.assert_array_equal(
        matrix, confusion_matrix(own["true_class"], own["predicted_class"], labels=LEVELS)
    )
    curve = compared["calibration"].query("model == 'cnn' and seed == 1")
    assert set(curve["class"]) == set(LEVELS)
    assert curve.groupby("class")["n"].sum().eq(120).all()
    assert ((curve["share_low"] <= curve["share"]) & (curve["share"] <= curve["share_high"])).all()


def test_what_groups_explain_of_classes_is_tau(compared, plate):
    rows = compared["confounders"].set_index("variable")
    cells = plate[0]
    shares = pd.crosstab(cells["group"], cells["perturbation"]) / len(cells)
    of_groups, of_classes = shares.sum(axis=1), shares.sum(axis=0)
    error = 1 - (of_classes**2).sum()
    tau = ((shares**2).div(of_groups, axis=0).sum().sum() - (of_classes**2).sum()) / error
    assert rows.loc["group", "eta2"] == pytest.approx(tau)
    assert rows.loc["perturbation", "skill"] == pytest.approx(1)


def test_a_model_has_the_same_verdict_alone(study, plate, compared):
    names = list(study["model"].unique())
    some = study[study["model"].isin([*names[:4], "cnn"])]
    alone = model_verdicts(some, plate[0], floors=names[:4], draws=300, task="classes")
    row = compared["comparison"].set_index("model").loc["cnn"]
    assert alone["verdict"].item() == row["verdict"]
    assert alone["difference_low"].item() == row["difference_low"]


def test_names_of_classes_come_back_from_a_file_as_they_are(study, tmp_path):
    write_table(study, tmp_path / "predictions.tsv")
    read = read_table(tmp_path / "predictions.tsv")
    assert set(read["true_class"]) == set(LEVELS)
    together = tables.gather([tmp_path / "predictions.tsv"], tables.PREDICTED)
    pd.testing.assert_frame_equal(together, study, check_dtype=False)


def test_tables_of_other_classes_do_not_join(study, tmp_path):
    write_table(study, tmp_path / "a.tsv")
    other = study.assign(model="other").drop(columns="p_CX")
    write_table(other, tmp_path / "b.tsv")
    with pytest.raises(TrainError, match="targets or classes differ"):
        tables.gather([tmp_path / "a.tsv", tmp_path / "b.tsv"], tables.PREDICTED)
