"""Use: planted truths in closed form, duplicates, both roles of a donor, and bad input."""

import h5py
import numpy as np
import pandas as pd
import pytest

from nascent.explain.duplicates.pairs import CHANNEL_GROUPS
from nascent.explain.statistics.exchange import rings
from nascent.explain.use.changes import (
    ALONE,
    CHANGES,
    brought_to,
    changed_alone,
    changed_by_donor,
    darkness_of,
    exchanged,
)
from nascent.explain.use.chosen import chosen_cells
from nascent.explain.use.exchanges import changes_in_error
from nascent.explain.use.loss import (
    EACH,
    NOT_SHOWN,
    USE,
    USE_CELLS,
    USED,
    WORSE,
    Uses,
    of_both_roles,
    units,
    use_table,
    verdict,
)
from nascent.explain.use.stage import gather_use, write_use_cells
from nascent.files import read_table, write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser

CHANNELS = ["level", "pattern", "copy_1", "copy_2", "copy_3", "idle"]
COPIES = {"copies": ["copy_1", "copy_2", "copy_3"]}
SIZE = 6
MASK = np.ones((SIZE, SIZE), bool)
HALVES = np.where(np.arange(SIZE)[:, None] < SIZE // 2, 1.0, -1.0) * np.ones(SIZE)
GROUPS = 4


def normaliser(**steps):
    table = pd.DataFrame({"channel": CHANNELS, "background": 0.0, "percentile": 1e9})
    given = {"clip": 99.9, "scale": False, "mean_extraction": False, "z_score": True} | steps
    return Normaliser.from_table(table.assign(mean=1000.0, sd=100.0), CHANNELS, given)


def write_shards(folder, count=120, parts=2):
    """Cells of 1000 counts ± a level and ± a pattern that stands for itself in each channel.

    Levels a and b have SD 100; halves differ by 200 t / 1000 of the mean, so that a brighter cell
    has more contrast. The target is a + 100 t, of the first and of the second channel.
    """
    stream = np.random.default_rng(3)
    level = 1000 + 100 * stream.normal(size=(count, len(CHANNELS)))
    tilt = 0.1 * stream.normal(size=(count, len(CHANNELS)))
    level[:, 3:5], tilt[:, 3:5] = level[:, 2:3], tilt[:, 2:3]
    images = level[:, None, None] * (1 + tilt[:, None, None] * HALVES[..., None])
    y = (level[:, 0] - 1000) / 100 + tilt[:, 1] / 0.1
    table = pd.DataFrame({"plate": "p", "group": [f"w{k % GROUPS}" for k in range(count)], "y": y})
    table = table.set_index(pd.Index(range(count), name="id"))
    paths = []
    for number, rows in enumerate(np.array_split(np.arange(count), parts)):
        path = folder / f"test-{number:05d}.h5"
        with CropWriter(path, channels=CHANNELS, size=SIZE, dtype=np.float32) as store:
            store.append_crops(
                images[rows].astype(np.float32), np.repeat(MASK[None], len(rows), axis=0)
            )
            store.cells = table.iloc[rows]
        paths.append(path)
    return paths, level, tilt, y


def planted(given):
    """The target itself: the mean of channel 0, and the tilt of channel 1 over its mean."""
    counts = 1000 + 100 * np.asarray(given["image"], np.float64)
    mean = counts.mean(axis=(1, 2))
    tilt = (counts * HALVES[..., None]).mean(axis=(1, 2)) / mean
    return (mean[:, 0] - 1000) / 100 + tilt[:, 1] / 0.1


@pytest.fixture
def shards(tmp_path):
    return write_shards(tmp_path)


def table_of(predict, cells, groups, *, repeats=3, seeds=(1,), draws=400):
    together = units(cells.features, groups)
    made = [changes_in_error(predict, cells, together, repeats=repeats, seed=5) for _ in seeds]
    uses = Uses(
        seeds=seeds,
        y=cells.table["y"].to_numpy(),
        groups=cells.table["group"].to_numpy(str),
        squared_error=np.column_stack([error for error, _ in made]),
        values=np.stack([values for _, values in made], axis=1),
        units=together,
    )
    return use_table(uses, "net", confidence=0.95, draws=draws, seed=1)


def of(table, channel, change, seed=EACH):
    rows = table[(table["channel"] == channel) & (table["change"] == change)]
    return rows[rows["seed"] == seed].iloc[0]


def test_what_is_planted_is_found_to_the_last_digit(shards):
    """Of level a and tilt b, y = a + b: exchanging one with its donors' takes mean (a − a')²."""
    paths, level, tilt, y = shards
    cells = chosen_cells(paths, normaliser(), target="y", cells=1000, seed=5)
    table = table_of(planted, cells, {})
    others = rings(len(y), 3, (5, 1))
    spread = np.square(y - y.mean()).mean()
    a, b = (level[:, 0] - 1000) / 100, tilt[:, 1] / 0.1
    lost = [np.square(part - part[others]).mean() / spread for part in (a, b)]
    # Two independent halves: each costs about 2 · ½, for the error of a guess is twice a variance.
    assert np.allclose(lost, 1, atol=0.4)
    for channel, lost_here, by in (
        ("level", lost[0], "intensity"),
        ("pattern", lost[1], "structure"),
    ):
        assert of(table, channel, "permuted")["use"] == pytest.approx(lost_here, rel=1e-5)
        assert of(table, channel, by)["use"] == pytest.approx(lost_here, rel=1e-5)
    assert of(table, "level", "structure")["use"] == pytest.approx(0, abs=1e-9)
    assert of(table, "pattern", "intensity")["use"] == pytest.approx(0, abs=1e-9)
    assert of(table, "level", "levelled")["use"] == pytest.approx(0, abs=1e-9)
    assert of(table, "pattern", "levelled")["use"] == pytest.approx(np.mean(b**2) / spread)
    assert of(table, "level", "ablated")["use"] == pytest.approx(np.mean(a**2) / spread, rel=1e-5)
    assert (table["skill"] > 1 - 1e-9).all() and (table["groups"] == GROUPS).all()
    idle = table[table["channel"] == "idle"]
    assert (idle[["use", "low", "high"]].to_numpy(float) == 0).all()
    assert (idle["verdict"] == NOT_SHOWN).all()
    assert of(table, "level", "permuted")["verdict"] == USED


@pytest.mark.parametrize("read", ["first", "mean"])
def test_copies_of_a_channel_are_used_together_as_one_is(shards, read):
    """A model that reads one of three copies, or their mean, loses by all what one has to give."""
    paths, level, _, _ = shards
    weights = {"first": [1, 0, 0], "mean": [1 / 3] * 3}[read]

    def predict(given):
        return given["image"][..., 2:5].mean(axis=(1, 2)) @ np.array(weights, np.float32)

    cells = chosen_cells(paths, normaliser(), target="y", cells=1000, seed=5)
    target = (level[:, 2] - 1000) / 100
    cells.table["y"] = target
    table = table_of(predict, cells, COPIES)
    donors = rings(len(target), 3, (5, 1))
    whole = np.square(target - target[donors]).mean() / np.square(target - target.mean()).mean()
    joint = of(table, "copies", "permuted")
    assert joint["unit"] == "group" and joint["members"] == "copy_1, copy_2, copy_3"
    assert joint["use"] == pytest.approx(whole, rel=1e-4)
    # One of three equal parts: (1/3)² of it each, so that three look like a third of one.
    expected = whole if read == "first" else whole / 3
    assert joint["members_sum"] == pytest.approx(expected, rel=1e-4)
    assert np.isnan(of(table, "copy_1", "permuted")["members_sum"])


def test_without_intensity_in_the_input_none_is_used(shards):
    paths, *_ = shards
    by_cell = normaliser(per_cell=True, z_score=False)
    assert darkness_of(by_cell) is None
    cells = chosen_cells(paths, by_cell, target="y", cells=30, seed=5)

    def predict(given):
        return (given["image"][..., 1] * HALVES).mean(axis=(1, 2))

    table = table_of(predict, cells, {})
    assert (table.loc[table["change"] == "intensity", "use"] == 0).all()
    assert of(table, "pattern", "structure")["use"] > 0.01


def test_intensity_and_structure_of_the_same_donor_are_all_of_it():
    stream = np.random.default_rng(1)
    own, other = stream.gamma(3, size=(2, 50, 2)).astype(np.float32)
    dark = np.array([-0.5, -1.0])
    made = changed_by_donor(own, other, darkness=dark)
    assert np.allclose(made["intensity"].mean(axis=0), other.mean(axis=0), atol=1e-5)
    assert np.allclose(made["structure"].mean(axis=0), own.mean(axis=0), atol=1e-5)
    # What is left of the own cell after both is its outline.
    both = changed_by_donor(made["intensity"], other, darkness=dark)["structure"]
    assert np.allclose(both, other, atol=1e-4)
    # A factor from darkness on keeps what lies in darkness there, and ratios of light.
    light = (made["intensity"] - dark) / (own - dark)
    assert np.allclose(light, light[0], rtol=1e-4)
    alone = changed_alone(own, training_mean=np.array([0.0, 2.0]))
    assert np.allclose(alone["levelled"], own.mean(axis=0)) and (alone["ablated"] == [0, 2]).all()


def test_a_channel_without_light_is_shifted_and_others_stay():
    dark = brought_to(
        np.zeros((4, 1), np.float32), np.zeros(1), np.array([2.0]), darkness=np.zeros(1)
    )
    assert (dark == 2).all()
    image, mask = np.ones((3, 3, 2), np.float32), np.eye(3, dtype=bool)
    changed = exchanged(image, mask, [1], np.full((3, 1), 5, np.float32))
    assert (changed[mask, 1] == 5).all() and (changed[~mask] == 1).all()
    assert (changed[..., 0] == 1).all() and (image == 1).all()


def simulated(stream, n, groups_sd=0.0):
    """y is the level of a channel that the model reads with a slope; permuting costs 2 s² σ²."""
    groups = np.repeat(np.arange(6), n // 6)
    level = stream.normal(size=n)
    noise = stream.normal(size=n)
    y, read = level + noise, 0.7 * level
    donors = rings(n, 8, int(stream.integers(1 << 30)))
    before = (y - read) ** 2
    change = (y - read[donors]) ** 2 - before
    values = np.zeros((n, 1, 1, len(CHANGES)))
    values[:, 0, 0, 0] = of_both_roles(change, donors)
    return Uses((1,), y, groups.astype(str), before[:, None], values, units({"image": ["a"]}, {}))


def test_intervals_hold_the_truth_as_often_as_they_say():
    """E (y − s l')² − (y − s l)² = 2 s σ² for a level of variance σ² = 1; Var y is 2."""
    truth, runs, inside = 2 * 0.7 / 2, 200, []
    for number in range(runs):
        uses = simulated(np.random.default_rng(number), 120)
        row = use_table(uses, "m", confidence=0.9, draws=300, seed=number).iloc[0]
        inside.append([row[f"low{e}"] <= truth <= row[f"high{e}"] for e in ("", "_groups")])
    cells, groups = np.mean(inside, axis=0)
    # Three standard errors of a share of 0.9 in so many runs are 0.064; the spread is 3 % too wide.
    assert 0.83 < cells < 0.97 and 0.83 < groups < 0.97


def test_the_role_of_a_donor_is_in_the_spread():
    """One cell in ten is of another kind and ruins whatever it is given to."""
    stream = np.random.default_rng(2)
    bad = stream.random(400) < 0.1
    donors = rings(400, 3, 1)
    change = np.where(bad[donors], 10.0, 0.0)
    v = of_both_roles(change, donors)
    assert v.mean() == pytest.approx(change.mean())
    assert v.std() == pytest.approx(np.where(bad, 10, 0).std(), rel=0.05)
    assert change.mean(axis=0).std() < 0.7 * v.std()


def test_verdicts_need_three_groups_and_both_intervals():
    assert verdict(0.3, (0.1, 0.5, 0.05, 0.6), 3) == USED
    assert verdict(0.3, (0.1, 0.5, -0.05, 0.6), 3) == NOT_SHOWN
    assert verdict(-0.3, (-0.5, -0.1, -0.6, -0.05), 3) == WORSE
    assert verdict(0.3, (0.1, 0.5, np.nan, np.nan), 2) == "cannot tell (2 wells)"
    assert verdict(np.nan, (np.nan,) * 4, 5) == "cannot tell"


def written(shards, folder, groups=None, **changes):
    options = {"target": "y", "cells": 1000, "seed": 5} | changes
    cells = chosen_cells(shards, normaliser(), **options)
    paths = {}
    for seed, slope in ((1, 1.0), (2, 0.8)):
        paths[seed] = folder / f"{seed}.tsv"
        write_use_cells(
            lambda given, slope=slope: slope * planted(given),
            cells, groups or {}, paths[seed], repeats=2, seed=5,
        )  # fmt: skip
    own = groups or {}
    rows = [("image", name, channel, 1.0, 1.0, True) for name in own for channel in own[name]]
    write_table(pd.DataFrame(rows, columns=list(CHANNEL_GROUPS)), folder / "groups.tsv")
    gather_use(
        {"net": paths}, folder / "groups.tsv", folder / "use.tsv",
        confidence=0.95, draws=200, seed=1,
    )  # fmt: skip
    return read_table(paths[1]), read_table(folder / "use.tsv")


def test_the_stage_writes_seeds_and_their_mean(shards, tmp_path):
    cells, table = written(shards[0], tmp_path, COPIES, cells=40)
    assert list(cells.columns) == list(USE_CELLS) and list(table.columns) == list(USE)
    assert len(cells) == 40 * 7 and len(table) == 7 * len(CHANGES) * 3
    table["seed"] = table["seed"].astype(str)
    one, two, both = (of(table, "level", "permuted", seed) for seed in ("1", "2", EACH))
    assert both["use"] == pytest.approx((one["use"] + two["use"]) / 2)
    # Two seeds that differ: the interval of their mean is wider than that of either.
    assert both["high"] - both["low"] > one["high"] - one["low"]
    assert (table["cells"] == 40).all()
    again = written(shards[0], tmp_path, COPIES, cells=40)[1].astype({"seed": str})
    pd.testing.assert_frame_equal(table, again)


def test_what_is_gathered_is_what_was_computed(shards, tmp_path):
    _, table = written(shards[0], tmp_path)
    cells = chosen_cells(shards[0], normaliser(), target="y", cells=1000, seed=5)
    direct = table_of(planted, cells, {}, repeats=2, draws=200)
    gathered = table[table["seed"].astype(str) == "1"]
    ours = direct[direct["seed"] == "1"]
    assert np.allclose(gathered["use"], ours["use"]) and np.allclose(gathered["low"], ours["low"])


def test_one_cell_has_no_other(shards, tmp_path, caplog):
    cells, table = written(shards[0], tmp_path, cells=1)
    assert cells.empty and table.empty
    assert list(cells.columns) == list(USE_CELLS) and list(table.columns) == list(USE)
    assert "two test cells or more" in caplog.text


def test_cells_without_a_target_are_not_chosen(shards):
    paths, *_ = shards
    with h5py.File(paths[0], "r+") as file:
        values = file["examples/y"][:]
        values[::2] = np.nan
        file["examples/y"][:] = values
    table = chosen_cells(paths, normaliser(), target="y", cells=1000, seed=5).table
    assert table["y"].notna().all()
    assert 0 not in set(table["id"]) and 1 in set(table["id"])


def test_equal_targets_define_no_use(tmp_path, caplog):
    paths, *_ = write_shards(tmp_path, count=12, parts=1)
    cells = chosen_cells(paths, normaliser(), target="y", cells=1000, seed=5)
    cells.table["y"] = 377.3
    write_use_cells(planted, cells, {}, tmp_path / "cells.tsv", repeats=1, seed=1)
    write_table(pd.DataFrame(columns=list(CHANNEL_GROUPS)), tmp_path / "groups.tsv")
    gather_use(
        {"net": {1: tmp_path / "cells.tsv"}}, tmp_path / "groups.tsv", tmp_path / "use.tsv",
        confidence=0.9, draws=20, seed=1,
    )  # fmt: skip
    table = read_table(tmp_path / "use.tsv")
    assert table[["use", "low", "high_groups", "skill"]].isna().all(axis=None) and len(table)
    assert "no skill is defined" in caplog.text
    assert (table["verdict"] == "cannot tell").all()


def test_no_model_and_no_shard_make_empty_tables(tmp_path):
    write_table(pd.DataFrame(columns=list(CHANNEL_GROUPS)), tmp_path / "groups.tsv")
    gather_use({}, tmp_path / "groups.tsv", tmp_path / "use.tsv", confidence=0.9, draws=9, seed=1)
    assert read_table(tmp_path / "use.tsv").empty
    assert len(chosen_cells([], normaliser(), target="y", cells=5, seed=1)) == 0


def test_darkness_is_where_counts_are_zero():
    assert np.allclose(darkness_of(normaliser()), -10)
    assert np.allclose(darkness_of(normaliser(z_score=False, mean_extraction=True)), -1000)
    assert np.allclose(darkness_of(normaliser(z_score=False)), 0)
    assert set(ALONE) < set(CHANGES)
