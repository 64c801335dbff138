"""What the maps find of the truth of a simulated plate, beside chance, ceiling and two nulls."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.truth.table import BEATS, RANDOMISED, TRAINED, USED
from nascent.explain.truth.table import PLANTED as PLANTED_TRUTH
from nascent.figures import explained_rows, method_rows, style
from nascent.figures.crops import OUTLINE, contrast, outline, scale_bar, show
from nascent.figures.facts import Facts, counted, intervals_over, most
from nascent.figures.overlays import PERCENTILE
from nascent.figures.palettes import ramps
from nascent.figures.score_tiles import common_window, show_window
from nascent.figures.truth_example import Example
from nascent.plain_words import explanation_words, verdict_words
from nascent.words import spoken, worded

PLANTED = style.HUES["green"]
MARKS: Mapping[str, tuple[style.Mark, str]] = {  # and what the key says
    "image": (
        style.Mark(style.GREY, "D", 3.2, style.HOLLOW),
        "no model: strongest map of the image",
    ),
    "randomised": (style.Mark(style.HUES["vermilion"], "o", 4.2, style.HOLLOW), "random weights"),
    "used": (style.Mark(style.HUES["blue"], "s", 3.2, style.HOLLOW), "trained, of what it uses"),
    "trained": (style.Mark(style.HUES["blue"], "o", 4.2), "trained"),
}
PANELS: Sequence[tuple[str, str, str]] = (
    ("pixel_precision", "lift", "planted {places},\nprecision / chance"),
    ("entry_precision", "lift", "{places} of {features},\nprecision / chance"),
    ("top_channels", "value", "planted {features}\nin the top k, share"),
    ("channel_share", "value", "attribution on them,\nshare"),
)
WORDS = 1.75  # width of the verdicts, in panels
LINES = 1.25  # height of a verdict's two lines, in rows of other figures
LARGEST = 1.45  # inches of a tile
SHIFT = {"image": 0.24, "randomised": 0.08, "used": -0.08, "trained": -0.24}
RULES: Mapping[str, tuple[int, tuple]] = {"chance": (0, (4, 2)), "ceiling": (0, (1, 1.5))}
DIFFER = "seeds differ"
UNSIGNED = LinearSegmentedColormap.from_list("scores", next(iter(ramps("plain").values())))
TILES = 8  # in a line
MOST_TILES = 16


@style.look()
def draw(
    table: pd.DataFrame,
    example: Example | None,
    *,
    methods: Mapping[str, Mapping[str, object]],
) -> Figure:
    """Draw lift and shares of each model and method, and an example with the planted pixels.

    Filled points are the trained models, open squares the same held against what of the truth
    they use, open circles the same with weights drawn anew, diamonds the map of the image alone
    that finds most. The dashed line is chance, the dotted one what the best map gets. With several
    seeds a point is their mean, its line spans their intervals. At the right stands the verdict of
    the first measure that the maps have.

    Parameters
    ----------
    table
        The table `truth.tsv`, of one split.
    example
        Drawn below; None: no map has pixels.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    if table.empty or not (table["cells"] > 0).any():
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), "No map was held against the truth.")
        return figure
    whole = table[table["channel"].isna() | (table["channel"] == "")]
    shown = method_rows.over_seeds(
        _drawn(whole),
        ["model", "method", "drawn", "what"],
        dict.fromkeys(["value", "chance", "ceiling", "lift", "lift_ceiling"], "mean")
        | dict.fromkeys(["low", "lift_low"], "min")
        | dict.fromkeys(["high", "lift_high"], "max"),
    )
    at = explained_rows.places(zip(shown["model"], shown["method"], strict=True))
    tiles = _tiles(example)
    lines = -(-len(tiles) // TILES)
    columns = -(-len(tiles) // lines) if lines else 0
    tile = min((style.WIDTH - 0.6) / columns, LARGEST) if lines else 0
    top = LINES * explained_rows.height(at) + 1.4
    bottom = lines * (tile + 0.3) + (0.3 if lines else 0)
    figure = Figure(figsize=(style.WIDTH, top + bottom), layout="constrained")
    upper = figure
    if lines:
        upper, lower = figure.subfigures(2, 1, height_ratios=[top, bottom])
        _example(lower, example, tiles, (lines, columns), methods)
    ratios = [*[1.0] * len(PANELS), WORDS]
    grid = upper.subplots(1, len(ratios), width_ratios=ratios)
    for number, (axes, (what, column, title)) in enumerate(zip(grid, PANELS, strict=False)):
        _panel(axes, shown[shown["what"] == what], column, at)
        explained_rows.frame(axes, at, named=number == 0, methods=methods)
        if number:
            axes.set_yticks([])
        axes.set_title(worded(title), fontsize=7, fontweight="normal", loc="center")
    found = verdicts(whole)
    _write_verdicts(grid[-1], found, at)
    keys = [
        Line2D([], [], ls="none", **replace(mark, size=4.6).options, mew=1.0, label=label)
        for mark, label in reversed(MARKS.values())
    ]
    if not (shown["drawn"] == "used").any():
        keys = [key for key in keys if key.get_label() != MARKS["used"][-1]]
    keys += [
        Line2D([], [], color=style.INK, lw=0.9, ls=rule, label=name) for name, rule in RULES.items()
    ]
    upper.legend(handles=keys, loc="outside lower left", ncols=len(keys), fontsize=7)
    said = style.wrapped(headline(found), style.WIDTH - 0.2, 9 * style.BOLD)
    upper.suptitle(said, fontsize=9, fontweight="bold", x=0.01, ha="left")
    return figure


def facts(table: pd.DataFrame, confidence: float) -> Facts:
    """Return what stands below the figure.

    Parameters
    ----------
    table
        The table `truth.tsv`, of one split.
    confidence
        Of its intervals.
    """
    over = set(table["interval"].dropna())
    known = {"groups": spoken().groups, "cells": spoken().examples}
    told = " or ".join(word for name, word in known.items() if name in over)
    cells = most(table["cells"])
    return Facts(
        n=f"up to {counted(cells, most(table['groups']), str(table['split'].iloc[0]))}"
        if cells
        else "",
        intervals=intervals_over(confidence, told) if told else "",
    )


def headline(found: Mapping[method_rows.Key, tuple[str, str]]) -> str:
    """Return how many explanations find what was planted, in a sentence.

    Parameters
    ----------
    found
        As `verdicts` gives it.
    """
    good = sum(verdict == BEATS for verdict, _ in found.values())
    return (
        f"{good} of {len(found)} explanations find the planted truth better than the image alone"
        " and random weights do"
    )


def verdicts(table: pd.DataFrame) -> dict[method_rows.Key, tuple[str, str]]:
    """Return (model, method) → its verdict, and the map of the image that it is held against.

    The verdict is that of the first measure that the maps have.
    """
    planted = table[table["truth"] == PLANTED_TRUTH]
    found = {}
    for key, own in planted.groupby(["model", "method"], sort=False):
        said = own[(own["map"] == TRAINED) & (own["verdict"].fillna("") != "")]
        what = next((what for what, *_ in PANELS if (said["what"] == what).any()), None)
        if what is None:
            continue
        best = own[(own["what"] == what) & (own["strongest"].astype(str) == "True")]["map"]
        verdict, image = (
            "" if not len(values) else values.iloc[0] if values.nunique() == 1 else DIFFER
            for values in (said.loc[said["what"] == what, "verdict"], best)
        )
        found[key] = (verdict, image)
    return found


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are drawn; `drawn` says as which mark."""
    planted = table["truth"] == PLANTED_TRUTH
    marks = {
        "trained": planted & (table["map"] == TRAINED),
        "randomised": planted & (table["map"] == RANDOMISED),
        "image": planted & (table["strongest"].astype(str) == "True"),
        "used": (table["truth"] == USED) & (table["map"] == TRAINED) & (table["cells"] > 0),
    }
    return pd.concat([table[rows].assign(drawn=name) for name, rows in marks.items()])


def _write_verdicts(
    axes: Axes,
    found: Mapping[method_rows.Key, tuple[str, str]],
    at: Mapping[method_rows.Key, float],
) -> None:
    """Write what is said of each row, and which map of the image it is held against."""
    explained_rows.frame(axes, at, named=False)
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("verdict on the first of these", fontsize=7, fontweight="normal", loc="left")
    place = {"transform": axes.get_yaxis_transform(), "va": "center"}
    for key, (verdict, image) in found.items():
        if key not in at:
            continue
        own = {**place, "fontsize": 6.5, "gid": "/".join(key)}
        axes.text(0.02, at[key] - 0.2 * bool(image), verdict_words(verdict), **own)
        if image:
            told = f"strongest map of the image: {image}"
            axes.text(0.02, at[key] + 0.24, told, **place, fontsize=5.5, color=style.SOFT)


def _panel(
    axes: Axes, rows: pd.DataFrame, column: str, at: Mapping[method_rows.Key, float]
) -> None:
    ends = ("lift_low", "lift_high") if column == "lift" else ("low", "high")
    for row in rows.to_dict("records"):
        method_rows.point(
            axes,
            row[column],
            at[row["model"], row["method"]] + SHIFT[row["drawn"]],
            (row[ends[0]], row[ends[1]]),
            mark=MARKS[row["drawn"]][0],
            gid=f"{row['drawn']} {row['what']}",
        )
    planted = rows[rows["drawn"] == "trained"]
    at_lines = {
        "chance": 1.0 if column == "lift" else planted["chance"].mean(),
        "ceiling": planted["lift_ceiling" if column == "lift" else "ceiling"].mean(),
    }
    for name, x in at_lines.items():
        if np.isfinite(x):
            axes.axvline(x, color=style.INK, lw=0.9, ls=RULES[name], zorder=1, gid=name)
    axes.set_xlim(left=0)
    if column == "value":
        axes.set_xlim(0, 1.04)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.grid(axis="x")


def _tiles(example: Example | None) -> list[method_rows.Key | None]:
    """Return what is in each tile: None for the image, then the maps."""
    if example is None or not example.maps:
        return []
    return [None, *list(example.maps)[: MOST_TILES - 1]]


def _example(
    figure: Figure,
    example: Example,
    tiles: Sequence[method_rows.Key | None],
    shape: tuple[int, int],
    methods: Mapping[str, Mapping[str, object]],
) -> None:
    grid = figure.subplots(*shape, squeeze=False)
    window = common_window(example.mask[None])
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, key in zip(grid.flat, tiles, strict=False):
        if key is None:
            show(axes, example.image, *contrast(example.image, example.mask))
            title = f"planted {spoken().features}"
        else:
            values = np.where(example.mask, example.maps[key], 0)
            scale = float(np.percentile(values[example.mask], PERCENTILE)) or 1.0
            show(axes, values / scale, 0, 1, UNSIGNED)
            outline(axes, example.mask, style.GREY)
            title = f"{key[0]}\n{explanation_words(key[1], methods)}"
        outline(axes, example.causal, OUTLINE if key is None else PLANTED)
        axes.set_title(title, fontsize=6, fontweight="normal", loc="center", pad=2)
        show_window(axes, window)
    scale_bar(grid[0, 0], window, example.pixel_size)
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, 1), UNSIGNED), ax=grid, fraction=0.02, pad=0.01, aspect=18
    )
    bar.set_ticks([0, 1], labels=["0", "largest"], fontsize=6)
    bar.set_label("Σ|score|", fontsize=6, labelpad=-14)
    figure.suptitle(
        f"{spoken().example.capitalize()} {example.id}: planted {spoken().places} outlined, maps as"
        f" Σ|score| over {spoken().features}",
        fontsize=7.5,
        x=0.01,
        ha="left",
    )
