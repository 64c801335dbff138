import numpy as np
import pytest

from nascent.figures import learning, style

LABEL = "transcription rate (mean counts per pixel)"


def how(epoch, monitor="val_mae", smooth=0):
    return {"epoch": epoch, "monitor": monitor, "smooth": smooth}


def draw(histories, chosen, **given):
    return learning.draw(histories, chosen, label=LABEL, **given)


def lines(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


@pytest.mark.parametrize(("smooth", "column"), [(0, "val_mae"), (5, "smoothed")])
def test_the_ring_stands_at_the_chosen_epoch_on_the_curve_it_was_chosen_by(make, smooth, column):
    history = make.history(30, seed=1, smooth=smooth)
    run = ("linear", "example", 1)
    (axes,) = draw({run: history}, {run: how(17, smooth=smooth)}).axes
    (ring,) = lines(axes, "chosen epoch")
    assert ring.get_xdata() == [17]
    assert ring.get_ydata() == [history.loc[history["epoch"] == 17, column].item()]


def test_curves_are_the_tables_columns_in_the_splits_colours(make):
    history, run = make.history(12, seed=3), ("m", "example", 1)
    (axes,) = draw({run: history}, {run: how(5)}).axes
    for column, split in (("mae", "train"), ("val_mae", "val")):
        (line,) = lines(axes, column)
        assert line.get_color() == style.SPLITS[split]
        assert line.get_ydata().tolist() == history[column].tolist()
    assert not lines(axes, "smoothed")


def test_a_smoothed_mae_lies_over_the_raw_one(make):
    history, run = make.history(20, seed=3, smooth=5), ("m", "example", 1)
    (axes,) = draw({run: history}, {run: how(9, smooth=5)}).axes
    (line,) = lines(axes, "smoothed")
    np.testing.assert_array_equal(line.get_ydata(), history["smoothed"])


def test_a_smoothed_loss_has_a_panel_of_its_own(make):
    history, run = make.history(20, seed=3, smooth=5), ("m", "example", 1)
    main, below = draw({run: history}, {run: how(9, "val_loss", 5)}).axes
    assert not lines(main, "smoothed")
    (line,) = lines(below, "smoothed")
    np.testing.assert_array_equal(line.get_ydata(), history["smoothed"])
    assert below.get_ylabel() == "val_loss"
    assert [len(lines(axes, "chosen epoch")) for axes in (main, below)] == [1, 1]


@pytest.mark.parametrize(
    ("epochs", "told"),
    [
        ([17], "kept: epoch 17 of 30"),
        ([30], "kept: epoch 30 of 30, the last:\nlonger training may lower the error"),
        ([3, 9], "kept: epoch 3–9 of 30"),
        (
            [9, 30],
            "kept: epoch 9–30 of 30, the last in 1 of 2 runs:\nlonger training may lower the error",
        ),
    ],
)
def test_a_panel_says_which_epoch_was_kept_and_where_it_was_the_last(make, epochs, told):
    runs = {("m", "example", seed): epoch for seed, epoch in enumerate(epochs)}
    histories = {run: make.history(30, seed=run[2]) for run in runs}
    (axes,) = draw(histories, {run: how(epoch) for run, epoch in runs.items()}).axes
    assert axes.get_xlabel() == told


def test_of_a_smoothed_monitor_the_last_epoch_is_the_last_with_a_full_window(make):
    run = ("m", "example", 1)
    history = make.history(30, seed=1, smooth=5)
    full = int(history.loc[history["smoothed"].notna(), "epoch"].max())
    for epoch, said in ((full, True), (full - 1, False)):
        chosen = {run: {**how(epoch, smooth=5), "monitor": "val_mae"}}
        assert ("the last" in learning.kept({run: history}, chosen)) == said


@pytest.mark.parametrize("models", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("folds", [1, 4])
def test_one_panel_a_model_and_one_ring_a_run(make, models, folds):
    runs = {
        (f"model_{i}", f"fold_{k}", s): make.history(8, seed=s)
        for i in range(models)
        for k in range(folds)
        for s in range(1, 4)
    }
    figure = draw(runs, {run: how(4) for run in runs}, floors=make.floors)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        f"model_{i}" for i in range(models)
    ]
    assert all(len(lines(axes, "chosen epoch")) == 3 * folds for axes in figure.axes)
    told = "3 seeds" if folds == 1 else "3 seeds × 4 folds"
    assert all(told in [text.get_text() for text in axes.texts] for axes in figure.axes)
    assert not make.cut_off(figure)


def test_lines_of_many_runs_are_thinner(make):
    def width(folds):
        runs = {("m", f"fold_{k}", 1): make.history(8, seed=k) for k in range(folds)}
        (axes,) = draw(runs, {run: how(4) for run in runs}).axes
        return lines(axes, "mae")[0].get_linewidth()

    assert width(6) < width(1)


def test_floors_are_lines_at_their_error(make):
    run, floors = ("m", "example", 1), {"mean": 45.6, "ols": 32.8}
    (axes,) = draw({run: make.history(8, seed=1)}, {run: how(3)}, floors=floors).axes
    for name, mae in floors.items():
        (line,) = lines(axes, f"floor {name}")
        assert set(line.get_ydata()) == {mae}
    low, high = axes.get_ylim()
    assert low < 32.8 and high > 45.6


def test_errors_over_several_targets_have_no_floors_beside_them(make):
    runs, floors = [("one", "example", 1), ("many", "example", 1)], {"mean": 45.6}
    histories = {run: make.history(8, seed=1) for run in runs}
    figure = draw(
        histories, {run: how(3) for run in runs}, floors=floors, targets={"one": 1, "many": 3}
    )
    one, many = figure.axes
    assert lines(one, "floor mean") and not lines(many, "floor mean")
    assert "seed 1, mean of 3 targets" in [text.get_text() for text in many.texts]


def test_of_floors_close_together_the_best_is_named(make):
    run = ("m", "example", 1)
    floors = {"mean": 49.2, "area_cycle": 49.1, "ols": 48.9, "ridge": 48.8}
    (axes,) = draw({run: make.history(30, seed=1)}, {run: how(3)}, floors=floors).axes
    assert [text.get_text() for text in axes.texts] == [
        "seed 1",
        "ridge regression\non channel means",
    ]


def test_early_epochs_far_off_do_not_set_the_scale(make):
    history, run = make.history(100, seed=2), ("m", "example", 1)
    history.loc[0, ["mae", "val_mae"]] = 375.0
    (axes,) = draw({run: history}, {run: how(90)}).axes
    assert axes.get_ylim()[1] < 100


def test_a_training_that_diverged_is_said_and_does_not_set_the_scale(make):
    runs = {("good", "example", 1): make.history(20, seed=1)}
    runs["bad", "example", 1] = make.history(20, seed=2, level=400.0)
    good, bad = draw(runs, {run: how(9) for run in runs}).axes
    assert good.get_ylim()[1] < 100
    assert not [text for text in good.texts if text.get_gid() == "beyond"]
    (told,) = [text.get_text() for text in bad.texts if text.get_gid() == "beyond"]
    assert f"never below {runs['bad', 'example', 1]['val_mae'].min():.0f}" in told


def test_a_history_of_no_numbers_is_said(make):
    history, run = make.history(3, seed=1), ("m", "example", 1)
    history[["mae", "val_mae"]] = np.nan
    (axes,) = draw({run: history}, {run: how(1)}).axes
    assert any("no number" in text.get_text() for text in axes.texts)


def test_one_epoch_is_drawn(make):
    run = ("m", "example", 1)
    (axes,) = draw({run: make.history(1, seed=1)}, {run: how(1)}).axes
    assert len(lines(axes, "chosen epoch")) == 1


def test_no_model_is_said():
    (axes,) = draw({}, {}).axes
    assert "No model" in axes.texts[0].get_text()
