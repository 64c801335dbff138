"""Splits by group: no group in two splits, and the programme's choice is the best there is."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from nascent.errors import SplitError
from nascent.splits.assignment import FRACTIONS, Design, assign, check, split_cells
from nascent.splits.balance import balance, target_quartiles
from nascent.splits.by_group import hold_out_groups
from nascent.splits.fractions import SPLITS

CELLS = (40, 25, 18, 52, 9, 14)
DRUGS = ("normal", "normal", "DMSO", "DMSO", "TSA", None)


@pytest.fixture
def plate() -> pd.DataFrame:
    """Six groups of unequal size, three perturbations, targets that differ by group."""
    generator = np.random.default_rng(11)
    groups = []
    for number, (cells, drug) in enumerate(zip(CELLS, DRUGS, strict=True)):
        group = pd.DataFrame({"target": generator.normal(300 + 20 * number, 60, cells)})
        groups.append(group.assign(group=f"B{number:02d}", part="p1", perturbation=drug))
    cells = pd.concat(groups, ignore_index=True).assign(cell_cycle="G1")
    return cells.rename_axis("id")


def test_groups_stay_whole_and_every_split_has_one(plate):
    split = assign(plate, Design(seed=1, by="group"))
    assert (split.groupby(plate["group"]).nunique() == 1).all()
    assert set(split) == set(SPLITS)


GIVEN = {"fractions": FRACTIONS, "time_limit": 60, "seed": 1}


def test_the_choice_is_the_best_of_all_choices(plate):
    _, optimum = hold_out_groups(plate, balance=["perturbation"], **GIVEN)
    groups = plate["group"].unique()
    every = (
        _deviation(plate, plate["group"].map(dict(zip(groups, choice, strict=True))))
        for choice in product(SPLITS, repeat=len(groups))
        if set(choice) == set(SPLITS)
    )
    assert optimum.objective == pytest.approx(min(every))
    assert optimum.proven
    assert optimum.gap == 0


def test_groups_of_a_table_without_perturbations_are_as_if_all_were_alike(plate):
    alone, found = hold_out_groups(plate.drop(columns="perturbation"), **GIVEN)
    alike = plate.assign(perturbation="none")
    _, alike = hold_out_groups(alike, balance=["perturbation"], **GIVEN)
    assert (alone.groupby(plate["group"]).nunique() == 1).all()
    assert set(alone) == set(SPLITS)
    # Those of all cells count twice where every cell has the one perturbation.
    assert found.proven
    assert found.objective <= alike.objective


def test_a_column_to_balance_that_is_not_there_names_the_nearest(plate):
    with pytest.raises(SplitError, match=r"splits.balance.*'perturbaton'.*'perturbation'"):
        hold_out_groups(plate, balance=["perturbaton"], **GIVEN)


def test_the_reported_objective_is_that_of_the_assignment(plate):
    split, optimum = hold_out_groups(plate, balance=["perturbation"], **GIVEN)
    assert optimum.objective == pytest.approx(_deviation(plate, split))


def test_a_search_cut_short_reports_a_bound_below_its_objective():
    generator = np.random.default_rng(0)
    count = 6000
    cells = pd.DataFrame(
        {
            "group": generator.integers(0, 60, count).astype(str),
            "part": "p1",
            "perturbation": generator.integers(0, 6, count).astype(str),
            "target": generator.normal(size=count),
        }
    ).rename_axis("id")
    split, optimum = hold_out_groups(cells, fractions=FRACTIONS, time_limit=1, seed=0)
    check(split, cells, by="group")
    assert not optimum.proven
    assert 0 <= optimum.bound <= optimum.objective
    assert optimum.gap == pytest.approx(optimum.objective - optimum.bound)


def test_groups_that_can_be_divided_evenly_are():
    cells = pd.DataFrame({"group": np.repeat([f"C{i:02d}" for i in range(10)], 8)}).assign(
        part="p1", perturbation="normal", target=np.tile(np.arange(8.0), 10)
    )
    split, optimum = hold_out_groups(
        cells.rename_axis("id"), fractions=FRACTIONS, time_limit=60, seed=4
    )
    assert split.value_counts().to_dict() == {"train": 64, "val": 8, "test": 8}
    assert optimum.objective == pytest.approx(0)


def test_the_seed_chooses_between_equals_and_repeats(plate):
    alike = plate.assign(perturbation="normal", target=1.0)
    again = [assign(alike, Design(seed=3, by="group")) for _ in range(2)]
    assert again[0].equals(again[1])


def test_the_gap_stands_in_the_balance_table(plate):
    splits = split_cells(plate, Design(seed=1, by="group"))
    rows = splits.balance.query("variable == 'optimum'").set_index("level")["share"]
    assert rows.to_dict() == {
        "objective": splits.optimum.objective,
        "bound": splits.optimum.bound,
        "gap": splits.optimum.gap,
    }


def test_two_groups_cannot_be_three_splits(plate):
    with pytest.raises(SplitError, match=r"at least three groups, there are 2 \(B00, B01\)"):
        assign(plate[plate["group"].isin(["B00", "B01"])], Design(seed=0, by="group"))


def test_leave_one_group_out_tests_on_that_group_alone(plate):
    split = assign(plate, Design(seed=0, by="leave_one_group_out", fold="B02"))
    assert set(plate["group"][split == "test"]) == {"B02"}
    assert (split[plate["group"] == "B02"] == "test").all()
    staying = (split != "test").sum()
    # Val and train share the rest as 1 : 8.
    assert abs((split == "val").sum() - staying / 9) < 1


def test_the_folds_test_every_cell_once(plate):
    folds = sorted(plate["group"].unique())
    designs = {fold: Design(seed=0, by="leave_one_group_out", fold=fold) for fold in folds}
    every = pd.DataFrame({fold: assign(plate, design) for fold, design in designs.items()})
    assert (every.eq("test").sum(axis=1) == 1).all()
    for fold in every:
        check(every[fold], plate, by="leave_one_group_out")


def test_a_fold_is_named_by_its_end_where_one_group_alone_ends_so(plate):
    groups = [plate.assign(group=f"{name}/" + plate["group"]) for name in ("p1", "p2")]
    both = pd.concat(groups, ignore_index=True).rename_axis("id")
    alone = groups[0]
    of_end = assign(alone, Design(seed=0, by="leave_one_group_out", fold="B00"))
    assert set(alone["group"][of_end == "test"]) == {"p1/B00"}
    with pytest.raises(SplitError, match="p1/B00, p2/B00"):
        assign(both, Design(seed=0, by="leave_one_group_out", fold="B00"))
    split = assign(both, Design(seed=0, by="leave_one_group_out", fold="p2/B00"))
    assert set(both["group"][split == "test"]) == {"p2/B00"}


@pytest.mark.parametrize(
    ("fold", "named"), [(None, "Name one of B00"), ("B0", "Did you mean 'B0"), ("Z9", "Known: B00")]
)
def test_a_fold_that_is_no_group_is_refused(plate, fold, named):
    with pytest.raises(SplitError, match=named):
        assign(plate, Design(seed=0, by="leave_one_group_out", fold=fold))


def test_one_group_cannot_be_left_out_of_itself(plate):
    with pytest.raises(SplitError, match="none is left to train on"):
        assign(plate[plate["group"] == "B00"], Design(seed=0, by="leave_one_group_out", fold="B00"))


def _deviation(cells: pd.DataFrame, split: pd.Series) -> float:
    """Sum of |cells of a level in a split − their fair part|, as a share of all cells."""
    total = 0.0
    for level in (
        pd.Series(1, index=cells.index),
        cells["perturbation"].fillna("missing"),
        target_quartiles(cells["target"]),
    ):
        for value in level.unique():
            here = level == value
            for name, fraction in FRACTIONS.items():
                total += abs((here & (split == name)).sum() - fraction * here.sum())
    return total / len(cells)


def test_cells_without_a_target_are_a_level_of_their_own():
    target = pd.Series([4.0, np.nan, 1.0, 2.0, 3.0, np.nan], index=pd.Index(range(6), name="id"))
    found = target_quartiles(target)
    assert found[target.notna()].equals(target_quartiles(target.dropna()))
    assert set(found[target.isna()]) == {"missing"}
    table = balance(target.to_frame("target"), pd.Series("train", target.index), variables=[])
    rows = table[(table["split"] == "train") & (table["variable"] == "target_quartile")]
    assert rows.set_index("level").loc["missing", "cells"] == 2
    whole = table[(table["split"] == "train") & (table["variable"] == "all")].iloc[0]
    assert (whole["cells"], whole["target_mean"]) == (6, 2.5)
    assert set(target_quartiles(target * np.nan)) == {"missing"}
