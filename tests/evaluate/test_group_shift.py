import numpy as np
import pandas as pd
import pytest

from nascent.evaluate.group_shift import group_shift
from nascent.evaluate.held_out import HeldOut


def held(shifts, sizes, *, sd=30.0, seeds=1, seed=0):
    """Return test cells in groups whose y lies `shifts` above the prediction, noise aside."""
    rng = np.random.default_rng(seed)
    groups = np.repeat([f"P_A{number:02d}" for number in range(1, len(sizes) + 1)], sizes)
    y_hat = rng.normal(377, 60, len(groups))
    noise = np.repeat(np.broadcast_to(sd, len(sizes)), sizes)
    y = y_hat + np.repeat(np.asarray(shifts, float), sizes) + noise * rng.normal(size=len(groups))
    levels = pd.DataFrame({"group": groups}, index=pd.RangeIndex(len(groups), name="id"))
    runs = tuple(("cnn", number) for number in range(seeds))
    return HeldOut("target", "group", levels, y, runs, np.column_stack([y_hat] * seeds))


def test_six_cells_worked_by_hand():
    levels = pd.DataFrame({"group": list("aabbbb")}, index=pd.RangeIndex(6, name="id"))
    # Errors of a: 4, 6 (bias 5, s² 2); of b: -1, 1, -2, 2 (bias 0, s² 10/3). Σe² = 52 + 10.
    y = np.array([4.0, 6, -1, 1, -2, 2])
    record = HeldOut("target", "group", levels, y, (("cnn", 1),), np.zeros((6, 1)))
    found = group_shift(record, "cnn", confidence=0.95)
    assert found["group_bias_share"] == pytest.approx(2 * 25 / 62)
    assert found["group_shift_share"] == pytest.approx((2 * 25 - 2 - 10 / 3) / 62)
    assert (found["worst_group"], found["worst_group_bias"]) == ("a", 5.0)
    # t of one degree of freedom at 1 − 0.05/4 is 25.45; √2/√2 = 1.
    assert found["worst_group_bias_high"] == pytest.approx(5 + 25.452, abs=1e-3)


def test_a_group_that_is_far_off_is_named_with_its_share():
    found = group_shift(held([0, 148, 0, -20], [60, 60, 60, 60]), "cnn", confidence=0.95)
    assert found["worst_group"] == "P_A02"
    assert found["worst_group_bias_low"] < 148 < found["worst_group_bias_high"]
    truth = (148**2 + 20**2) / 4
    assert found["group_shift_share"] == pytest.approx(truth / (truth + 900), abs=0.03)
    assert found["group_shift_share"] < found["group_bias_share"]


def test_without_shift_the_share_is_chance_and_the_corrected_one_zero_on_average():
    # Groups of unlike sizes and noise, and one of a single cell.
    sizes, sd = [3, 10, 40, 200], [60.0, 10.0, 30.0, 20.0]
    raw, above = [], []
    for seed in range(400):
        found = group_shift(held([0] * 4, sizes, sd=sd, seed=seed), "cnn", confidence=0.95)
        raw.append(found["group_bias_share"])
        above.append(found["group_shift_share"])
    chance = np.sum(np.square(sd)) / np.dot(sizes, np.square(sd))
    assert np.mean(raw) == pytest.approx(chance, rel=0.15)
    # The floor at 0 leaves what lies above by chance, less than half of it.
    assert np.mean(above) < chance / 2
    assert np.mean(np.array(above) == 0) > 0.5
    assert group_shift(held([0, 0], [1, 30]), "cnn", confidence=0.95)["group_shift_share"] < 0.1


def test_the_shift_is_unbiased_where_it_is_large_enough_not_to_touch_zero():
    shifts, sizes, sd = [30, -30, 10, 0], [5, 20, 10, 40], [20.0, 40.0, 10.0, 30.0]
    found = [
        group_shift(held(shifts, sizes, sd=sd, seed=seed), "cnn", confidence=0.95)
        for seed in range(400)
    ]
    between = np.dot(sizes, np.square(shifts))
    truth = between / (between + np.dot(sizes, np.square(sd)))
    assert np.mean([row["group_shift_share"] for row in found]) == pytest.approx(truth, abs=0.02)
    assert np.mean([row["group_bias_share"] for row in found]) > truth + 0.03


@pytest.mark.parametrize("groups", [2, 6, 24])
def test_the_worst_group_of_a_model_that_is_off_in_none_rarely_excludes_zero(groups):
    found = [
        group_shift(held([0] * groups, [12] * groups, seed=seed), "cnn", confidence=0.95)
        for seed in range(300)
    ]
    missed = np.mean(
        [row["worst_group_bias_low"] > 0 or row["worst_group_bias_high"] < 0 for row in found]
    )
    assert missed < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_a_tiny_group_does_not_hide_one_that_is_surely_off():
    record = held([0, 40], [2, 100], seed=1)
    record.y[:2] = record.y_hat[:2, 0] + [20, 100]
    assert group_shift(record, "cnn", confidence=0.95)["worst_group"] == "P_A02"


def test_seeds_are_averaged_and_a_perfect_model_has_no_share():
    record = held([0, 50], [30, 30], seeds=3)
    one, three = (
        group_shift(held([0, 50], [30, 30], seeds=seeds), "cnn", confidence=0.95)
        for seeds in (1, 3)
    )
    assert {name: pytest.approx(value) for name, value in one.items()} == three
    perfect = HeldOut(
        "target", "group", record.levels, record.y, (("cnn", 0),), record.y[:, None].copy()
    )
    found = group_shift(perfect, "cnn", confidence=0.95)
    assert np.isnan(found["group_shift_share"])
    assert found["worst_group_bias"] == 0


def test_groups_of_one_cell_alone_have_no_interval():
    found = group_shift(held([0, 50], [1, 1]), "cnn", confidence=0.95)
    assert np.isnan([found["group_shift_share"], found["worst_group_bias_low"]]).all()
    assert found["group_bias_share"] == pytest.approx(1)
