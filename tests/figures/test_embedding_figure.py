import numpy as np
import pandas as pd
import pytest

from nascent.figures import embedding

RUN = embedding.Run("cnn", 1, "group")


def layout(n=40, groups=4, how="UMAP", classes=False):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "id": range(n),
            "split": np.where(np.arange(n) % 4, "test", "val"),
            "group": [f"p/{i % groups:02d}" for i in range(n)],
            "x": rng.normal(size=n),
            "y": rng.normal(size=n),
            "layout": how,
            "measured": rng.normal(300, 30, n),
        }
    )
    table["error"] = rng.normal(0, 9, n)
    if classes:
        table = table.assign(measured=["a", "b"] * (n // 2), error=["right", "wrong"] * (n // 2))
    return table


def scores(*rows):
    columns = ["of", "score", "neighbours", "value", "chance_low", "chance_high"]
    return pd.DataFrame(rows, columns=columns)


def texts(figure):
    figure.draw_without_rendering()
    return " ".join(
        text.get_text() for text in figure.findobj(match=lambda one: hasattr(one, "get_text"))
    )


def draw(table, told, **options):
    return embedding.draw(table, told, RUN, label="rate (counts)", confidence=0.99, **options)


def points(figure, gid):
    return next(
        artist for axes in figure.axes for artist in axes.collections if artist.get_gid() == gid
    )


def test_each_panel_has_every_example_at_its_place_and_says_what_neighbours_share():
    table = layout()
    told = scores(("target", "r2", 15, 0.8412, -0.1, 0.05), ("group", "share", 15, 0.31, 0.2, 0.28))
    figure = draw(table, told)
    for gid in ("measured", "group", "error"):
        assert sorted(map(tuple, points(figure, gid).get_offsets())) == sorted(
            zip(table["x"], table["y"], strict=True)
        )
    said = texts(figure)
    assert "R² 0.84 (chance −0.10 to 0.05)" in said
    assert "Same well among the 15 nearest:\n31 % (chance 20 to 28 %)" in said
    assert "10 validation and 30 test cells in 4 wells" in said
    assert "99 %" in said and "cnn, seed 1" in said


def test_many_groups_have_the_colours_of_the_largest_and_few_examples_are_no_umap():
    figure = draw(layout(60, groups=20, how="PCA"), scores())
    assert "Well: 8 largest of 20" in texts(figure)
    assert "too few cells for UMAP" in texts(figure)


@pytest.mark.parametrize("missing", [False, True])
def test_classes_have_a_colour_each_and_no_answers_a_word(missing):
    table = layout(classes=True)
    if missing:
        table[["measured", "error"]] = np.nan
    said = texts(draw(table, scores()))
    assert ("not one number" in said) == missing
    assert {"a", "b", "right", "wrong"} <= set(said.split()) or missing
    assert "no cells" in texts(draw(table[:0], scores()))
