import numpy as np
import pytest

from nascent.figures import style, tuning


def draw(table):
    return tuning.draw(table, error="val_mae (counts)")


def points(axes):
    return [line for line in axes.lines if line.get_gid() in ("chosen", "candidate")]


@pytest.mark.parametrize("n", [1, 12, style.MOST_LEVELS])
def test_candidates_are_sorted_by_their_error(make, n):
    table = make.candidates(n)
    axes = draw(table).axes[1]
    low, high = axes.get_xlim()
    drawn = [line.get_xdata()[0] for line in points(axes)]
    expected = table["val_mae"].sort_values().to_numpy()
    inside = expected[(expected >= low) & (expected <= high)]
    np.testing.assert_array_equal(drawn[: len(inside)], inside)
    assert len(drawn) == n
    bottom, top = axes.get_ylim()
    assert bottom > top


def test_the_chosen_one_is_marked_at_its_error(make):
    table = make.candidates(12)
    (ring,) = [line for line in draw(table).axes[1].lines if line.get_gid() == "chosen"]
    assert ring.get_xdata() == table.loc[table["chosen"], "val_mae"].tolist()


def test_options_and_epoch_stand_beside_each_candidate(make):
    table = make.candidates(5)
    words = [text.get_text() for text in draw(table).axes[0].texts]
    assert {"learning_rate", "dropout", "epoch"} <= set(words)
    for row in table.to_dict("records"):
        assert {row["candidate"], f"{row['learning_rate']:.4g}", str(row["epoch"])} <= set(words)


def test_of_many_the_best_are_shown_and_the_number_is_said(make):
    axes = draw(make.candidates(90)).axes[1]
    assert len(points(axes)) == style.MOST_LEVELS
    assert axes.get_title(loc="right") == f"{style.MOST_LEVELS} of 90 candidates"


def test_a_candidate_without_an_error_keeps_its_row(make):
    table = make.candidates(4)
    table.loc[~table["chosen"], "val_mae"] = np.nan
    words = [text.get_text() for text in draw(table).axes[0].texts]
    assert set(table["candidate"]) <= set(words)


@pytest.mark.parametrize("n", [1, 12, 90])
@pytest.mark.parametrize("keys", [0, 3])
def test_nothing_is_cut_off(make, n, keys):
    table = make.candidates(n).assign(**{f"layers.key_{k}": 0.125 for k in range(keys)})
    error = "validation MAE, transcription rate (mean counts per pixel)"
    assert not make.cut_off(tuning.draw(table, error=error))


def test_no_candidate_is_said(make):
    (axes,) = draw(make.candidates(3).iloc[:0]).axes
    assert "No candidate" in axes.texts[0].get_text()


def test_any_option_can_be_searched_for(make):
    # Also those that are named nearly as what a candidate's training tells.
    table = make.candidates(3).assign(epochs=[20, 50, 80], monitor=["val_mae", "val_loss", "x"])
    table = table.assign(epochs_run=[11, 12, 13], collapsed=False)
    texts = [text.get_text() for text in draw(table).axes[0].texts]
    assert {"epochs", "20", "50", "80", "monitor", "val_loss"} <= set(texts)
    assert not {"epochs_run", "collapsed"} & set(texts)
