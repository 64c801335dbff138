"""The plan on a terminal: aligned, and never more certain than its numbers."""

from pathlib import Path

import numpy as np
import pandas as pd

from nascent.costs.disk import Disk
from nascent.costs.plan import STAGE_COSTS, Plan
from nascent.costs.schedule import Room
from nascent.costs.words import aligned, plan_in_words

NAN = np.nan
COSTS = pd.DataFrame(
    [
        ("crops", 2, 4, 0, 0.004, 0.1234, 0.0, 1.5, NAN, 12.3, "measured here (2)"),
        ("train", 3, 3, 2, 1.26, NAN, 0.0, NAN, 2.0, NAN, "no measurement (2)"),
        ("all", 5, 7, 2, 1234.5, 0.1234, 0.0, 1.5, 2.0, 12.3, "both"),
    ],
    columns=list(STAGE_COSTS),
)


def lines(facts, expected=("example",), others=(), room=None):
    logs, results = Path("logs/planted"), Path("results/planted")
    plan = Plan([], facts, expected, logs, results, {}, Room(cores=2))
    room = {"crops": Disk(12.3e9, 20e9, "6× compression assumed")} if room is None else room
    return list(plan_in_words(plan, COSTS, room, others, seconds=4000))


def test_the_time_of_the_whole_run_is_told_for_the_cores_there_are(facts):
    # Two jobs were never timed: it may take longer.
    assert "On 2 cores the run takes at least 1 h 6 min from start to end." in lines(facts)


def test_columns_are_aligned():
    rows = list(aligned([["a", "10", "x"], ["bcd", "5", "yz"]]))
    assert rows == ["a    10  x", "bcd   5  yz"]


def test_numbers_have_the_digits_of_an_estimate_and_missing_ones_a_dash(facts):
    table = [line.split() for line in lines(facts)]
    assert table[4][:9] == ["crops", "2", "4", "0.004", "0.12", "0", "1.5", "–", "12.3"]


def test_sums_that_lack_a_job_are_bounds(facts):
    said = lines(facts)
    train = next(line for line in said if line.startswith("train")).split()
    assert train[3:6] == ["≥1.3", "–", "≥0"]
    whole = next(line for line in said if line.startswith("all")).split()
    assert whole[3] == "≥1,234" or whole[3] == "≥1,235"
    assert any("2 of 5 jobs" in line for line in said)


def test_a_past_is_asked_for_where_there_was_none(facts):
    assert any("--past" in line for line in lines(facts))
    assert not any("--past" in line for line in lines(facts, others=["logs/demo"]))


def test_what_was_counted_from_the_config_is_called_expected(facts):
    (told,) = [line for line in lines(facts) if "expected" in line]
    assert "160 train, 20 val, 20 test" in told
    assert not any("expected" in line for line in lines(facts, expected=()))


def test_disk_that_a_stage_cannot_tell_makes_the_sum_a_bound(facts):
    room = {"crops": Disk(12.3e9, 20e9, "told"), "attribute": Disk(NAN, NAN, "no measurement")}
    whole = next(line for line in lines(facts, room=room) if line.startswith("all")).split()
    assert whole[8] == "≥12.3"
