"""Maps laid over images: the colour says which way a score goes, the opacity how large it is."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.figures.crops import show
from nascent.figures.palettes import palette
from nascent.words import spoken

PERCENTILE = 99.5  # of |score|; from here on a pixel is all colour
BRIGHTEST = 0.75  # grey of what is white in the image, so that colours stand out
KEY = 1.7  # inches
_COLOURS = {name: to_rgb(colour) for name, colour in palette("overlay").items()}
_GROUND = 0.28  # grey of the key's ground


def full_opacity(scores: np.ndarray, mask: np.ndarray) -> float:
    """Return the |score| from which on a map hides the image; 1 where all scores are 0.

    Parameters
    ----------
    scores
        (S, S) or (S, S, k): of all channels together.
    mask
        (S, S), bool: measured pixels.
    """
    magnitude = np.abs(scores[mask])
    found = float(np.percentile(magnitude, PERCENTILE)) if magnitude.size else 0.0
    return found or 1.0


def overlay(scores: np.ndarray, full: float, *, signed: bool) -> np.ndarray:
    """Return a map as colours with an opacity proportional to |score|.

    Parameters
    ----------
    scores
        (S, S), zero where nothing was measured.
    full
        |score| of opacity 1.
    signed
        Whether scores have a sign: red raises the prediction, blue lowers it.

    Returns
    -------
    (S, S, 4) float64, RGBA between 0 and 1.
    """
    colours = np.empty((*scores.shape, 4))
    colours[..., :3] = _COLOURS["raises" if signed else "unsigned"]
    if signed:
        colours[scores < 0, :3] = _COLOURS["lowers"]
    colours[..., 3] = np.minimum(np.abs(scores) / full, 1)
    return colours


def show_overlay(
    axes: Axes,
    image: np.ndarray,
    limits: tuple[float, float],
    scores: np.ndarray,
    full: float,
    *,
    signed: bool,
) -> None:
    """Show a map over its image in grey; parameters as in `overlay`.

    Parameters
    ----------
    limits
        Values of the image that are black and white.
    """
    low, high = limits
    show(axes, image, low, low + (high - low) / BRIGHTEST)
    axes.imshow(overlay(scores, full, signed=signed), interpolation="nearest", gid="overlay")


def draw_key(
    figure: Figure, left: float, bottom: float, *, signed: bool, points: float = 7
) -> None:
    """Draw what colour and opacity mean; places are in inches, `KEY` wide and with room below."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((left / width, bottom / height, KEY / width, 0.1 / height))
    steps = np.linspace(-1 if signed else 0, 1, 201)[None]
    axes.imshow(np.full(steps.shape, _GROUND), cmap="gray", vmin=0, vmax=1, aspect="auto")
    axes.imshow(overlay(steps, 1.0, signed=signed), aspect="auto", gid="key")
    axes.set_axis_off()
    ends = (("lowers", 0, "left"), ("raises", 1, "right"))
    unsigned = (("score 0", 0, "left"), ("largest", 1, "right"))
    for word, place, side in ends if signed else unsigned:
        axes.annotate(
            word,
            (place, 0),
            xycoords="axes fraction",
            xytext=(0, -2),
            textcoords="offset points",
            ha=side,
            va="top",
            fontsize=points,
        )
    if signed:
        axes.annotate(
            "the prediction",
            (0.5, 0),
            xycoords="axes fraction",
            xytext=(0, -2),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=points,
            color=style.SOFT,
        )


def key_in_words() -> str:
    """Return what opacity means, for the line below a figure."""
    return f"opacity: size of the score, full at the {spoken().example}'s {PERCENTILE}th percentile"
