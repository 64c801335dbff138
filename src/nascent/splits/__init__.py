"""Which cells train a model, which choose its epoch, and which judge it."""

from nascent.splits.assignment import (
    FRACTIONS,
    SPLITS,
    STRATA,
    Splits,
    assign,
    check,
    select_cells,
    split_cells,
)

__all__ = [
    "FRACTIONS",
    "SPLITS",
    "STRATA",
    "Splits",
    "assign",
    "check",
    "select_cells",
    "split_cells",
]
