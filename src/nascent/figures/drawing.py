"""Figures drawn by a function that is named, of tables alone."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from nascent.files import read_table


def drawn(drawing: str, tables: Iterable[pd.DataFrame], options: Mapping[str, Any]) -> Figure:
    """Return the figure that a function of this package draws.

    Parameters
    ----------
    drawing
        `<module>.<function>`, such as `removal.draw_curves`.
    tables
        What it draws, in the order of its arguments.
    options
        What else it is told, by name.
    """
    module, _, function = drawing.partition(".")
    draw = getattr(import_module(f"nascent.figures.{module}"), function)
    return draw(*tables, **options)


def joined(paths: Sequence[str], tables: int) -> list[pd.DataFrame]:
    """Return `tables` tables, each read from as many files: those of the first come first."""
    each = len(paths) // tables
    return [
        pd.concat(map(read_table, paths[each * number : each * (number + 1)]))
        for number in range(tables)
    ]
