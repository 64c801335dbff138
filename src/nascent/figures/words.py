"""What the names in the tables are called in figures and pages."""

from collections.abc import Mapping
from math import isfinite

DESIGNS: Mapping[str, str] = {
    "example": "by cell, stratified",
    "group": "by well: whole wells held out",
    "leave_one_group_out": "one well left out at a time",
    "shuffle": "by cell, plain shuffle",
}
FACTORS: Mapping[str, str] = {
    "cell_cycle": "cell cycle",
    "perturbation": "perturbation",
    "group": "well",
    "plate": "plate",
}


def heading(design: str) -> str:
    """Return a split design in words, as a panel's title."""
    name = DESIGNS.get(design, design)
    return name[:1].upper() + name[1:]


def unit(label: str) -> str:
    """Return the unit of a label that ends in one, with its brackets: `rate (counts)` → `(counts)`.

    Empty where the label names none.
    """
    start = label.rfind("(")
    return label[start:] if start >= 0 and label.endswith(")") else ""


def quantity(label: str) -> str:
    """Return a label without its unit."""
    return label.removesuffix(unit(label)).strip() or label


def count(number: int, word: str, many: str | None = None) -> str:
    """Return a number with its word: `1 seed`, `3 seeds`."""
    return f"{number:,} {word if number == 1 else many or word + 's'}"


def short(value: float) -> str:
    """Return a number with 3 digits, never in scientific notation, minus as a minus."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def interval(low: float, high: float) -> str:
    """Return an interval in brackets, empty where there is none."""
    return f"[{short(low)}, {short(high)}]" if isfinite(low) and isfinite(high) else ""
