"""One restrained look for every figure, and the colours that carry meaning.

The hues are Okabe and Ito's (2008) and Paul Tol's "bright" scheme, both made to be told apart by
readers with any common colour vision. Splits, strata of cells and cell-cycle phases keep their
colours in every figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

WIDTH = 7.2  # inches: a journal's double column, and the report's column at 100 %
DPI = 200
INK = "#222222"
GREY = "#8C8C8C"
PALE = "#D9D9D9"

SPLITS: Mapping[str, str] = {"train": "#0072B2", "val": "#E69F00", "test": "#009E73"}
STRATA: Mapping[str, str] = {"low": "#4477AA", "medium": "#7F7F7F", "high": "#D55E00"}
CYCLE: Mapping[str, str] = {"G1": "#4477AA", "S": "#CCA300", "G2": "#AA3377", "M": "#222222"}
DESIGNS: Mapping[str, tuple[str, str]] = {  # colour and marker
    "example": ("#56B4E9", "o"),
    "group": ("#D55E00", "s"),
    "leave_one_group_out": ("#882255", "D"),
    "shuffle": ("#8C8C8C", "^"),
}
UNKNOWN = "unknown"
MOST_LEVELS = 40  # rows or boxes that can still be read
SERIES: Sequence[str] = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#E69F00",
    "#882255",
    "#999933",
)

_RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with matplotlib, so every machine draws the same
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
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "savefig.dpi": DPI,
    "svg.fonttype": "path",
    "svg.hashsalt": "nascent",
    "image.cmap": "gray",
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


def signed(number: float, digits: int = 2) -> str:
    """Write a number with its sign, minus as a minus and not as a hyphen."""
    return f"{number:+.{digits}g}".replace("-", "\N{MINUS SIGN}")


def thousands(number: float) -> str:
    """Write a count the way a paper does: 12345 as `12,345`."""
    return f"{round(number):,}"
