from nascent.cards import chosen


def test_the_chosen_epoch_stands_with_what_it_was_chosen_by():
    by = {"monitor": "val_mae", "smooth": 5, "value": 3.25, "validation": "plain"}
    card = {"best": {"epoch": 7, "val_mae": 3.0}, "chosen_by": by}
    assert chosen(card) == {"epoch": 7, "monitor": "val_mae", "smooth": 5, "value": 3.25}


def test_what_a_card_lacks_is_none():
    nothing = dict.fromkeys(("epoch", "monitor", "smooth", "value"))
    assert chosen({}) == chosen({"best": None, "chosen_by": None}) == nothing
