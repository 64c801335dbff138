"""Single examples that the best model predicts best, typically and worst."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from nascent.figures import style, words
from nascent.figures.crops import fitted, outline, scale_bar, show
from nascent.figures.gather import Examples
from nascent.figures.panels import COMPOSITE, DARKER, composite_of
from nascent.figures.score_tiles import common_window, show_window, tile
from nascent.kind import capital
from nascent.words import spoken, worded

LEFT, HEAD, FOOT = 1.0, 0.42, 0.05  # inches
LARGEST = 1.2
BELOW = 0.42  # inches of text below a tile


@style.look()
def draw(
    examples: Examples,
    kinds: Mapping[str, Sequence[object]],
    predicted: pd.DataFrame,
    *,
    pixel_size: float | None = None,
) -> Figure:
    """Draw a line of examples for each kind, with what was measured and predicted below each.

    Channels lie over each other in colours; black and white of each are common to all examples.

    Parameters
    ----------
    examples
        All that are shown, with up to three channels.
    kinds
        `best`, `typical` and `worst` → their ids, in the order in which they stand.
    predicted
        Index `id`; `group`, `measured`, `predicted` and `missed`.
    pixel_size
        Edge of a pixel, µm; None: not known.
    """
    columns = max(map(len, kinds.values()), default=0)
    if columns == 0:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There are too few test {spoken().examples} to show.")
        return figure
    edge = min((style.WIDTH - LEFT) / columns, LARGEST)
    line = edge + BELOW
    height = HEAD + len(kinds) * line + FOOT
    figure = Figure(figsize=(LEFT + columns * edge + 0.05, height))
    window, images = common_window(examples.masks), composite_of(examples)
    place = {each: i for i, each in enumerate(examples.cells.index)}
    for row, (kind, ids) in enumerate(kinds.items()):
        top = height - HEAD - row * line
        for column, each in enumerate(ids):
            axes = tile(figure, LEFT + column * edge, top, edge)
            show(axes, images[place[each]], 0, 1)
            outline(axes, examples.masks[place[each]], style.GREY)
            show_window(axes, window)
            axes.set_gid(f"{kind} {each}")
            axes.set_xlabel(_told(predicted.loc[each]), fontsize=6.5, labelpad=2, linespacing=1.15)
            if not row and not column:
                scale_bar(axes, window, pixel_size, points=7)
        _name(figure, kind, predicted.loc[list(ids), "missed"], top - edge / 2)
    _channels(figure, examples.channels)
    return figure


def _told(row: pd.Series) -> str:
    if isinstance(row["measured"], str):
        return f"{row['measured']}\npredicted {row['predicted']}\n{row['group']}"
    measured, predicted = (words.short(row[name]) for name in ("measured", "predicted"))
    return f"measured {measured}\npredicted {predicted}\n{row['group']}"


def _name(figure: Figure, kind: str, missed: pd.Series, middle: float) -> None:
    width, height = figure.get_size_inches()
    span = f"{words.short(missed.min())} to {words.short(missed.max())}"
    at = {"x": (LEFT - 0.1) / width, "ha": "right"}
    figure.text(y=middle / height, s=capital(kind), va="bottom", fontweight="bold", **at)
    figure.text(y=(middle - 0.04) / height, s=f"off by\n{span}", va="top", fontsize=7, **at)


def _channels(figure: Figure, channels: Sequence[str]) -> None:
    width, height = figure.get_size_inches()
    names, _ = fitted(channels, 1.6)
    several = len(channels) > 1
    for k, (name, colour) in enumerate(zip(names, COMPOSITE, strict=False)):
        dark = [DARKER * part for part in colour] if several else style.INK
        figure.text(
            (LEFT + 1.75 * k) / width,
            1 - 0.2 / height,
            name,
            color=dark,
            fontweight="bold",
            fontsize=8,
            va="center",
        )


def in_words(*, label: str, classes: bool) -> str:
    """Return what numbers and colours are, for the line below the figure.

    Parameters
    ----------
    label
        The target in words with its unit.
    classes
        Whether classes are predicted.
    """
    errors = "off by: 1 less the probability of the true class" if classes else f"numbers: {label}"
    return worded(
        "in colours the {features} of most contrast within {a_example} (SD in units of the mean);"
        f" {errors}, mean over seeds"
    )
