"""Drawing the map of one example."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nascent.attribute.maps import FEATURE
from nascent.errors import AttributionError
from nascent.figures import panels, style
from nascent.figures.gather import Examples
from nascent.kind import capital
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.notebook.maps import Maps

SHOWN = 3
"""Channels in colours at a time."""


def drawn(maps: "Maps", channels: Sequence[str]) -> Figure:
    """Return the figure of a map: of images and planes as in the report, of others the scores.

    Parameters
    ----------
    maps
        Of one example.
    channels
        Up to three to show in colours; none: those with the largest shares.

    Raises
    ------
    AttributionError
        Where more than three channels are asked for.
    StoreError
        Where there is no such channel.
    """
    if maps.kind == FEATURE:
        return _bars(maps)
    if len(maps.axes) != 3 or maps.input != maps.example.specs[0].name:
        return _plain(maps)
    example = maps.example
    if len(channels) > SHOWN:
        raise AttributionError(f"at most {SHOWN} {spoken().features} have colours of their own")
    names = list(channels) or _largest(maps)
    row = example.row.copy()
    row["y_hat"] = maps.prediction
    shown = Examples(
        pd.DataFrame([row]).rename_axis("id"),
        names,
        np.stack([example.channel(name) for name in names], axis=-1)[None],
        maps.mask[None],
    )
    target = None
    if maps.target in example.channels:
        target = panels.Target(maps.target, example.channel(maps.target)[None])
    figure = panels.draw(
        shown, maps.scores.sum(axis=-1)[None], target=target, pixel_size=example.pixel_size
    )
    style.headline(figure, maps.title)
    return figure


def _largest(maps: "Maps") -> list[str]:
    seen = [name for name in maps.shares.index if name in maps.example.channels]
    return (seen or [name for name in maps.example.channels if name != maps.target])[:SHOWN]


@style.look()
def _bars(maps: "Maps") -> Figure:
    shares = maps.scores.reshape(-1)
    figure = Figure(figsize=(style.WIDTH / 2, 0.6 + 0.18 * len(shares)), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(len(shares)), shares, color=style.GREY)
    axes.set_yticks(range(len(shares)), maps.channels)
    axes.invert_yaxis()
    axes.axvline(0, color=style.INK, linewidth=0.7)
    axes.set_xlabel(f"score of the {spoken().feature}")
    axes.set_title(maps.title)
    return figure


@style.look()
def _plain(maps: "Maps") -> Figure:
    """Show scores as they are: places along the line, features one below the other."""
    scores = maps.scores.reshape(-1, len(maps.channels)).T
    largest = float(np.abs(scores).max(initial=0)) or 1.0
    figure = Figure(figsize=(style.WIDTH, 0.8 + 0.2 * len(scores)), layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(scores, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    axes.set_yticks(range(len(scores)), maps.channels)
    axes.set_xlabel(capital(spoken().place))
    axes.set_title(maps.title)
    figure.colorbar(shown, label="score")
    return figure
