"""What the names in the tables are called in figures and pages."""

from math import isfinite

from nascent.kind import capital
from nascent.words import spoken


def design(name: str) -> str:
    """Return a split design in words."""
    words = spoken()
    known = {
        "example": f"by {words.example}, stratified",
        "group": f"by {words.group}: whole {words.groups} held out",
        "leave_one_group_out": f"one {words.group} left out at a time",
        "shuffle": f"by {words.example}, plain shuffle",
    }
    return known.get(name, name)


def heading(name: str) -> str:
    """Return a split design in words, as a panel's title."""
    return capital(design(name))


def level(name: str) -> str:
    """Return in words what of a map is ranked: each value, or sums over features or places."""
    words = spoken()
    known = {
        "entries": f"{words.places} of {words.features}",
        "pixels": words.places,
        "channels": words.features,
    }
    return known[name]


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
    """Return a number with 3 digits, never in scientific notation, minus as a minus.

    What rounds to 0 has no sign.
    """
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.") else text.replace("-", "\N{MINUS SIGN}")


def interval(low: float, high: float) -> str:
    """Return an interval in brackets, empty where there is none."""
    return f"[{short(low)}, {short(high)}]" if isfinite(low) and isfinite(high) else ""
