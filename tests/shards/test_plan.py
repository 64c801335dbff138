"""Which cells lie in which shard."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.shards.plan import (
    number_of_shards,
    parts_of_shards,
    plan_shards,
    remove_unplanned,
    shard_names,
)


@given(
    counts=st.tuples(st.integers(1, 60), st.integers(0, 20), st.integers(0, 20)),
    cells=st.integers(1, 25),
    seed=st.integers(0, 2**31),
)
def test_every_cell_lies_once_in_a_shard_of_its_split_and_all_but_the_last_are_full(
    counts, cells, seed
):
    splits = _splits(*counts)
    plan = plan_shards(splits, cells, seed)
    assert plan["id"].is_unique
    merged = plan.merge(splits, on="id", suffixes=("", "_asked"))
    assert len(merged) == len(splits)
    assert (merged["split"] == merged["split_asked"]).all()
    for split, number in number_of_shards(splits, cells).items():
        sizes = plan[plan["split"] == split].groupby("shard").size()
        assert list(sizes.index) == shard_names(splits, split, cells)
        assert len(sizes) == number
        assert (sizes.iloc[:-1] == cells).all()


def test_the_row_order_of_the_splits_does_not_matter():
    splits = _splits(40, 10, 10)
    pd.testing.assert_frame_equal(plan_shards(splits.iloc[::-1], 16, 5), plan_shards(splits, 16, 5))


def test_the_order_is_drawn_anew_for_every_seed():
    splits = _splits(40, 10, 10)
    assert list(plan_shards(splits, 16, 5)["id"]) != list(plan_shards(splits, 16, 6)["id"])


def test_wells_mix_in_every_shard():
    splits = _splits(600, 1, 1)
    plan = plan_shards(splits, 100, 1)
    well = (plan["id"] // 200).where(plan["split"] == "train")
    # 100 cells of three wells in equal parts: a well's share is within five SDs of a third.
    shares = pd.crosstab(plan["shard"], well).loc["train-00000":"train-00005"] / 100
    assert (abs(shares - 1 / 3) < 5 * np.sqrt(2 / 9 / 100)).all(axis=None)


def test_a_shard_names_the_parts_of_its_cells_and_no_others():
    splits = _splits(30, 1, 1).assign(part=lambda table: "p_A0" + table["id"].mod(9).astype(str))
    parts = parts_of_shards(plan_shards(splits, 4, 1))
    plan = plan_shards(splits[["id", "split"]], 4, 1)
    for shard, cells in plan.groupby("shard")["id"]:
        assert parts[shard] == sorted({f"p_A0{cell % 9}" for cell in cells})
    # Four cells are of four parts at most.
    assert max(map(len, parts.values())) <= 4
    assert set(parts) == set(plan["shard"])


def test_names_are_known_from_the_counts_alone():
    assert shard_names(_splits(5, 2, 0), "train", 2) == [
        "train-00000",
        "train-00001",
        "train-00002",
    ]
    assert number_of_shards(_splits(5, 2, 0), 2) == {"train": 3, "val": 1, "test": 0}


@pytest.mark.parametrize("ids", [["p/2", "p/10", "p/1"], [2, 10, 1]])
def test_ids_may_be_numbers_or_text(ids):
    splits = pd.DataFrame({"id": ids, "split": ["train", "val", "test"]})
    assert set(plan_shards(splits, 4, 0)["id"]) == set(ids)


def _splits(train: int, val: int, test: int) -> pd.DataFrame:
    names = ["train"] * train + ["val"] * val + ["test"] * test
    return pd.DataFrame({"id": np.arange(len(names)), "split": names})


def test_shards_of_an_earlier_plan_are_removed_and_nothing_else(tmp_path):
    fold = tmp_path / "cell"
    fold.mkdir()
    names = ["train-00000.h5", "train-00001.h5", "train-00002.h5", "test-00000.h5", "val-00007.h5"]
    others = ["shards.tsv", "train-1.h5", "train-00003.h5.bak", "mine-00000.h5", ".train-00004.h5"]
    for name in [*names, *others]:
        (fold / name).write_text("")
    (tmp_path / "well").mkdir()
    (tmp_path / "well" / "train-00001.h5").write_text("")
    (fold / ".provenance").mkdir()
    (fold / ".provenance" / "train-00001.h5.json").write_text("{}")
    removed = remove_unplanned([fold / "train-00000.h5", str(fold / "test-00000.h5")])
    assert [path.name for path in removed] == ["train-00001.h5", "train-00002.h5", "val-00007.h5"]
    left = {path.name for path in fold.iterdir()} - {".provenance"}
    assert left == {"train-00000.h5", "test-00000.h5", *others}
    assert not list((fold / ".provenance").iterdir())
    assert (tmp_path / "well" / "train-00001.h5").exists()
    assert remove_unplanned([fold / "train-00000.h5", fold / "test-00000.h5"]) == []


def test_a_fold_without_shards_has_nothing_to_remove():
    assert remove_unplanned([]) == []
