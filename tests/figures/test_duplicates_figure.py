"""The heat map of channels that repeat each other: what is framed, and what the title says."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from nascent.explain.duplicates.pairs import (
    Likeness,
    correlation_table,
    found_groups,
    groups_table,
)
from nascent.figures import duplicates

NAMES = ["a_1", "b", "a_2", "c"]


def tables(alike=0.97):
    pixels = np.eye(4)
    pixels[0, 2] = pixels[2, 0] = alike
    pixels[0, 1] = pixels[1, 0] = 0.3
    likeness = Likeness("image", tuple(NAMES), pixels, np.eye(4), 50)
    groups = groups_table(found_groups(likeness, 0.9), likeness, found=True)
    return correlation_table(likeness, 0.9), groups


@pytest.mark.parametrize("alike", [0.97, -0.97])
def test_duplicates_are_framed_and_stand_beside_each_other(alike):
    axes = duplicates.draw(*tables(alike), channels={"image": NAMES}, bound=0.9).axes[0]
    framed = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(framed) == 1
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert abs(names.index("a_1") - names.index("a_2")) == 1
    bold = {label.get_text() for label in axes.get_xticklabels() if label.get_weight() == "bold"}
    assert bold == {"a_1", "a_2"}


def test_the_title_says_which_channels_repeat_each_other():
    assert duplicates.verdict(*tables()) == (
        "1 pair of channels repeats each other. Analysed together: a_1, a_2."
    )
    assert duplicates.verdict(*tables(0.5)) == "No two channels repeat each other."


def test_one_channel_is_drawn_as_a_sentence():
    correlations, groups = tables()
    figure = duplicates.draw(
        correlations.iloc[:0], groups.iloc[:0], channels={"image": ["a"]}, bound=0.9
    )
    assert "one input channel" in figure.axes[0].texts[0].get_text()


def test_each_input_has_a_map_of_its_own():
    correlations, groups = tables()
    other = correlations.assign(input="columns")
    inputs = {"image": NAMES, "columns": NAMES, "one": ["a"]}
    figure = duplicates.draw(pd.concat([correlations, other]), groups, channels=inputs, bound=0.9)
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["image", "columns"]
    assert len(figure.axes) == 3  # the bar
