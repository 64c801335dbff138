"""What checks say against an explanation, written over its figure."""

from matplotlib.figure import Figure

from nascent.explain.standing import Standing
from nascent.figures import style
from nascent.figures.margins import ABOVE, ROOM, SPACING, line, pin
from nascent.figures.palettes import palette

POINTS = 7.5


@style.look()
def headed(figure: Figure, standing: Standing) -> Figure:
    """Write over a figure what has to be said of its explanation; nothing where it passes.

    The text stands above the figure's upper edge, so that nothing in the figure moves;
    `nascent.figures.save` saves it with the figure.
    """
    if not standing.sentence:
        return figure
    pin(figure)
    width, height = figure.get_size_inches()
    words = "\n".join(style.wrapped(said, width - 0.3, POINTS) for said in standing.sentences)
    lines = words.count("\n") + 1
    figure.text(
        0.1 / width,
        1 + (ROOM + lines * line(POINTS)) / height,
        words,
        va="top",
        fontsize=POINTS,
        linespacing=SPACING,
        color=style.INK,
        gid=ABOVE,
        bbox={
            "boxstyle": f"square,pad={0.05 * 72 / POINTS}",
            "facecolor": palette("standing")[standing.verdict],
            "edgecolor": "none",
        },
    )
    return figure
