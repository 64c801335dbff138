import pytest

from nascent.figures import learning, style


def rings(axes):
    return [line for line in axes.lines if line.get_gid() == "chosen epoch"]


def test_the_ring_stands_at_the_chosen_epoch_on_the_val_curve(make):
    history = make.history(30, seed=1)
    (axes,) = learning.draw({("linear", 1): history}, {("linear", 1): 17}, target="EU").axes
    (ring,) = rings(axes)
    assert ring.get_xdata() == [17]
    assert ring.get_ydata() == [history.loc[history["epoch"] == 17, "val_mae"].item()]


def test_curves_are_the_tables_columns_in_the_splits_colours(make):
    history = make.history(12, seed=3)
    (axes,) = learning.draw({("m", 1): history}, {("m", 1): 5}, target="EU").axes
    for column, split in (("mae", "train"), ("val_mae", "val")):
        (line,) = [line for line in axes.lines if line.get_color() == style.SPLITS[split]]
        assert line.get_ydata().tolist() == history[column].tolist()


@pytest.mark.parametrize("models", [1, 2, 3, 4, 7])
def test_one_panel_a_model_and_one_ring_a_seed(make, models):
    runs = {(f"m{i}", s): make.history(8, seed=s) for i in range(models) for s in range(1, 6)}
    figure = learning.draw(runs, dict.fromkeys(runs, 4), target="EU")
    used = [axes for axes in figure.axes if axes.lines]
    assert [axes.get_title(loc="left") for axes in used] == [f"m{i}" for i in range(models)]
    assert all(len(rings(axes)) == 5 for axes in used)
    assert sum(bool(axes.get_xlabel()) for axes in used) >= 1


def test_floors_are_lines_at_their_error(make):
    runs = {("m", 1): make.history(8, seed=1)}
    floors = {"mean": 45.6, "ols": 32.8}
    (axes,) = learning.draw(runs, {("m", 1): 3}, target="EU", floors=floors).axes
    heights = {line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1}
    assert {45.6, 32.8} <= heights
    low, high = axes.get_ylim()
    assert low < 32.8 and high > 45.6


def test_of_floors_close_together_the_best_is_named(make):
    runs = {("m", 1): make.history(30, seed=1)}
    floors = {"mean": 49.2, "area_cycle": 49.1, "ols": 48.9, "ridge": 48.8}
    (axes,) = learning.draw(runs, {("m", 1): 3}, target="EU", floors=floors).axes
    assert [text.get_text() for text in axes.texts] == ["ridge"]


def test_early_epochs_far_off_do_not_set_the_scale(make):
    history = make.history(100, seed=2)
    history.loc[0, ["mae", "val_mae"]] = 375.0
    (axes,) = learning.draw({("m", 1): history}, {("m", 1): 90}, target="EU").axes
    assert axes.get_ylim()[1] < 100


def test_one_epoch_is_drawn(make):
    (axes,) = learning.draw({("m", 1): make.history(1, seed=1)}, {("m", 1): 1}, target="EU").axes
    assert len(rings(axes)) == 1


def test_no_model_is_said():
    (axes,) = learning.draw({}, {}, target="EU").axes
    assert "No model" in axes.texts[0].get_text()
