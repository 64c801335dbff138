"""What checks say against an explanation stands over its figure, and moves nothing in it."""

import io

import numpy as np
import pytest
from matplotlib import image
from matplotlib.figure import Figure

from nascent.explain.standing import Standing
from nascent.figures import style
from nascent.figures.banner import headed
from nascent.figures.save import save

LOST = "cnn does not predict better than the best floor (ridge)."
STAYS = "Maps by ig do not depend on the model: with random weights they stay as they are."


def one(*sentences: str) -> Standing:
    maps = "does not depend on the model" if STAYS in sentences else "depends on the model"
    return Standing("cnn", "ig", "beats the best floor", maps, sentences)


@style.look()
def drawn(layout: str | None = "constrained") -> Figure:
    figure = Figure(figsize=(4, 2), layout=layout)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="a line")
    axes.set_ylabel("a label")
    figure.legend(loc="outside upper center" if layout else "upper center")
    return figure


def words(figure: Figure) -> str:
    return " ".join(text.get_text().replace("\n", " ") for text in figure.texts)


@pytest.mark.parametrize("sentences", [(STAYS,), (LOST, STAYS)])
def test_a_figure_holds_every_sentence(sentences):
    figure = headed(drawn(), one(*sentences))
    assert all(sentence in words(figure) for sentence in sentences)


def test_a_figure_of_what_passes_is_as_it_was():
    figure = headed(drawn(), one())
    assert figure.texts == []
    assert figure.get_layout_engine() is not None


def picture(figure: Figure, folder) -> np.ndarray:
    path, *_ = save(figure, folder / "figure.png", {})
    return image.imread(io.BytesIO(path.read_bytes()), format="png")[..., :3]


@pytest.mark.parametrize("layout", ["constrained", None])
def test_the_words_stand_above_and_nothing_below_has_moved(tmp_path, layout):
    plain = picture(drawn(layout), tmp_path / "plain")
    with_words = picture(headed(drawn(layout), one(LOST, STAYS)), tmp_path / "headed")
    rows, columns, _ = plain.shape
    side = (with_words.shape[1] - columns) // 2
    assert with_words.shape[0] > rows + 40
    below = with_words[-rows:, side : side + columns]
    # Where a letter falls between two pixels it may be drawn half a pixel away.
    assert np.abs(below - plain).mean() < 0.02
    above = with_words[: with_words.shape[0] - rows]
    assert (above.min(axis=-1) < 0.5).any()
    assert (above[:, 0] == 1).all()
    # Text in the SVG is text.
    assert "a label</text>" in (tmp_path / "headed" / "figure.svg").read_text()


def test_equal_figures_give_equal_bytes(tmp_path):
    for name in ("a", "b"):
        save(headed(drawn(), one(STAYS)), tmp_path / name, {})
    for kind in ("png", "svg", "pdf"):
        first, second = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("a", "b"))
        assert first == second
