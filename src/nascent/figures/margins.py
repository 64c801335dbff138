"""Texts outside of a figure's edges: above it what has to be said of it, below it its facts."""

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from nascent.figures import style

ABOVE, BELOW = "above", "below"
"""Texts of these gids stand above a figure's upper edge or below its lower one; both are saved."""

ROOM = 0.09  # inches between such a text and the edges
SIDE = 0.04  # inches more at either side: labels are a little wider in some formats
SPACING = 1.3


def line(points: float) -> float:
    """Return the height of a line of such a text in inches."""
    return points * SPACING / 72


def frame(figure: Figure) -> Bbox | None:
    """Return the part of a figure that is saved, in inches; None where no text stands outside."""
    width, height = figure.get_size_inches()
    top, bottom = height, 0.0
    for text in figure.texts:
        at = text.get_position()[1] * height
        if text.get_gid() == ABOVE:
            top = max(top, at + ROOM)
        elif text.get_gid() == BELOW:
            lines = text.get_text().count("\n") + 1
            bottom = min(bottom, at - lines * line(text.get_fontsize()) - ROOM / 2)
    if (top, bottom) == (height, 0.0):
        return None
    return Bbox([[-SIDE, bottom], [width + SIDE, top]])


def pin(figure: Figure) -> None:
    """Fix where everything in a figure stands: a layout made anew would use the margins too."""
    if not isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
        return
    # Letters have other widths at another resolution.
    figure.set_dpi(style.DPI)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for legend in figure.legends:
        box = legend.get_window_extent().transformed(figure.transFigure.inverted())
        legend.set_loc("center")
        legend.set_bbox_to_anchor(box.bounds, figure.transFigure)
