"""Reading the card of a trained model, see `nascent.train.card`."""

from collections.abc import Mapping
from typing import Any

CHOSEN_BY = ("monitor", "smooth", "value")


def chosen(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the kept epoch was chosen: `epoch`, `monitor`, `smooth` and the monitor's `value`.

    What the card lacks is None.
    """
    by, best = card.get("chosen_by") or {}, card.get("best") or {}
    return {"epoch": best.get("epoch"), **{key: by.get(key) for key in CHOSEN_BY}}


def examples_of(card: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many training and validation examples a run had."""
    return int(card["data"]["train_cells"]), int(card["data"]["val_cells"])
