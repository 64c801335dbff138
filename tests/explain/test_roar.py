"""Retrained models: their metrics, their differences from the random order, the verdicts."""

import numpy as np
import pandas as pd
import pytest

from nascent.errors import TrainError
from nascent.evaluate.tables import predictions_columns
from nascent.explain.roar.curves import ROAR, roar_table, write_roar
from nascent.files import read_table, write_table
from nascent.statistics.bootstrap import interval
from nascent.task import task_of
from nascent.tasks._number_metrics import metrics

CELLS = 240
LIMITS = {"confidence": 0.95, "draws": 400, "seed": 5}


@pytest.fixture
def cells() -> pd.DataFrame:
    ids = np.arange(CELLS) + 1000
    groups = np.array([f"A{n % 6:02d}" for n in range(CELLS)])
    return pd.DataFrame({"plate": "p", "group": groups}, index=pd.Index(ids, name="id"))


def truth(cells) -> np.ndarray:
    return np.random.default_rng(0).normal(300, 40, len(cells))


def run(cells, order, fraction, *, error, seed=1, model="cnn", zero=0) -> pd.DataFrame:
    """Return the predictions of one run, wrong by N(0, error²)."""
    y = truth(cells)
    key = [seed, int(100 * fraction), *order.encode()]
    return pd.DataFrame(
        {
            "id": cells.index,
            "group": cells["group"].to_numpy(),
            "design": "example",
            "fold": "example",
            "split": "test",
            "model": model,
            "seed": seed,
            "target": "target",
            "y": y,
            "y_hat": y + np.random.default_rng(key).normal(0, error, len(y)),
            "order": order,
            "fraction": fraction,
            "zero_cells": zero,
        }
    )


def planted(cells, seeds=(1,), model="cnn") -> pd.DataFrame:
    """The order `good` costs much more than the random one, `poor` as much, `bad` less."""
    parts = []
    for seed in seeds:
        whole = {"seed": seed, "model": model}
        parts.append(run(cells, "none", 0.0, error=10, **whole))
        for fraction in (0.1, 0.5):
            parts.append(run(cells, "random", fraction, error=20, **whole))
            parts.append(run(cells, "good", fraction, error=35, **whole, zero=3))
            parts.append(run(cells, "poor", fraction, error=20, **whole))
            parts.append(run(cells, "bad", fraction, error=12, **whole))
    return pd.concat(parts, ignore_index=True)


def of(table, **wanted) -> pd.DataFrame:
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


def test_metrics_are_those_of_the_predictions_and_stand_in_intervals(cells):
    predictions = planted(cells)
    table = roar_table(predictions, cells, rank="entries", **LIMITS)
    assert tuple(table.columns) == ROAR
    # Per method: whole, and two orders at two fractions and over both.
    assert len(table) == 3 * (1 + 2 * 3)
    for order, name in (("attribution", "good"), ("random", "random")):
        for fraction in (0.1, 0.5):
            (row,) = of(table, method="good", order=order, fraction=repr(fraction)).to_dict(
                "records"
            )
            rows = of(predictions, order=name, fraction=fraction)
            expected = metrics(rows["y"], rows["y_hat"])
            for measure, metric in {"skill": "r2", "error": "mae"}.items():
                assert row[measure] == pytest.approx(expected[metric], rel=1e-12)
                assert row[f"{measure}_low"] < row[measure] < row[f"{measure}_high"]
                assert row[f"{measure}_low_groups"] < row[measure] < row[f"{measure}_high_groups"]
            assert (row["cells"], row["groups"], row["rank"]) == (CELLS, 6, "entries")
    whole = of(predictions, order="none")
    for row in of(table, order="none").to_dict("records"):
        assert row["fraction"] == "0.0"
        assert row["skill"] == pytest.approx(metrics(whole["y"], whole["y_hat"])["r2"])


def test_all_is_the_mean_over_the_fractions(cells):
    table = roar_table(planted(cells), cells, rank="entries", **LIMITS)
    for order in ("attribution", "random"):
        rows = of(table, method="good", order=order).set_index("fraction")
        for measure in ("skill", "error"):
            assert rows.loc["all", measure] == pytest.approx(
                rows.loc[["0.1", "0.5"], measure].mean()
            )


def test_the_difference_is_attribution_less_random_and_paired(cells):
    predictions = planted(cells)
    table = roar_table(predictions, cells, rank="entries", **LIMITS)
    for method in ("good", "poor", "bad"):
        for fraction in ("0.1", "0.5", "all"):
            rows = of(table, method=method, fraction=fraction).set_index("order")
            difference = rows.loc["attribution", "skill"] - rows.loc["random", "skill"]
            assert rows.loc["attribution", "difference"] == pytest.approx(difference, abs=1e-12)
    assert of(table, order="random")["difference"].isna().all()
    # Predictions that are the random order's themselves differ by nothing in every resample.
    same = predictions[predictions["order"].isin(["none", "random"])]
    twin = same[same["order"] == "random"].assign(order="twin")
    table = roar_table(pd.concat([same, twin]), cells, rank="entries", **LIMITS)
    rows = of(table, order="attribution")
    assert (rows[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)
    assert set(rows["verdict"]) == {"does not remove more"}


def test_the_interval_of_the_difference_is_that_of_a_plain_paired_bootstrap(cells):
    """Against a loop that resamples cells and computes R² anew, another stream."""
    predictions = planted(cells)
    table = roar_table(predictions, cells, rank="entries", confidence=0.95, draws=4000, seed=5)
    (row,) = of(table, method="good", order="attribution", fraction="0.5").to_dict("records")
    y = truth(cells)
    by_map, by_chance = (
        of(predictions, order=order, fraction=0.5)["y_hat"].to_numpy()
        for order in ("good", "random")
    )
    rng = np.random.default_rng(1)
    found = []
    for _ in range(4000):
        drawn = rng.integers(0, CELLS, CELLS)
        scale = ((y[drawn] - y[drawn].mean()) ** 2).sum()
        errors = [((y[drawn] - hat[drawn]) ** 2).sum() for hat in (by_map, by_chance)]
        found.append((errors[1] - errors[0]) / scale)
    low, high = interval(np.array(found), units=CELLS, confidence=0.95)
    width = high - low
    # The skewness of 4,000 draws differs from stream to stream.
    assert row["difference_low"] == pytest.approx(low, abs=0.15 * width)
    assert row["difference_high"] == pytest.approx(high, abs=0.15 * width)


def test_the_verdict_tells_an_order_that_finds_from_one_that_does_not(cells):
    table = roar_table(planted(cells), cells, rank="entries", **LIMITS)
    verdicts = of(table, order="attribution", fraction="all").set_index("method")["verdict"]
    assert verdicts["good"] == "removes more than random"
    assert verdicts["bad"] == "does not remove more"
    assert of(table, method="good", order="attribution")["zero_cells"].eq(3).all()
    # What is known of one group alone is not claimed of others.
    few = cells.assign(group="A01")
    table = roar_table(planted(few), few, rank="entries", **LIMITS)
    assert of(table, order="attribution")["difference_low_groups"].isna().all()
    assert of(table, method="good", fraction="all")["verdict"].iloc[0] == "cannot tell (1 well)"


def test_each_is_the_mean_over_seeds_drawn_alike_for_both_orders(cells):
    predictions = planted(cells, seeds=(1, 2, 7))
    table = roar_table(predictions, cells, rank="entries", **LIMITS)
    assert table["seed"].unique().tolist() == ["1", "2", "7", "each"]
    each = of(table, seed="each", method="good", order="attribution", fraction="0.5").iloc[0]
    rows = of(table, method="good", order="attribution", fraction="0.5")
    ones = rows[rows["seed"] != "each"]
    assert each["skill"] == pytest.approx(ones["skill"].mean())
    assert each["difference"] == pytest.approx(ones["difference"].mean())
    # Seeds that differ alike in both orders do not blur the difference of the two.
    shifted = predictions.assign(y_hat=predictions["y_hat"] + 30.0 * (predictions["seed"] == 7))
    table = roar_table(shifted, cells, rank="entries", **LIMITS)
    row = of(table, seed="each", method="poor", order="attribution", fraction="all").iloc[0]
    assert row["difference_high"] - row["difference_low"] < 0.5 * (
        row["skill_high"] - row["skill_low"]
    )


def test_classes_are_told_by_their_brier_skill(cells):
    y = np.arange(CELLS) % 3
    rng = np.random.default_rng(2)
    parts = []
    for order, sharpness in (("none", 4.0), ("random", 3.0), ("good", 0.5), ("poor", 3.0)):
        logits = rng.normal(0, 1, (CELLS, 3)) + sharpness * np.eye(3)[y]
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        probabilities = {f"p_{name}": p[:, place] for place, name in enumerate("abc")}
        fraction = 0.0 if order == "none" else 0.5
        known = run(cells, order, fraction, error=1).drop(columns=["y", "y_hat"])
        known = known.assign(true_class=np.array([*"abc"])[y], predicted_class="a", **probabilities)
        parts.append(known)
    predictions = pd.concat(parts, ignore_index=True)
    table = roar_table(predictions, cells, rank="entries", task="classes", **LIMITS)
    (row,) = of(table, method="good", order="attribution", fraction="0.5").to_dict("records")
    p = of(predictions, order="good")[["p_a", "p_b", "p_c"]].to_numpy()
    brier = np.square(p - np.eye(3)[y]).sum(axis=1).mean()
    assert row["skill"] == pytest.approx(1 - brier / (2 / 3))
    assert row["error"] == pytest.approx(-np.log(p[np.arange(CELLS), y]).mean())
    verdicts = of(table, order="attribution", fraction="all").set_index("method")["verdict"]
    assert verdicts.to_dict() == {"good": "removes more than random", "poor": "cannot tell"}


def test_models_stand_beside_each_other_and_change_nothing_of_each_other(cells):
    alone = roar_table(planted(cells), cells, rank="pixels", **LIMITS)
    both = pd.concat([planted(cells, model="other", seeds=(1, 2)), planted(cells)])
    together = roar_table(both, cells, rank="pixels", **LIMITS)
    pd.testing.assert_frame_equal(
        of(together, model="cnn").reset_index(drop=True), alone, check_exact=True
    )


def test_an_order_that_was_not_retrained_is_told(cells):
    predictions = planted(cells)
    lacking = predictions[~((predictions["order"] == "random") & (predictions["fraction"] == 0.5))]
    with pytest.raises(TrainError, match=r"without 0\.5 of its entries in the order 'random'"):
        roar_table(lacking, cells, rank="entries", **LIMITS)


def test_the_stage_joins_the_files_of_the_runs(cells, tmp_path):
    predictions = planted(cells)
    whole = predictions[predictions["order"] == "none"][
        list(predictions_columns(task_of("regression")))
    ]
    # As the stage evaluate writes them: of all splits and targets.
    others = [whole.assign(split="train"), whole.assign(target="area", y=1.0)]
    write_table(pd.concat([*others, whole]), tmp_path / "whole.tsv")
    paths = []
    for number, (_, rows) in enumerate(
        predictions[predictions["order"] != "none"].groupby(["order", "fraction"], sort=False)
    ):
        paths.append(tmp_path / f"{number}.tsv")
        write_table(rows, paths[-1])
    write_table(cells.reset_index(), tmp_path / "cells.tsv")
    out = tmp_path / "roar.tsv"
    write_roar(
        paths, [tmp_path / "whole.tsv"], tmp_path / "cells.tsv", out, rank="entries", **LIMITS
    )
    expected = roar_table(predictions, cells, rank="entries", **LIMITS)
    found = read_table(out)
    assert found["verdict"].fillna("").tolist() == expected["verdict"].fillna("").tolist()
    np.testing.assert_array_equal(found["difference_low"], expected["difference_low"])
    again = tmp_path / "again.tsv"
    write_roar(
        paths, [tmp_path / "whole.tsv"], tmp_path / "cells.tsv", again, rank="entries", **LIMITS
    )
    assert out.read_bytes() == again.read_bytes()
