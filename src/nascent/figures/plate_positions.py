"""Where names such as B03 lie on a multi-well plate, from 6 to 1536 positions."""

import re
from collections.abc import Iterable

NAME = re.compile(r"([A-Z]{1,2})0*([1-9]\d?)")
ROWS, COLUMNS = 32, 48
"""Of the largest plate in use: rows A to AF, columns 1 to 48."""


def position(name: str) -> tuple[int, int] | None:
    """Return row and column of a position, both from 1: B03 is (2, 3); None for other names."""
    found = NAME.fullmatch(name.strip().upper())
    if found is None:
        return None
    letters, number = found.groups()
    row = ord(letters[-1]) - ord("A") + 1 + 26 * (len(letters) == 2)
    if (len(letters) == 2 and letters[0] != "A") or row > ROWS or int(number) > COLUMNS:
        return None
    return row, int(number)


def row_name(row: int) -> str:
    """Return the letters of a row: 1 is A, 27 is AA."""
    return chr(ord("A") + row - 1) if row <= 26 else f"A{chr(ord('A') + row - 27)}"


def positions(names: Iterable[str]) -> dict[str, tuple[int, int]] | None:
    """Return name → row and column; None unless each name is a position of its own."""
    found = {name: position(name) for name in names}
    places = [place for place in found.values() if place is not None]
    if len(set(places)) < len(found):
        return None
    return {name: place for name, place in found.items() if place is not None}


def in_a_strip(names: Iterable[str], across: int) -> dict[str, tuple[int, int]]:
    """Return name → row and column of names in their order, `across` in a row."""
    ordered = sorted(names, key=_natural)
    return {name: (i // across + 1, i % across + 1) for i, name in enumerate(ordered)}


def _natural(name: str) -> list[tuple[int, str]]:
    """Order numbers within names by their value: well 2 before well 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
