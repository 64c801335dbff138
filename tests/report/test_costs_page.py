"""What the page of costs says of planted rules."""

import numpy as np
import pandas as pd

from nascent.costs.table import COSTS
from nascent.report.costs import costs_page, worth_a_word
from nascent.stages import stages_of

NAN = np.nan


def costs(*rows):
    return pd.DataFrame(rows, columns=list(COSTS))


TRAIN = ("train", 2, 3.0, 5.0, 3.0, 120.0, 1900.0, 2000.0, 0.95, 0.8, 2)
CROPS = ("crops", 4, 0.5, 0.1, 0.0, 12.0, 900.0, 9000.0, 0.1, 0.2, 4)
GATHER = ("crops_gather", 1, 0.01, NAN, NAN, 0.1, NAN, NAN, NAN, NAN, 0)


def test_the_page_shows_stages_rules_and_missing_numbers_as_such():
    page = costs_page(costs(TRAIN, CROPS, GATHER), "demo", stages_of("crops"))
    assert "What demo cost" in page
    assert "wall, h" in page
    for word in ("train", "crops", "crops_gather", "By stage", "By rule", "3.51"):
        assert f">{word}<" in page, word
    # Nobody measured the last rule's memory.
    assert page.count("–") >= 4


def test_short_studies_are_told_in_minutes():
    page = costs_page(costs(CROPS), "demo", stages_of("crops"))
    assert "wall, min" in page
    assert ">30.00<" in page


def test_gpus_have_a_column_where_there_were_any():
    assert "GPU asked for, h" in costs_page(costs(TRAIN), "demo", stages_of("crops"))
    assert "GPU asked for" not in costs_page(costs(CROPS), "demo", stages_of("crops"))


def test_a_rule_near_its_memory_and_one_that_wastes_it_are_named():
    said = worth_a_word(costs(TRAIN, CROPS, GATHER))
    assert len(said) == 3
    assert said[0].startswith("train took 95% of its memory")
    assert said[1].startswith("crops took at most 10% of its memory")
    assert said[2].startswith("crops kept its threads busy for 20%")


def test_a_rule_of_which_nothing_is_known_is_not_blamed():
    (said,) = worth_a_word(costs(GATHER))
    assert said.startswith("No rule")


def test_without_benchmarks_the_page_says_so():
    assert "no benchmark" in costs_page(costs(), "demo", stages_of("crops"))
