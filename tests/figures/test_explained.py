import pandas as pd
import pytest
from matplotlib.figure import Figure

from nascent.figures.explained import counts, explained, intervals, noted, without_intervals

METHODS = {"ig": {"method": "integrated_gradients"}}
SHOWN = explained("cnn", "ig", methods=METHODS, design="example", confidence=0.99)


def table(strata, interval="groups"):
    columns = {"split": "test", "cells": [14, 42][: len(strata)], "groups": 4, "low": 0, "high": 1}
    return pd.DataFrame({"stratum": strata, **columns, "interval": interval})


def test_a_figure_of_maps_says_whose_they_are_of_how_many_cells_and_what_its_lines_are():
    figure = Figure()
    noted(figure, SHOWN, table(["low", "high"]))
    (text,) = figure.texts
    words = " ".join(text.get_text().split())
    assert words.startswith("cnn · Integrated Gradients · 56 test cells in 4 wells, split by")
    assert words.endswith("lines: 99 % intervals over wells")


@pytest.mark.parametrize(
    ("strata", "n"),
    [(["low", "high"], "56 test"), (["all", "low"], "42 test"), (["low"], "14 test")],
)
def test_strata_are_counted_once(strata, n):
    assert counts(table(strata)).startswith(n)


def test_intervals_are_told_as_they_are():
    assert intervals(table(["low"], "cells"), SHOWN).endswith("over cells")
    both = pd.concat([table(["low"], "cells"), table(["low"])])
    assert intervals(both, SHOWN).endswith("over wells or cells")
    assert intervals(without_intervals(both), SHOWN) == ""
    assert counts(pd.DataFrame()) == ""
