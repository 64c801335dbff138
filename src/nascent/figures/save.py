"""Writing a figure as PNG and SVG, the same bytes every time, with its record inside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from nascent.figures import style
from nascent.files import written


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
        with written(png) as beside:
            figure.savefig(beside, dpi=style.DPI, metadata={"Description": description})
        with written(svg) as beside:
            figure.savefig(
                beside, dpi=style.DPI, metadata={"Description": description, "Date": None}
            )
    return png, svg
