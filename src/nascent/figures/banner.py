"""What checks say against an explanation, written over its figure."""

from matplotlib.figure import Figure

from nascent.explain.standing import Standing
from nascent.figures import style
from nascent.figures.palettes import palette
from nascent.figures.save import ABOVE, ROOM

POINTS = 7.5
LINE = POINTS * 1.3 / 72  # inches


@style.look()
def headed(figure: Figure, standing: Standing) -> Figure:
    """Write over a figure what has to be said of its explanation; nothing where it passes.

    The text stands above the figure's upper edge, so that nothing in the figure moves;
    `nascent.figures.save` saves it with the figure.
    """
    if not standing.sentence:
        return figure
    _pin(figure)
    width, height = figure.get_size_inches()
    words = "\n".join(style.wrapped(said, width - 0.3, POINTS) for said in standing.sentences)
    lines = words.count("\n") + 1
    figure.text(
        0.1 / width,
        1 + (ROOM + lines * LINE) / height,
        words,
        va="top",
        fontsize=POINTS,
        linespacing=1.3,
        color=style.INK,
        gid=ABOVE,
        bbox={
            "boxstyle": f"square,pad={0.05 * 72 / POINTS}",
            "facecolor": palette("standing")[standing.verdict],
            "edgecolor": "none",
        },
    )
    return figure


def _pin(figure: Figure) -> None:
    """Fix where everything in a figure stands: a layout made anew would use the room above too."""
    # Letters have other widths at another resolution.
    figure.set_dpi(style.DPI)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for legend in figure.legends:
        box = legend.get_window_extent().transformed(figure.transFigure.inverted())
        legend.set_loc("center")
        legend.set_bbox_to_anchor(box.bounds, figure.transFigure)
