"""Saved figures: same bytes every time, with the record inside."""

import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from nascent.figures import sizes, target
from nascent.figures.margins import frame
from nascent.figures.save import save

RECORD = {"stage": "figures", "config": {"target": "00_EU", "note": "<µ & ü>"}, "seed": 123}


@pytest.fixture
def figure(make):
    return sizes.draw(make.cells(2, 30, tables=True), size=224, factor="cell_cycle")


def test_equal_inputs_give_equal_bytes(make, tmp_path):
    saved = []
    for name in ("a", "b"):
        figure = sizes.draw(make.cells(2, 30, tables=True), size=224, factor="cell_cycle")
        saved.append([path.read_bytes() for path in save(figure, tmp_path / name, RECORD)])
    assert saved[0] == saved[1]


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(tmp_path):
    code = (
        "import sys; import pandas as pd; from nascent.figures import target;"
        "from nascent.figures.save import save;"
        "save(target.draw(pd.Series(range(50)), low=10, high=40, label='EU'),"
        " sys.argv[1], {})"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / seed)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    for kind in ("png", "svg", "pdf"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()


@pytest.mark.parametrize("name", ["figure.png", "figure.svg", "figure.pdf", "figure", "v1.5"])
def test_all_files_stand_under_the_stem(figure, tmp_path, name):
    made = save(figure, tmp_path / "new" / name, RECORD)
    stem = re.sub(r"\.(png|svg|pdf)$", "", name)
    assert [path.name for path in made] == [f"{stem}.{kind}" for kind in ("png", "svg", "pdf")]
    assert sorted((tmp_path / "new").iterdir()) == sorted(made)


def test_text_in_the_svg_is_text_in_fonts_that_are_everywhere(figure, tmp_path):
    _, svg, _ = save(figure, tmp_path / "figure", RECORD)
    texts = [one for one in ElementTree.parse(svg).iter() if one.tag.endswith("}text")]
    assert "border of the 224 px crop" in svg.read_text()
    assert all("'DejaVu Sans', 'Verdana', 'Arial'" in one.get("style") for one in texts)


def test_the_pdf_holds_its_letters_and_record_and_no_date(figure, tmp_path):
    *_, pdf = save(figure, tmp_path / "figure", RECORD)
    written = pdf.read_bytes()
    assert b"/FontFile2" in written and b"/Type3" not in written
    assert b"Date" not in written
    assert b'"seed": 123' in written


def test_the_record_is_in_the_png(figure, tmp_path):
    png, *_ = save(figure, tmp_path / "figure", RECORD)
    with Image.open(png) as image:
        assert json.loads(image.text["Description"]) == RECORD


def test_the_record_is_in_the_svg_and_no_date(figure, tmp_path):
    _, svg, _ = save(figure, tmp_path / "figure", RECORD)
    tree = ElementTree.parse(svg)
    dublin = "{http://purl.org/dc/elements/1.1/}"
    assert json.loads(tree.find(f".//{dublin}description").text) == RECORD
    assert tree.find(f".//{dublin}date") is None


def test_the_png_has_200_dots_an_inch(figure, tmp_path):
    png, *_ = save(figure, tmp_path / "figure", RECORD)
    with Image.open(png) as image:
        # The line below the figure is saved with it.
        assert image.size == pytest.approx(frame(figure).size * 200, abs=1)


def test_drawing_leaves_the_callers_settings_alone(make, tmp_path):
    with matplotlib.rc_context({"font.size": 31, "svg.hashsalt": "mine"}):
        before = dict(matplotlib.rcParams)
        save(
            sizes.draw(make.cells(1, 20, tables=False), size=64, factor="cell_cycle"),
            tmp_path / "figure",
            {},
        )
        assert dict(matplotlib.rcParams) == before


def test_the_callers_settings_change_no_figure(make, tmp_path):
    values = make.cells(1, 50, tables=True)["target"]
    pictures = []
    for size in (5, 30):
        with matplotlib.rc_context({"font.size": size, "axes.grid": True}):
            figure = target.draw(values, low=300, high=400, label="EU")
            pictures.append(save(figure, tmp_path / str(size), {})[1].read_bytes())
    assert pictures[0] == pictures[1]


def test_names_are_no_formulas_and_the_numbers_of_a_log_axis_are(tmp_path):
    figure = Figure()
    axes = figure.add_subplot()
    axes.bar(["a$b$", r"$\foo$"], [1, 2])
    axes.set_title("$x$ {x}")
    axes.set_yscale("log")
    axes.set_ylim(1, 1e6)
    # As a formula the second name would be an error.
    save(figure, tmp_path / "a", {})
    texts = {text.get_text(): text.get_parse_math() for text in figure.findobj(Text)}
    assert [texts[name] for name in ("a$b$", r"$\foo$", "$x$ {x}")] == [False] * 3
    assert texts[r"$\mathdefault{10^{3}}$"]
