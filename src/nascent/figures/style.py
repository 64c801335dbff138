"""One restrained look for every figure, and the colours that carry meaning."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures.palettes import palette

WIDTH = 7.2  # inches: a journal's double column, and the report's column at 100 %
DPI = 200
LETTER = 0.53  # width of a typical letter, in its height
BOLD = 1.2  # width of a bold letter, in a plain one

INKS, HUES, TONES = palette("ink"), palette("hue"), palette("tone")
INK, SOFT, GREY = INKS["ink"], INKS["soft"], INKS["grey"]
PALE, STRIPE = INKS["pale"], INKS["stripe"]
SPLITS, STRATA, CYCLE = palette("split"), palette("stratum"), palette("cycle")
SERIES: Sequence[str] = tuple(HUES.values())
DESIGNS: Mapping[str, tuple[str, str]] = {  # colour and marker
    design: (palette("design")[design], marker)
    for design, marker in (
        ("example", "o"),
        ("group", "s"),
        ("leave_one_group_out", "D"),
        ("shuffle", "^"),
    )
}
HOLLOW = "white"
UNKNOWN = "unknown"
MOST_LEVELS = 40  # rows or boxes that can still be read

_RC = {
    "font.family": "sans-serif",
    # The first ships with matplotlib, so every machine draws the same. The others stand for it
    # where an SVG is shown without it, the one of like widths first.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 5,
    "axes.labelsize": 8,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "text.color": INK,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.2,
    "grid.color": INKS["grid"],
    "grid.linewidth": 0.6,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "savefig.dpi": DPI,
    "svg.fonttype": "none",  # text stays text
    "pdf.fonttype": 42,  # letters as outlines of TrueType, which other programs can edit
    "svg.hashsalt": "nascent",
    "image.cmap": "gray",
}


@dataclass(frozen=True)
class Mark:
    """How a point looks: colour, marker and size in points; `face` is its inside, else filled."""

    colour: str = INK
    marker: str = "o"
    size: float = 4.6
    face: str | None = None

    @property
    def options(self) -> Mapping[str, Any]:
        """What matplotlib is told of it."""
        return {
            "marker": self.marker,
            "ms": self.size,
            "mec": self.colour,
            "mfc": self.face or self.colour,
        }


@contextmanager
def look() -> Iterator[None]:
    """Draw with nascent's look; the caller's own settings are back afterwards.

    It starts from matplotlib's defaults, so that a user's matplotlibrc changes nothing. It serves
    as a decorator as well.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)
        yield


def levels(column: pd.Series, order: Sequence[str] = (), most: int = MOST_LEVELS) -> list[str]:
    """Return the levels of a categorical column in reading order, `unknown` last.

    Levels named in `order` come first and in that order, the others sorted after them. Of more
    than `most` levels, those with most rows are returned.
    """
    present = set(labels(column).value_counts(sort=True).index[:most])
    first = [level for level in order if level in present]
    rest = sorted(present - set(first) - {UNKNOWN})
    return first + rest + ([UNKNOWN] if UNKNOWN in present else [])


def labels(column: pd.Series) -> pd.Series:
    """Return the column as text, with missing values called `unknown`."""
    return column.astype(object).where(column.notna(), UNKNOWN).astype(str)


def is_known(frame: pd.DataFrame, column: str) -> bool:
    """Say whether `frame` has `column` with at least one value that is not missing."""
    return column in frame.columns and bool(frame[column].notna().any())


def colours(names: Sequence[str], palette: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a colour for each name: the palette's where it has one, else the next of the series.

    `unknown` is grey.
    """
    fixed = {**(palette or {}), UNKNOWN: GREY}
    spare = [colour for colour in SERIES if colour not in fixed.values()] or list(SERIES)
    chosen: dict[str, str] = {}
    used = 0
    for name in names:
        if name in fixed:
            chosen[name] = fixed[name]
        else:
            chosen[name] = spare[used % len(spare)]
            used += 1
    return chosen


def say(axes: Axes, words: str) -> None:
    """Put a sentence in the place of a panel that has nothing to show."""
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, words, ha="center", va="center", color=GREY, transform=axes.transAxes, wrap=True
    )


def wrapped(text: str, inches: float, points: float = 8) -> str:
    """Break a text into lines that fit a width, set in letters of so many points."""
    return "\n".join(textwrap.wrap(text, max(int(inches / (points * LETTER / 72)), 20)))


def headline(figure: Figure, sentence: str) -> None:
    """Write what a figure says at its upper left, as wide as it may be, over all panels."""
    width, height = figure.get_size_inches()
    points = 9
    words = wrapped(sentence, width - 0.12, points * BOLD)
    place = {"x": 0.06 / width, "ha": "left", "va": "top"}
    if figure.get_layout_engine() is None:
        # A layout finds the height itself, above legends and panels, if none is given.
        place["y"] = 1 - 0.05 / height
    figure.suptitle(words, **place, fontsize=points, fontweight="bold")


def signed(number: float, digits: int = 2) -> str:
    """Write a number with its sign, minus as a minus and not as a hyphen."""
    return f"{number:+.{digits}g}".replace("-", "\N{MINUS SIGN}")


def thousands(number: float) -> str:
    """Write a count the way a paper does: 12345 as `12,345`."""
    return f"{round(number):,}"
