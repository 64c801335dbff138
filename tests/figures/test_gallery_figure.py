import numpy as np
import pandas as pd
import pytest

from nascent.evaluate.tables import RunNames
from nascent.figures import gallery
from nascent.figures.gather import Examples
from nascent.figures.predicted_examples import best_model, chosen, missed, of_most_contrast

RUN = RunNames("example", "example", "cnn", 0)


def predictions(errors, seeds=(1,), **columns):
    """Return predictions of test cells 0, 1, … that are off by these errors, half to each side."""
    n = len(errors)
    told = {"id": range(n), "group": "A01", "design": "example", "fold": "example"}
    sign = np.where(np.arange(n) % 2, 1, -1)
    tables = [
        pd.DataFrame(told | {"y": 100.0, "y_hat": 100.0 + sign * np.array(errors) + shift})
        .assign(split="test", model="cnn", target="target", seed=seed, **columns)
        for seed, shift in zip(seeds, np.linspace(-1, 1, len(seeds)) if len(seeds) > 1 else [0],
                               strict=True)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def test_the_worst_cell_is_the_one_with_the_largest_error_and_the_typical_have_the_median():
    errors = [5.0, 0.1, 40.0, 3.0, 9.0, 7.0, 0.5, 30.0, 6.0]
    found = missed(predictions(errors), RUN, "target", "regression")
    assert found["missed"].tolist() == pytest.approx(errors)
    kinds = chosen(found["missed"], 2)
    assert kinds == {"best": [1, 6], "typical": [0, 8], "worst": [2, 7]}
    assert chosen(found["missed"], 1)["worst"] == [2]


@pytest.mark.parametrize("n", range(8))
def test_of_few_cells_none_stands_twice(n):
    kinds = chosen(pd.Series(np.arange(n, dtype=float)), 5)
    shown = [each for ids in kinds.values() for each in ids]
    assert len(set(shown)) == len(shown) == 3 * (n // 3)


def test_errors_are_of_the_mean_over_seeds_of_the_test_cells_of_one_fold_alone():
    table = predictions([4.0, 8.0], seeds=(1, 2))
    others = [
        table.assign(y_hat=0.0, **{name: "other"}) for name in ("split", "model", "fold", "target")
    ]
    found = missed(pd.concat([table, *others]), RUN, "target", "regression")
    assert found["missed"].tolist() == pytest.approx([4.0, 8.0])


def test_classes_are_off_by_what_the_true_one_lacks():
    classes = predictions([0, 0]).assign(
        true_class=["a", "b"], predicted_class=["a", "a"], p_a=[0.9, 0.8], p_b=[0.1, 0.2]
    )
    found = missed(classes, RUN, "target", "classes")
    assert found["missed"].tolist() == pytest.approx([0.1, 0.8])
    assert found["predicted"].tolist() == ["a", "a"]


def test_of_several_seeds_the_class_of_the_largest_mean_probability_is_predicted():
    one = predictions([0]).assign(true_class="b", predicted_class="a", p_a=0.6, p_b=0.4)
    two = one.assign(seed=2, predicted_class="b", p_a=0.1, p_b=0.9)
    found = missed(pd.concat([one, two]), RUN, "target", "classes")
    assert found["predicted"].tolist() == ["b"]
    assert found["missed"].tolist() == pytest.approx([0.35])


def test_the_channels_shown_are_those_that_vary_most_within_a_cell():
    masks = np.zeros((3, 6, 6), bool)
    masks[:, 1:5, 1:5] = True
    even, pale, strong = np.full((6, 6), 50.0), np.full((6, 6), 50.0), np.full((6, 6), 50.0)
    pale[2, 2], strong[2, 2] = 60, 500
    images = np.stack([np.stack([even, pale, strong], -1)] * 3)
    # What lies outside of a cell does not count, nor does a brighter stain of the same pattern.
    images[:, 0, 0, 0] = 9999
    images[1] *= 7
    assert of_most_contrast(images, masks, 2) == [2, 1]
    assert of_most_contrast(images * 0, masks, 2) == [0, 1]
    assert of_most_contrast(images[:0], masks[:0], 2) == [0, 1]


def test_the_best_model_is_no_reference():
    comparison = pd.DataFrame(
        {"model": ["mean", "x", "cnn"], "mae": [1.0, 3.0, 2.0], "floor": [True, False, False]}
    ).assign(target="target", design="example", verdict=["", "cannot tell", "cannot tell"])
    assert best_model(comparison, "target", "regression") == ("cnn", "example")
    assert best_model(comparison[:1], "target", "regression") is None
    # As the report's answers choose: one that is shown to beat the reference comes first.
    shown = comparison.assign(verdict=["", "beats the best floor", "cannot tell"])
    assert best_model(shown, "target", "regression") == ("x", "example")


def examples(ids, channels=("a", "b")):
    rng = np.random.default_rng(0)
    masks = np.zeros((len(ids), 12, 12), bool)
    masks[:, 3:9, 3:9] = True
    images = rng.random((*masks.shape, len(channels))) * masks[..., None]
    return Examples(pd.DataFrame(index=pd.Index(ids, name="id")), list(channels), images, masks)


def test_each_cell_is_drawn_with_what_was_measured_and_predicted():
    table = predictions([5.0, 0.1, 40.0, 3.0, 9.0, 7.0])
    found = missed(table, RUN, "target", "regression")
    kinds = chosen(found["missed"], 2)
    ids = [each for of_kind in kinds.values() for each in of_kind]
    figure = gallery.draw(examples(ids), kinds, found, pixel_size=0.2)
    tiles = {axes.get_gid(): axes for axes in figure.axes}
    assert list(tiles) == [f"{kind} {each}" for kind, own in kinds.items() for each in own]
    assert tiles["worst 2"].get_xlabel() == "measured 100\npredicted 60.0\nA01"
    said = " ".join(text.get_text() for text in figure.texts)
    assert "Worst" in said and "off by\n9.00 to 40.0" in said
    assert "µm" in tiles["best 1"].texts[0].get_text()
    none = gallery.draw(examples([]), {"best": [], "worst": []}, found)
    assert "too few test cells" in none.axes[0].texts[0].get_text()
    told = gallery.in_words(label="rate (counts)", classes=False)
    assert "most contrast within a cell" in told and "rate (counts)" in told
