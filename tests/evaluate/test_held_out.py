import numpy as np
import pandas as pd
import pytest

from nascent.errors import TrainError
from nascent.evaluate.held_out import held_out
from nascent.evaluate.levels import levels

CELLS = pd.DataFrame(
    {
        "plate": ["P1", "P1", "P2", "P2"],
        "group": ["A1", "A2", "A1", "B7"],
        "cell_cycle": ["G1", None, "S", "S"],
    },
    index=pd.Index([7, 3, 9, 5], name="id"),
)


def run(model, seed, ids=(7, 3, 9, 5), design="example", fold="example", split="test", shift=0.0):
    ids = np.array(ids)
    return pd.DataFrame(
        {
            "id": ids,
            "design": design,
            "fold": fold,
            "split": split,
            "model": model,
            "seed": seed,
            "target": "target",
            "y": ids * 10.0,
            "y_hat": ids * 10.0 + shift,
        }
    )


def test_runs_are_aligned_cell_by_cell_whatever_their_order():
    table = pd.concat(
        [run("ols", 0, shift=1), run("cnn", 2, ids=(5, 9, 7, 3), shift=2), run("cnn", 1)]
    )
    [held] = held_out(table, CELLS)
    assert list(held.levels.index) == [3, 5, 7, 9]
    np.testing.assert_array_equal(held.y, [30, 50, 70, 90])
    assert held.runs == (("ols", 0), ("cnn", 2), ("cnn", 1))
    np.testing.assert_array_equal(held.y_hat - held.y[:, None], [[1, 2, 0]] * 4)
    assert held.models == ["ols", "cnn"]
    assert list(held.seeds_of("cnn")) == [1, 2]


def test_folds_are_pooled_and_designs_are_not():
    folds = [
        run("cnn", 1, ids=[cell], design="leave_one_group_out", fold=f"without_{cell}")
        for cell in CELLS.index
    ]
    records = held_out(pd.concat([run("cnn", 1), *folds]), CELLS)
    assert [(held.design, len(held.y)) for held in records] == [
        ("example", 4),
        ("leave_one_group_out", 4),
    ]


def test_training_cells_are_passed_over():
    [held] = held_out(pd.concat([run("cnn", 1, ids=[7]), run("cnn", 1, split="train")]), CELLS)
    assert list(held.levels.index) == [7]


def test_what_is_missing_is_a_level():
    got = levels(CELLS, ["perturbation", "cell_cycle"])
    assert list(got) == ["group", "perturbation", "cell_cycle"]
    assert list(got["cell_cycle"]) == ["G1", "missing", "S", "S"]
    # The study has no perturbations.
    assert set(got["perturbation"]) == {"missing"}


def test_a_cell_missing_from_a_run_is_named_with_the_run():
    table = pd.concat([run("ols", 0), run("cnn", 3, ids=(7, 3, 5))])
    with pytest.raises(TrainError, match="cnn, seed 3, design example: cell 9 has no prediction"):
        held_out(table, CELLS)


def test_a_cell_tested_in_two_folds_is_refused():
    table = pd.concat([run("cnn", 1, fold="a"), run("cnn", 1, ids=[9], fold="b")])
    with pytest.raises(TrainError, match="cell 9 is a test cell twice"):
        held_out(table, CELLS)


def test_runs_that_disagree_about_a_measurement_are_refused():
    other = run("cnn", 1)
    other.loc[other["id"] == 9, "y"] = 91.0
    with pytest.raises(TrainError, match=r"cell 9 was measured 91\.0, elsewhere 90\.0"):
        held_out(pd.concat([run("ols", 0), other]), CELLS)


def test_a_cell_that_is_not_in_the_cell_table_is_refused():
    with pytest.raises(TrainError, match="cell 11 was predicted, but is not in the cell table"):
        held_out(run("cnn", 1, ids=(7, 11)), CELLS)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize(("column", "what"), [("y", "measurement"), ("y_hat", "prediction")])
def test_a_value_that_is_no_number_names_cell_and_run(column, what, value):
    table = run("cnn", 2)
    table.loc[table["id"] == 9, column] = value
    with pytest.raises(TrainError, match=f"the {what} of cell 9 by cnn, seed 2, is not finite"):
        held_out(table, CELLS)


def test_a_table_without_test_cells_gives_no_record():
    assert held_out(run("cnn", 1, split="train"), CELLS) == []
