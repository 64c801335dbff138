"""The line below a figure that says what it shows: of what, of how many, with which intervals."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from nascent.figures import style, words
from nascent.figures.margins import BELOW, ROOM, SPACING, pin
from nascent.words import spoken

POINTS = 7.0
SEPARATOR = " \N{MIDDLE DOT} "


@dataclass(frozen=True)
class Facts:
    """What a figure shows, in words that are ready to print; what is empty is left out.

    Attributes
    ----------
    n
        Of how many examples and groups, see `counted`.
    model, method
        Names of the model and of the method that explains it.
    split
        How the examples were split, see `split_by`.
    intervals
        What is drawn of intervals, their level, and what they are over, see `intervals_over`.
    more
        What else has to be said, such as the unit of a quantity that no axis names.
    """

    n: str = ""
    model: str = ""
    method: str = ""
    split: str = ""
    intervals: str = ""
    more: str = ""

    @property
    def text(self) -> str:
        """The facts as one line."""
        counted = ", ".join(filter(None, (self.n, self.split)))
        told = (self.model, self.method, counted, self.intervals, self.more)
        return SEPARATOR.join(filter(None, told))


def counted(examples: int, groups: int | None = None, part: str = "") -> str:
    """Return how many examples and groups there are: `96 test cells in 4 wells`.

    Parameters
    ----------
    examples
        How many; 0 where the groups alone are known.
    groups
        How many; None where the number is not known.
    part
        The part of the data, as it stands in tables: `train` is called training, `val` validation.
    """
    told = spoken()
    before = f"{PARTS.get(part, part)} " if part else ""
    groups_told = words.count(groups, told.group, told.groups) if groups else ""
    found = words.count(examples, f"{before}{told.example}", f"{before}{told.examples}")
    return " in ".join(filter(None, (found if examples else "", groups_told)))


PARTS: Mapping[str, str] = {"train": "training", "val": "validation"}


def split_by(design: str) -> str:
    """Return in words how examples were split by a design: `split by cell, stratified`."""
    told = words.design(design)
    return f"split {told}" if told.startswith("by ") else told


def intervals_over(confidence: float, what: str = "", drawn: str = "lines") -> str:
    """Return in words which intervals are drawn: `lines: 99 % intervals over wells`.

    Parameters
    ----------
    confidence
        Their level, a share of 1.
    what
        What they are over; the groups where not given.
    drawn
        What of the figure they are.
    """
    return f"{drawn}: {percent(confidence)} intervals over {what or spoken().groups}"


def percent(share: float) -> str:
    """Return a share of 1 as a whole per cent where it is one: `99 %`, `99.9 %`."""
    return f"{round(100 * share, 2):g} %"


def most(column: pd.Series) -> int:
    """Return the largest count in a column of a table; 0 where there is none."""
    known = column.dropna()
    return int(known.max()) if len(known) else 0


@style.look()
def note(figure: Figure, facts: Facts) -> Text | None:
    """Write facts as a small grey line below a figure, which keeps its place; saved with it.

    It stands under the lower edge at the left, broken into lines that fit the figure's width. Call
    it last: from here on everything in the figure stands where it is.

    Returns
    -------
    The text; None where there is nothing to say.
    """
    if not facts.text:
        return None
    pin(figure)
    width, height = figure.get_size_inches()
    return figure.text(
        0.1 / width,
        -ROOM / 2 / height,
        style.wrapped(facts.text, width - 0.2, POINTS),
        va="top",
        fontsize=POINTS,
        linespacing=SPACING,
        color=style.SOFT,
        gid=BELOW,
    )
