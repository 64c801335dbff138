"""Figures that a notebook shows by themselves, whether or not pyplot is loaded."""

from functools import partial
from io import BytesIO

from matplotlib.figure import Figure

DPI = 110


def displayed(figure: Figure) -> Figure:
    """Return a figure that notebooks show as an image, as they show those of pyplot."""
    # IPython asks an object for this method where no other formatter knows its type.
    figure._repr_png_ = partial(_png, figure)
    return figure


def _png(figure: Figure) -> bytes:
    with BytesIO() as stream:
        figure.savefig(stream, format="png", dpi=DPI, bbox_inches="tight")
        return stream.getvalue()
