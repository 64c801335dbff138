"""What is left of maps when what was learnt is taken away, stage by stage."""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.randomisation.table import IMAGE, ORIGINAL
from nascent.explain.reading.map_levels import CHANNELS, ENTRIES, PIXELS
from nascent.explain.statistics.dependence import SURVIVES, TARGETS, WEIGHTS
from nascent.figures import explained_rows, rows, style, words
from nascent.figures.facts import Facts, counted, most, note
from nascent.plain_words import explanation_words

LEVELS = (ENTRIES, PIXELS, CHANNELS)
GAP = 0.8  # between the cascade and what stands beside it
MOST = 3  # models side by side
PANEL = 1.6  # inches, of a panel
POINTS = 7  # of the letters of verdicts
STEP = 8.4  # points between two lines of them
DIFFER = "seeds differ"


@style.look()
def draw(
    table: pd.DataFrame,
    *,
    confidence: float,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw, for each model, the rank correlation of every method's maps with the original ones.

    From left to right more and more layers have untrained weights; apart from them stand the map
    of the image alone that is most like the method's and, where it was trained, the model of
    permuted targets. Below stands what is said of each method.

    Parameters
    ----------
    table
        `explain/randomisation.tsv`: `model, seed, method` and the columns of
        `nascent.explain.randomisation.table.RANDOMISATION`.
    confidence
        Of the intervals.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    models = list(dict.fromkeys(table["model"]))
    if not models:
        return rows.nothing("No map was made anew.")
    alone = table["stage"] == IMAGE
    table = table[~alone | (table["strongest"].astype(str) == "True")]
    levels = [level for level in LEVELS if (table["level"] == level).any()]
    colours = style.colours(list(dict.fromkeys(table["method"])))
    # Models side by side, and below each other where there are too many of them.
    across = min(len(models), MOST)
    lines = -(-len(models) // across)
    figure = Figure(
        figsize=(style.WIDTH, 0.7 + lines * (0.6 + PANEL * len(levels))), layout="constrained"
    )
    panels = figure.subplots(lines * len(levels), across, sharey=True, squeeze=False)
    for number in range(lines * across):
        line, column = divmod(number, across)
        for place, level in enumerate(levels):
            axes = panels[line * len(levels) + place, column]
            if number >= len(models):
                axes.set_axis_off()
                continue
            model = models[number]
            own = table[table["model"] == model]
            _panel(axes, own[own["level"] == level], _stages(own), colours)
            _verdicts(axes, own[own["level"] == level], colours, methods or {}, _width(across))
            if place == 0:
                axes.set_title(model)
            if place < len(levels) - 1:
                axes.set_xticklabels([])
            if column == 0:
                axes.set_ylabel(words.level(level))
    least = min(table["mean"].min(), 0) - 0.1
    said = max(len(text.get_text().splitlines()) for axes in panels.flat for text in axes.texts)
    # The words take so much of a panel's height, and the correlations the rest.
    room = (STEP * said + 4) / (72 * PANEL * 0.85)
    panels[0, 0].set_ylim(least - (1.04 - least) * room / (1 - room), 1.04)
    figure.supylabel("rank correlation with the map of the trained model", fontsize=8)
    figure.legend(handles=_keys(colours, methods or {}), loc="outside upper center", ncols=4)
    note(
        figure,
        Facts(
            n=counted(most(table["cells"]), most(table["groups"])),
            intervals=rows.intervals_told(confidence),
        ),
    )
    return figure


def _stages(table: pd.DataFrame) -> pd.DataFrame:
    """Return the stages of a model with their place `x` and their `name`."""
    stages = table[["stage", "number", "layer"]].fillna({"layer": ""}).drop_duplicates()
    cascade = stages[stages["stage"].isin([ORIGINAL, WEIGHTS])].sort_values("number")
    cascade = cascade.assign(
        x=np.arange(len(cascade), dtype=float),
        name=["as trained", *(f"↓ {layer}" for layer in cascade["layer"][1:])],
    )
    beside = stages[stages["stage"].isin([TARGETS, IMAGE])].sort_values("stage", ascending=False)
    beside = beside.assign(
        x=len(cascade) - 1 + GAP + np.arange(1, len(beside) + 1),
        name=[{TARGETS: "permuted targets", IMAGE: "image alone"}[s] for s in beside["stage"]],
    )
    return pd.concat([cascade, beside])


def _panel(axes: Axes, own: pd.DataFrame, stages: pd.DataFrame, colours: dict[str, str]) -> None:
    axes.axhline(SURVIVES, color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid="survives")
    axes.axhline(0, color=style.INK, lw=0.6, zorder=1)
    spread = explained_rows.over_seeds(own, ["method", "stage", "number"]).merge(
        stages, on=["stage", "number"]
    )
    methods = [method for method in colours if (spread["method"] == method).any()]
    for place, method in enumerate(methods):
        line = spread[spread["method"] == method].sort_values("x")
        # Side by side, so that no interval hides another.
        line = line.assign(x=line["x"] + 0.5 * ((place + 1) / (len(methods) + 1) - 0.5))
        inner = line[line["stage"].isin([ORIGINAL, WEIGHTS])]
        axes.plot(inner["x"], inner["mean"], color=colours[method], lw=1.0, zorder=2, gid=method)
        for _, row in line.iterrows():
            _point(axes, row, colours[method])
    axes.set_xticks(stages["x"], stages["name"], rotation=40, ha="right", rotation_mode="anchor")
    axes.set_xlim(-0.5, stages["x"].max() + 0.5)
    axes.grid(axis="y")


def _width(across: int) -> int:
    """Return how many letters a line of verdicts has where so many panels stand side by side."""
    return int((style.WIDTH - 0.9) / across / (style.LETTER * POINTS / 72)) - 2


def _verdicts(
    axes: Axes,
    own: pd.DataFrame,
    colours: dict[str, str],
    methods: Mapping[str, Mapping[str, object]],
    width: int,
) -> None:
    """Write at the bottom which methods have which verdict."""
    said = own[(own["stage"] == WEIGHTS) & (own["verdict"].fillna("") != "")]
    found: dict[str, list[str]] = {}
    for method in (name for name in colours if (said["method"] == name).any()):
        verdicts = said.loc[said["method"] == method, "verdict"].unique()
        verdict = str(verdicts[0]) if len(verdicts) == 1 else DIFFER
        found.setdefault(verdict, []).append(explanation_words(method, methods))
    told = [fill(f"{verdict}: {', '.join(names)}", width) for verdict, names in found.items()]
    axes.annotate(
        "\n".join(told),
        (0.02, 0.02),
        xycoords="axes fraction",
        va="bottom",
        fontsize=POINTS,
        linespacing=1.15,
        gid="verdicts",
        bbox={"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1},
        zorder=5,
    )


def _point(axes: Axes, row: pd.Series, colour: str) -> None:
    for low, high, width in (("low_groups", "high_groups", 0.7), ("low", "high", 1.8)):
        if np.isfinite([row[low], row[high]]).all():
            axes.plot([row["x"]] * 2, [row[low], row[high]], color=colour, lw=width, zorder=2)
    marker = {TARGETS: "D", IMAGE: "*"}.get(row["stage"], "o")
    axes.plot(
        [row["x"]],
        [row["mean"]],
        marker,
        ms=5 if marker == "*" else 3.4,
        color=colour,
        mew=0,
        zorder=3,
        gid=f"{row['method']}/{row['stage']}/{row['number']}",
    )


def _keys(colours: dict[str, str], methods: Mapping[str, Mapping[str, object]]) -> list[Line2D]:
    keys = [
        Line2D([], [], color=colour, marker="o", ms=4, label=explanation_words(method, methods))
        for method, colour in colours.items()
    ]
    told = f"above {SURVIVES:g}: the map stays"
    return [*keys, Line2D([], [], color=style.INK, lw=0.9, ls=rows.RULE, label=told)]
