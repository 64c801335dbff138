"""The figure and the page of use: order, what is filled, groups, and nothing to show."""

import numpy as np
import pandas as pd
import pytest

from nascent.explain.use.changes import CHANGES, PERMUTED
from nascent.explain.use.loss import EACH, NOT_SHOWN, USE, USED, WORSE
from nascent.figures import use
from nascent.figures.use import PANELS, order
from nascent.report.use import sentence, use_page, use_rows
from nascent.words import worded

USES = {"15_SON": 0.7, "09_SRRM2": 0.9, "00_DAPI": 0.0, "copy": 0.1}


def make_use(models=("net",), *, group=True, groups=4):
    rows = []
    units = [("channel", name, name, value) for name, value in USES.items()]
    if group:
        units.append(("group", "00_DAPI+copy", "00_DAPI, copy", 0.3))
    for model in models:
        for seed in ("1", EACH):
            for unit, name, members, value in units:
                for number, change in enumerate(CHANGES):
                    here = value if number != 1 else 0.0
                    ends = here - 0.05, here + 0.05, here - 0.08, here + 0.08
                    verdict = USED if ends[2] > 0 else NOT_SHOWN
                    total = 0.1 if unit == "group" else np.nan
                    key = (model, seed, "image", unit, name, members, change, 100, groups, 0.95)
                    rows.append((*key, here, *ends, total, verdict))
    return pd.DataFrame(rows, columns=list(USE))


def test_channels_are_sorted_by_use_and_groups_stand_below():
    figure = use.draw(make_use(), confidence=0.99)
    first = figure.axes[0]
    names = [label.get_text() for label in first.get_yticklabels()]
    assert names == ["09_SRRM2", "15_SON", "copy", "00_DAPI", "00_DAPI+copy"]
    assert len(figure.axes) == len(PANELS)
    points = {line.get_gid(): line for axes in figure.axes for line in axes.lines if line.get_gid()}
    used, not_shown = points["net/15_SON/permuted"], points["net/15_SON/intensity"]
    assert used.get_xdata()[0] == 0.7 and used.get_mfc() != "white" == not_shown.get_mfc()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "sum, one at a time" in legend
    (facts,) = figure.texts
    assert "100 test cells in 4 wells" in facts.get_text()
    assert "99 % intervals over cells (thick) and wells (thin)" in facts.get_text()


def test_a_channel_that_makes_it_worse_is_not_drawn_as_used():
    table = make_use().replace({"verdict": {NOT_SHOWN: WORSE}})
    figure = use.draw(table, confidence=0.99)
    points = {line.get_gid(): line for axes in figure.axes for line in axes.lines}
    assert points["net/15_SON/intensity"].get_mfc() == "white"


def test_every_model_has_a_row_of_panels_with_limits_of_its_own():
    table = make_use(("net", "linear"), group=False)
    table.loc[table["model"] == "linear", ["use", "low", "high"]] /= 10
    figure = use.draw(table, confidence=0.99)
    assert len(figure.axes) == 6
    assert figure.axes[3].get_xlim()[1] < figure.axes[0].get_xlim()[1] / 5
    assert figure.axes[3].get_xlim() == figure.axes[5].get_xlim()


def test_a_model_without_skill_is_named_and_has_no_panels():
    table = make_use(("net", "linear"), group=False)
    table.loc[table["model"] == "linear", "skill"] = -0.03
    figure = use.draw(table, confidence=0.99)
    assert len(figure.axes) == 3
    assert "without skill to lose: linear (R² −0.03)" in " ".join(
        figure.texts[0].get_text().split()
    )
    alone = use.draw(table[table["model"] == "linear"], confidence=0.99)
    assert "No model has skill to lose" in alone.axes[0].texts[0].get_text()


def test_an_interval_over_groups_that_is_far_too_wide_squeezes_nothing():
    table = make_use()
    table[["low_groups", "high_groups"]] = -50, 50
    assert use.draw(table, confidence=0.99).axes[0].get_xlim()[1] < 1.2


@pytest.mark.parametrize("change", ["empty", "undefined"])
def test_nothing_is_said_where_there_is_nothing(change):
    table = make_use().iloc[: 0 if change == "empty" else None]
    table["use"] = np.nan
    figure = use.draw(table, confidence=0.99)
    assert figure.axes[0].texts[0].get_text() == worded(use.NOTHING)
    page = use_page(table, confidence=0.99)
    assert ("There is no trained model" in page) == (change == "empty")


def test_the_page_says_what_is_used_first():
    table = make_use()
    rows = table[table["seed"] == EACH]
    assert sentence(rows) == "Shown to be used: 09_SRRM2, 15_SON, copy."
    shown = use_rows(rows, "R²")
    assert shown["channel"].tolist()[::4] == ["09_SRRM2", "together: 00_DAPI, copy"]
    assert shown["R² lost: all of it"][0] == "0.900 [0.850, 0.950]"
    assert shown["sum, one at a time"].tolist() == [*["–"] * 4, "0.100"]
    assert "net (R² 0.950)" in use_page(table, confidence=0.99)
    of_classes = use_page(table, confidence=0.99, task="classes")
    assert "net (Brier skill 0.950)" in of_classes and "R²" not in of_classes
    few = rows.assign(verdict="cannot tell (2 wells)")
    assert sentence(few) == "No channel is shown to be used: cannot tell (2 wells)."
    assert order(rows[rows["change"] == PERMUTED])[0] == ("channel", "09_SRRM2")


def test_channels_of_several_inputs_stand_below_the_names_of_their_inputs():
    table = pd.concat([make_use(group=False), make_use(group=False).assign(input="columns")])
    found = use.order(table[table["seed"].astype(str) == "each"])
    assert [place for place, (kind, _) in enumerate(found) if kind == use.INPUT] == [
        0,
        1 + len(USES),
    ]
    labels = use.draw(table, confidence=0.99).axes[0].get_yticklabels()
    bold = [label.get_text() for label in labels if label.get_fontweight() == "bold"]
    assert bold == ["image", "columns"]
