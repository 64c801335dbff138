"""Writing a figure as PNG and SVG, the same bytes every time, with its record inside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from nascent.figures import style
from nascent.files import written

ABOVE = "above"
"""Texts of this gid stand above a figure's upper edge, and are saved with it."""

ROOM = 0.09  # inches between such a text and the edges
SIDE = 0.04  # inches more at either side: labels are a little wider in some formats


def save(figure: Figure, path: str | Path, record: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write `figure` beside each other as `<path>.png` (200 dpi) and `<path>.svg`.

    Equal figures and records give equal bytes: no date is written, and SVG ids are salted with a
    constant. The record stands as JSON in the PNG's text chunk `Description` and in the SVG's
    `dc:description`.

    Parameters
    ----------
    figure
        The figure.
    path
        Its path, with suffix `.png`, `.svg` or none.
    record
        Provenance, from `nascent.provenance.record`.

    Returns
    -------
    The paths of the PNG and the SVG.

    Raises
    ------
    OutputError
        Where the folder cannot be written.
    """
    path = Path(path)
    stem = path.with_suffix("") if path.suffix in (".png", ".svg") else path
    description = json.dumps(record, sort_keys=True, ensure_ascii=True)
    png, svg = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    with style.look():
        _take_names_as_they_are(figure)
        with written(png) as beside:
            figure.savefig(
                beside,
                dpi=style.DPI,
                metadata={"Description": description},
                bbox_inches=frame(figure),
            )
        with written(svg) as beside:
            figure.savefig(
                beside,
                dpi=style.DPI,
                metadata={"Description": description, "Date": None},
                bbox_inches=frame(figure),
            )
    return png, svg


def _take_names_as_they_are(figure: Figure) -> None:
    """Let dollars in texts be dollars: only matplotlib's own numbers of axes are formulas."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_ticklabels()  # Until they are asked for, ticks have no text.
    for text in figure.findobj(Text):
        if text.get_text() and "\\mathdefault" not in text.get_text():
            text.set_parse_math(False)


def frame(figure: Figure) -> Bbox | None:
    """Return the part of a figure that is saved, in inches; None where no text stands above it."""
    words = [text for text in figure.texts if text.get_gid() == ABOVE]
    if not words:
        return None
    width, height = figure.get_size_inches()
    top = max(text.get_position()[1] for text in words) * height + ROOM
    return Bbox([[-SIDE, 0], [width + SIDE, top]])
