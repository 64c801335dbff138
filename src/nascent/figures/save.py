"""Writing a figure as PNG, SVG and PDF, the same bytes every time, with its record inside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text

from nascent.figures import style
from nascent.figures.margins import frame, pin
from nascent.files import written

KINDS = ("png", "svg", "pdf")
"""The files of a figure, by their suffix."""


def save(figure: Figure, path: str | Path, record: Mapping[str, Any]) -> tuple[Path, Path, Path]:
    """Write `figure` beside each other as `<path>.png` (200 dpi), `<path>.svg` and `<path>.pdf`.

    Equal figures and records give equal bytes: no date is written, and SVG ids are salted with a
    constant. The record stands as JSON in the PNG's text chunk `Description`, in the SVG's
    `dc:description` and in the PDF's `Subject`. Text in the SVG is text, in DejaVu Sans or what
    stands for it (Verdana, Arial, Helvetica); the PDF has the letters of its font inside.

    Parameters
    ----------
    figure
        The figure.
    path
        Its path, with one of these suffixes or none.
    record
        Provenance, from `nascent.provenance.record`.

    Returns
    -------
    The paths of the PNG, the SVG and the PDF.

    Raises
    ------
    OutputError
        Where the folder cannot be written.
    """
    path = Path(path)
    stem = path.with_suffix("") if path.suffix[1:] in KINDS else path
    description = json.dumps(record, sort_keys=True, ensure_ascii=True)
    metadata = {
        "png": {"Description": description},
        "svg": {"Description": description, "Date": None},
        "pdf": {"Subject": description, "CreationDate": None},
    }
    png, svg, pdf = (stem.with_name(f"{stem.name}.{kind}") for kind in KINDS)
    with style.look():
        _take_names_as_they_are(figure)
        pin(figure)
        for file, kind in zip((png, svg, pdf), KINDS, strict=True):
            with written(file) as beside:
                figure.savefig(
                    beside, dpi=style.DPI, metadata=metadata[kind], bbox_inches=frame(figure)
                )
    return png, svg, pdf


def _take_names_as_they_are(figure: Figure) -> None:
    """Let dollars in texts be dollars: only matplotlib's own numbers of axes are formulas."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_ticklabels()  # Until they are asked for, ticks have no text.
    for text in figure.findobj(Text):
        if text.get_text() and "\\mathdefault" not in text.get_text():
            text.set_parse_math(False)
