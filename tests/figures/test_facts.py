"""The line of facts stands below a figure, is saved with it, and moves nothing in it."""

import pytest
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.figures.facts import Facts, counted, intervals_over, note, split_by
from nascent.figures.margins import frame
from nascent.figures.save import save
from nascent.words import speaking

FACTS = Facts(counted(96, 4, "test"), "cnn", "ig", split_by("example"), intervals_over(0.99))
CELLS = {"example": "cell", "examples": "cells", "group": "well", "groups": "wells"}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (Facts(), ""),
        (
            Facts("12 genes", model="linear", more="R² has no unit"),
            "linear · 12 genes · R² has no unit",
        ),
    ],
)
def test_what_is_empty_is_left_out(facts, told):
    assert facts.text == told


def test_facts_speak_the_words_of_the_kind():
    with speaking(CELLS):
        assert counted(1, 1, "test") == "1 test cell in 1 well"
        assert counted(0, 12) == "12 wells"
        assert counted(1234, None, "train") == "1,234 training cells"
        assert intervals_over(0.95) == "lines: 95 % intervals over wells"
        assert intervals_over(0.999, "cells", "boxes") == "boxes: 99.9 % intervals over cells"
        assert split_by("group") == "split by well: whole wells held out"


@style.look()
def drawn(layout: str | None) -> Figure:
    figure = Figure(figsize=(3, 2), layout=layout)
    figure.subplots().plot([0, 1])
    return figure


@pytest.mark.parametrize("layout", ["constrained", None])
def test_the_line_stands_below_and_nothing_moves(layout, tmp_path):
    plain, noted = drawn(layout), drawn(layout)
    note(noted, FACTS)
    plain.set_dpi(noted.dpi)
    plain.draw_without_rendering()
    assert noted.axes[0].get_position().bounds == pytest.approx(
        plain.axes[0].get_position().bounds, abs=0.001
    )
    box = frame(noted)
    lines = noted.texts[0].get_text().splitlines()
    assert len(lines) > 1 and " ".join(lines) == FACTS.text
    extent = noted.texts[0].get_window_extent().transformed(noted.dpi_scale_trans.inverted())
    assert box.y0 < extent.y0 and extent.y1 <= 0 and box.y1 == 2
    assert extent.x1 < 3
    _, svg, _ = save(noted, tmp_path / "figure", {})
    assert "96 test examples in 4 groups" in svg.read_text()


def test_a_figure_without_facts_is_as_it_was():
    figure = drawn("constrained")
    assert note(figure, Facts()) is None
    assert figure.texts == [] and frame(figure) is None
