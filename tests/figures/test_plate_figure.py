import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from nascent.figures import plate
from nascent.figures.plate_positions import in_a_strip, position, positions, row_name

LABEL = "rate (counts)"


def study(wells=("A01", "A02", "B03"), plates=("p",), tested=("A01", "B03"), each=4):
    """Return a study whose measured value is 10 times the number of its well, predicted 1 below."""
    cells = pd.DataFrame(
        [
            {"id": f"{name}/{well}/{i}", "plate": name, "well": well, "target": 10.0 * k}
            for name in plates
            for k, well in enumerate(wells, start=1)
            for i in range(each + k)
        ]
    )
    test = cells[cells["well"].isin(tested)]
    predictions = pd.DataFrame(
        {"id": test["id"], "y": test["target"], "y_hat": test["target"] - 1, "split": "test"}
    ).assign(target="target", model="cnn", design="example", seed=1)
    worse = predictions.assign(model="worse", y_hat=0.0)
    comparison = pd.DataFrame(
        {"model": ["worse", "cnn"], "mae": [20.0, 1.0], "floor": False, "design": "example"}
    ).assign(target="target", verdict="cannot tell")
    return cells, pd.concat([worse, predictions]), comparison


def drawn(figure, panel):
    """Return name → rectangle of the positions of a panel."""
    return {
        patch.get_gid(): patch
        for patch in figure.axes[panel].patches
        if isinstance(patch, Rectangle) and patch.get_gid()
    }


def texts(figure):
    found = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    return [text.get_text() for text in found]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("B03", (2, 3)),
        ("b3", (2, 3)),
        ("A1", (1, 1)),
        ("P24", (16, 24)),
        ("AF48", (32, 48)),
        ("AG01", None),
        ("B49", None),
        ("B00", None),
        ("BA1", None),
        ("control", None),
        ("3", None),
    ],
)
def test_names_of_positions_from_6_to_1536_wells(name, place):
    assert position(name) == place
    if place is not None:
        assert name.upper().startswith(row_name(place[0]))


def test_names_that_are_no_positions_or_the_same_one_stand_in_a_strip():
    assert positions(["A01", "B02"]) == {"A01": (1, 1), "B02": (2, 2)}
    assert positions(["A1", "A01"]) is None
    assert positions(["A01", "blank"]) is None
    assert in_a_strip(["w10", "w2", "w1"], 2) == {"w1": (1, 1), "w2": (1, 2), "w10": (2, 1)}


def test_a_well_lies_at_its_row_and_column_with_its_values():
    figure = plate.draw(*study(), label=LABEL)
    for panel in range(3):
        x, y = drawn(figure, panel)["p/B03"].get_center()
        assert (round(y), round(x)) == (2, 3)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["A", "B"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["10.0", "20.0", "30.0"]
    # The error of the best model, at full red: it predicts too little.
    assert [text.get_text() for text in figure.axes[1].texts] == ["1.00", "1.00"]
    assert drawn(figure, 1)["p/B03"].get_facecolor() == to_rgba(plate.SIGNED(1.0))
    assert [text.get_text() for text in figure.axes[2].texts] == ["5", "6", "7"]


def test_a_well_without_test_cells_is_hatched_and_the_figure_says_so():
    figure = plate.draw(*study(), label=LABEL)
    hatched = {name for name, patch in drawn(figure, 1).items() if patch.get_hatch()}
    assert hatched == {"p/A02"}
    said = " ".join(texts(figure))
    assert "hatched: no test cells" in said
    assert "error of cnn on 12 test cells" in said
    assert "18 cells in 3 wells" in said
    assert "hatched" not in " ".join(
        texts(plate.draw(*study(tested=("A01", "A02", "B03")), label=LABEL))
    )


def test_how_sure_the_error_is_stands_below_where_the_comparison_tells():
    cells, predictions, comparison = study()
    told = comparison.assign(mae_low=[18.0, 0.8], mae_high=[22.0, 1.3])
    said = " ".join(" ".join(texts(plate.draw(cells, predictions, told, label=LABEL))).split())
    assert "95 % interval over cells 0.80 to 1.30" in said


def test_plates_stand_below_each_other_and_odd_names_in_a_strip():
    figure = plate.draw(*study(plates=("p", "q")), label=LABEL)
    assert [axes.get_ylabel() for axes in figure.axes[:6:3]] == ["p", "q"]
    strip = plate.draw(*study(wells=("drug 2", "drug 10", "B03"), tested=("B03",)), label=LABEL)
    assert "no positions on a plate" in " ".join(texts(strip))
    assert round(drawn(strip, 0)["p/drug 10"].get_x() + 0.47) == 3


def test_without_models_or_wells_there_is_less_to_show():
    cells, predictions, comparison = study()
    assert len(plate.draw(cells, predictions, comparison[:0], label=LABEL).axes) == 2 * 2
    bare = cells.assign(well=np.nan)
    assert (
        "No cell has a position"
        in plate.draw(bare, predictions, comparison, label=LABEL).axes[0].texts[0].get_text()
    )


def test_classes_have_the_share_of_wrong_predictions():
    cells, predictions, comparison = study()
    predictions = predictions.assign(true_class="a", predicted_class="b")
    comparison = comparison.assign(balanced_accuracy=[0.5, 0.6], auroc=0.5, brier_skill=0.1)
    figure = plate.draw(
        cells.assign(target="a"), predictions, comparison, label="class", task="classes"
    )
    assert [text.get_text() for text in figure.axes[0].texts] == ["100", "100"]
