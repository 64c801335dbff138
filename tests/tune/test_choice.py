import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.config.models import Model
from nascent.errors import TrainError
from nascent.train.options import section_keys
from nascent.tune.choice import choose, own_columns


def card(val_mae, *, collapsed=False, epoch=2, epochs=3, **more):
    """What a choice reads of a card, and what it must not heed."""
    best = {"epoch": epoch, "val_mae": val_mae, "val_loss": -val_mae, "mae": -val_mae}
    return {"best": best, "epochs": epochs, "collapsed": collapsed} | more


def numbered(cards):
    return {f"c{i}": {"learning_rate": 10.0**-i} for i in range(len(cards))}


def chosen(cards):
    """The number of the card that is chosen."""
    table = choose(numbered(cards), cards)
    (name,) = table.loc[table["chosen"], "candidate"]
    return list(numbered(cards)).index(name)


errors = st.floats(0, 1e6, allow_nan=False)


@given(st.lists(errors, min_size=1, max_size=8))
def test_the_least_validation_error_is_chosen_and_of_equals_the_first(values):
    assert chosen([card(value) for value in values]) == values.index(min(values))


@given(st.lists(st.tuples(errors, st.booleans()), min_size=1, max_size=8))
def test_a_collapsed_candidate_is_never_chosen(given):
    cards = [card(value, collapsed=collapsed) for value, collapsed in given]
    sound = [value for value, collapsed in given if not collapsed]
    if not sound:
        with pytest.raises(TrainError, match=f"all {len(given)} candidates collapsed"):
            choose(numbered(cards), cards)
        return
    assert given[chosen(cards)] == (min(sound), False)


@pytest.mark.parametrize("missing", [math.nan, math.inf])
def test_a_candidate_whose_error_is_no_number_is_never_chosen(missing):
    assert chosen([card(missing), card(3.0)]) == 1
    with pytest.raises(TrainError, match="lower learning rates"):
        choose({"c": {}}, [card(missing)])


def test_neither_test_nor_training_cells_nor_the_loss_are_looked_at():
    seen = [card(2.0, test={"mae": 9.0}), card(1.0, test={"mae": 99.0}), card(3.0, test={"mae": 0})]
    assert chosen(seen) == 1
    assert chosen([{**one, "test": None} for one in seen]) == 1
    # By the loss and by the training cells the largest error would have won: see `card`.
    assert min(seen, key=lambda one: one["best"]["val_loss"]) is seen[2]


def test_each_candidate_is_a_row_with_what_it_was_and_how_it_did():
    changes = {
        "ca": {"head": [8], "layers.dropout": 0.5},
        "cb": {"head": None, "layers.dropout": 0.0},
    }
    table = choose(changes, [card(4.0, epoch=3, epochs=9), card(5.0, collapsed=True)])
    assert list(table.columns) == [
        "candidate",
        "head",
        "layers.dropout",
        "val_mae",
        "epoch",
        "epochs_run",
        "collapsed",
        "chosen",
    ]
    assert table.iloc[0].tolist() == ["ca", [8], 0.5, 4.0, 3, 9, False, True]
    assert table["collapsed"].tolist() == [False, True]


def test_no_option_is_named_as_a_column_of_the_outcome():
    assert not set(own_columns()) & {*Model.model_fields, *section_keys()}
    # The epochs a candidate may take stay beside those that it took.
    table = choose({"ca": {"epochs": 50}}, [card(4.0, epochs=9)])
    assert table[["epochs", "epochs_run"]].to_numpy().tolist() == [[50, 9]]
    assert set(table.columns) == {"epochs", *own_columns()}


def test_cards_and_candidates_that_do_not_match_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        choose({"a": {}, "b": {}}, [card(1.0)])
