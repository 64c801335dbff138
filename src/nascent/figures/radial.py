"""Where maps lie on average: mean maps by stratum, and profiles from the centre to the edge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.radial.mean_maps import MeanMaps
from nascent.figures import style, words
from nascent.figures.crops import fitted, scale_bar
from nascent.figures.palettes import ramps
from nascent.words import spoken, worded

ALL = "all"
MOST_STRATA, MOST_CHANNELS = 3, 2
TILE, LEFT, HEAD, GAP, FOOT = 1.12, 0.95, 0.5, 0.12, 0.5  # inches
PROFILE = (5.1, 1.95)  # left end and width of the profiles, inches
PERCENTILE = 99.5  # of a row's mean maps, which has the full colour
SIZE, SIGNED = (
    LinearSegmentedColormap.from_list(f"mean {kind}", next(iter(ramps(kind).values())))
    for kind in ("plain", "signed")
)


@dataclass(frozen=True)
class _Row:
    """A line of mean maps: name of the channel, what is averaged, maps (strata, rows, columns)."""

    channel: str
    name: str
    maps: np.ndarray
    colours: Colormap
    profiled: bool


@style.look()
def draw(table: pd.DataFrame, maps: MeanMaps, *, pixel_size: float | None = None) -> Figure:
    """Draw a line for all channels together and one for each of the top channels.

    On the left stand the mean maps of the strata, laid over each other by the middle of the
    object, each example's map scaled to a mean magnitude of 1; the outline holds the places that
    half of the objects cover. On the right stand the profiles from the middle of the object (0) to
    its outline (1), over the mean of the object, with intervals; the dashed line is that of the
    image.

    Parameters
    ----------
    table
        Rows of `radial.tsv` of one model, seed and method.
    maps
        The mean maps of the same.
    pixel_size
        Edge of a pixel, µm; None: not known.
    """
    strata = _strata(maps)
    if table.empty or not strata:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), "There are no maps that could have a centre and an edge.")
        return figure
    rows = _rows(maps, strata)
    height = HEAD + len(rows) * (TILE + GAP) + FOOT
    figure = Figure(figsize=(style.WIDTH, height))
    window = _window(maps.mask[strata])
    profiles: list[Axes] = []
    for line, row in enumerate(rows):
        top = height - HEAD - line * (TILE + GAP)
        _mean_maps(figure, row, maps, strata, window, top, heads=line == 0, pixel_size=pixel_size)
        if row.profiled:
            axes = _placed(figure, PROFILE[0], top - TILE, PROFILE[1], TILE)
            _profiles(axes, table[table["channel"] == row.channel], maps, strata)
            profiles.append(axes)
        else:
            _key(figure, maps, strata, top)
    _share(profiles)
    if len(profiles) == len(rows):
        _key(figure, maps, strata, height - 0.02, flat=True)
    return figure


def in_words(maps: MeanMaps) -> str:
    """Return how the maps were aligned and scaled, for the line below the figure."""
    few = len(_strata(maps)) < np.count_nonzero(maps.cells)
    return worded(
        "maps aligned by the middle of the {object}, sizes as they are, each {example} scaled to a"
        " mean |score| of 1"
    ) + (", largest strata" if few else "")


def _strata(maps: MeanMaps) -> list[int]:
    """Return the strata that are drawn, in their order: the largest, where there are many."""
    there = np.flatnonzero(maps.cells)
    largest = there[np.argsort(-maps.cells[there], kind="stable")][:MOST_STRATA]
    return sorted(map(int, largest))


def _rows(maps: MeanMaps, strata: Sequence[int]) -> list[_Row]:
    together = f"all {spoken().features}"
    everything = maps.channels.index(ALL)
    rows = [_Row(ALL, f"{together}\n|score|", maps.absolute[strata, everything], SIZE, True)]
    if (maps.signed < 0).any():
        signed = maps.signed[strata, everything]
        rows.append(_Row(ALL, f"{together}\nsigned", signed, SIGNED, False))
    for k, name in enumerate(maps.channels):
        if name != ALL and len(rows) < 2 + MOST_CHANNELS:
            shown = fitted([name], LEFT)[0][0]
            rows.append(_Row(name, f"{shown}\n|score|", maps.absolute[strata, k], SIZE, True))
    return rows


def _window(cover: np.ndarray) -> range:
    """Return the smallest centred range of rows and columns that holds all mean objects."""
    size = cover.shape[-1]
    taken = (cover > 0.05).any(axis=0)
    used = np.flatnonzero(taken.any(axis=0) | taken.any(axis=1)) if taken.any() else [0]
    edge = max(min(int(used[0]), size - 1 - int(used[-1])) - size // 32, 0)
    return range(edge, size - edge)


def _mean_maps(
    figure: Figure,
    row: _Row,
    maps: MeanMaps,
    strata: Sequence[int],
    window: range,
    top: float,
    *,
    heads: bool,
    pixel_size: float | None,
) -> None:
    magnitude = np.abs(row.maps[:, maps.mask[strata].max(axis=0) > 0])
    most = float(np.percentile(magnitude, PERCENTILE)) if magnitude.size else 0.0
    signed = row.colours is SIGNED
    scale = Normalize(-(most or 1.0) if signed else 0, most or 1.0)
    for column, stratum in enumerate(strata):
        axes = _placed(figure, LEFT + column * TILE, top - TILE, 0.96 * TILE, 0.96 * TILE)
        axes.imshow(row.maps[column], cmap=row.colours, norm=scale, interpolation="nearest")
        cover = maps.mask[stratum]
        if cover.min() < 0.5 < cover.max():
            axes.contour(cover, levels=[0.5], colors=style.GREY, linewidths=0.6)
        axes.set_xlim(window.start - 0.5, window.stop - 0.5)
        axes.set_ylim(window.stop - 0.5, window.start - 0.5)
        axes.set_axis_off()
        if heads:
            number = words.count(maps.cells[stratum], spoken().example, spoken().examples)
            axes.set_title(f"{maps.strata[stratum]}\n{number}", loc="center", fontsize=7.5)
        if heads and not column:
            scale_bar(axes, window, pixel_size, colour=style.INK)
    figure.text(
        (LEFT - 0.08) / style.WIDTH,
        (top - TILE / 2) / figure.get_figheight(),
        row.name,
        ha="right",
        va="center",
        fontsize=7.5,
    )
    bar = _placed(figure, LEFT + len(strata) * TILE + 0.04, top - 0.9 * TILE, 0.07, 0.76 * TILE)
    figure.colorbar(ScalarMappable(scale, row.colours), cax=bar)
    bar.tick_params(labelsize=6, length=2, pad=1.5)
    bar.locator_params(nbins=4)


def _profiles(axes: Axes, rows: pd.DataFrame, maps: MeanMaps, strata: Sequence[int]) -> None:
    for stratum in strata:
        name = maps.strata[stratum]
        own = rows[rows["stratum"] == name]
        at = (own["inner"] + own["outer"]) / 2
        colour = _colours(maps, strata)[name]
        band = {"color": colour, "alpha": 0.15, "lw": 0}
        axes.fill_between(at, own["low"], own["high"], **band)
        axes.plot(at, own["score"], color=colour, lw=1.3, gid=f"score {name}")
    whole = rows[rows["stratum"] == ALL]
    at = (whole["inner"] + whole["outer"]) / 2
    axes.plot(at, whole["image"], color=style.INK, lw=1.1, ls=(0, (4, 2)), gid="image")
    axes.axhline(1, color=style.PALE, lw=0.8, zorder=0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["", "", ""])
    axes.set_ylabel("over mean", fontsize=7)


def _share(profiles: Sequence[Axes]) -> None:
    """Give all profiles one height axis, and the last one the names of both ends."""
    shown = [
        line.get_ydata() for axes in profiles for line in axes.lines if line.get_gid() is not None
    ]
    values = np.concatenate(shown)
    values = values[np.isfinite(values)]
    if values.size:
        room = 0.25 * max(float(np.ptp(values)), 0.2)
        for axes in profiles:
            axes.set_ylim(max(values.min() - room, 0), values.max() + room)
    profiles[-1].set_xticks([0, 0.5, 1], ["0\nmiddle", "0.5\n", "1\nedge"])
    profiles[-1].set_xlabel(worded("distance within the {object}"), fontsize=7, labelpad=1)


def _colours(maps: MeanMaps, strata: Sequence[int]) -> dict[str, str]:
    return style.colours([maps.strata[stratum] for stratum in strata], style.STRATA)


def _key(
    figure: Figure, maps: MeanMaps, strata: Sequence[int], top: float, *, flat: bool = False
) -> None:
    lines = [
        Line2D([], [], color=colour, lw=1.3, label=f"|score|, {name}")
        for name, colour in _colours(maps, strata).items()
    ]
    lines.append(Line2D([], [], color=style.INK, lw=1.1, ls=(0, (4, 2)), label="intensity, all"))
    figure.legend(
        handles=lines,
        loc="upper left",
        bbox_to_anchor=(PROFILE[0] / style.WIDTH, top / figure.get_figheight()),
        ncols=2 if flat else 1,
        fontsize=6.5 if flat else 7.5,
        borderpad=0,
        columnspacing=0.8,
    )


def _placed(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place that is told in inches."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))
