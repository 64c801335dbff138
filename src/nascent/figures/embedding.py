"""Examples as a network sees them: near each other where it treats them alike."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import facts, style, words
from nascent.figures.palettes import ramps
from nascent.kind import capital
from nascent.words import spoken, worded

MOST_COLOURS = 8
"""Groups that have a colour each; of more, the largest have one."""

RASTER_ABOVE = 3000
EDGES = (2, 98)  # percentiles that have the full colours
PLAIN = LinearSegmentedColormap.from_list("plain", ramps("plain")["cividis"])
SIGNED = LinearSegmentedColormap.from_list("signed", next(iter(ramps("signed").values())))
HEIGHT, TILE, LEFT, GAP, TOP = 3.85, 2.15, 0.3, 0.22, 0.28  # inches
PANELS = (("target", "target_other_groups"), ("group",), ("error",))
"""The scores that stand below each panel."""


@dataclass(frozen=True)
class Run:
    """The training run that is shown: its model, its seed, and how the examples were split."""

    model: str
    seed: int
    design: str


@style.look()
def draw(
    layout: pd.DataFrame, scores: pd.DataFrame, run: Run, *, label: str, confidence: float
) -> Figure:
    """Draw the same points three times: by the measured target, by the group, by the error.

    Below each panel stands what nearest neighbours have in common, beside chance: a picture of
    vectors always shows some order.

    Parameters
    ----------
    layout
        The table of places, see `nascent.embed.stage.LAYOUT`.
    scores
        What neighbours share, see `nascent.embed.scores.SCORES`.
    run
        The training run.
    label
        The target in words with its unit.
    confidence
        Share of chance between the limits of the scores.
    """
    if layout.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There are no {spoken().examples} to show.")
        return figure
    figure = Figure(figsize=(style.WIDTH, HEIGHT))
    panels = [
        figure.add_axes(_placed(LEFT + k * (TILE + GAP), HEIGHT - TILE - TOP, TILE, TILE))
        for k in range(3)
    ]
    unit = words.unit(label).strip("()")
    _values(panels[0], layout, "measured", f"Measured {words.quantity(label)}", unit)
    _levels(panels[1], layout, "group", capital(spoken().group))
    numbers = pd.api.types.is_numeric_dtype(layout["error"].dtype)
    error = "Measured less predicted" if numbers else "Right or wrong"
    _values(panels[2], layout, "error", error, unit, about_zero=True)
    how = str(layout["layout"].iloc[0])
    spans = [_span(layout[name].to_numpy(float)) for name in ("x", "y")]
    for axes, told in zip(panels, PANELS, strict=True):
        _limit(axes, *spans)
        axes.set_xticks([])
        axes.set_yticks([])
        below = [_sentence(scores, name) for name in told]
        axes.set_xlabel("\n".join([f"{how} 1", "", *filter(None, below)]), loc="left", fontsize=7)
    panels[0].set_ylabel(f"{how} 2", loc="bottom", fontsize=7)
    facts.note(figure, _facts(layout, scores, run, how, confidence))
    return figure


def _facts(
    layout: pd.DataFrame, scores: pd.DataFrame, run: Run, how: str, confidence: float
) -> facts.Facts:
    counts = layout["split"].value_counts()
    parts = " and ".join(
        f"{counts[split]:,} {facts.PARTS.get(split, split)}"
        for split in ("val", "test")
        if split in counts
    )
    groups = words.count(layout["group"].nunique(), spoken().group, spoken().groups)
    few = worded("principal components: too few {examples} for UMAP") if how == "PCA" else how
    chance = f"chance: {facts.percent(confidence)} of random permutations" if len(scores) else ""
    return facts.Facts(
        n=f"{parts} {spoken().examples} in {groups}",
        model=f"{run.model}, seed {run.seed}",
        method=f"values that its last layer reads, {few}",
        split=facts.split_by(run.design),
        intervals=chance,
    )


def _span(values: np.ndarray) -> tuple[float, float]:
    """Return the middle of some values and half of their range."""
    return (values.min() + values.max()) / 2, max(float(np.ptp(values)) / 2, 1e-6)


def _limit(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Give both axes one scale, as wide as the wider of the two needs."""
    half = 1.06 * max(x[1], y[1])
    axes.set_xlim(x[0] - half, x[0] + half)
    axes.set_ylim(y[0] - half, y[0] + half)
    axes.set_aspect("equal")


def _sentence(scores: pd.DataFrame, name: str) -> str:
    """Return in words what neighbours share; empty where there is no such score."""
    rows = scores[scores["of"] == name]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    if row["score"] == "r2":
        told = {
            "target": "Predicted from the {n} nearest:",
            "target_other_groups": "From the {n} nearest in other {groups}:",
            "error": "Predicted from the {n} nearest:",
        }[name]
        limits = " to ".join(words.short(row[f"chance_{end}"]) for end in ("low", "high"))
        value = f"R² {words.short(row['value'])} (chance {limits})"
    else:
        told = {
            "target": "Same class among the {n} nearest:",
            "target_other_groups": "Same class, nearest in other {groups}:",
            "error": "Same among the {n} nearest:",
            "group": "Same {group} among the {n} nearest:",
        }[name]
        share, *limits = (f"{100 * row[end]:.0f}" for end in ("value", "chance_low", "chance_high"))
        value = f"{share} % (chance {' to '.join(limits)} %)"
    text = told.format(n=row["neighbours"], **spoken().captions())
    return f"{style.wrapped(text, TILE + GAP, 6.5)}\n{value}"


def _values(
    axes: Axes,
    layout: pd.DataFrame,
    column: str,
    title: str,
    unit: str,
    *,
    about_zero: bool = False,
) -> None:
    known = layout[layout[column].notna()]
    if known.empty:
        axes.set_title(title)
        axes.text(0.5, 0.5, "not one number", ha="center", transform=axes.transAxes)
        return
    if not pd.api.types.is_numeric_dtype(known[column].dtype):
        _levels(axes, known, column, title)
        return
    axes.set_title(title)
    values = known[column].to_numpy(float)
    low, high = np.percentile(values, EDGES)
    if about_zero:
        high = float(np.percentile(np.abs(values), EDGES[1]))
        low = -high
    scale, colours = Normalize(low, max(high, low + 1e-9)), SIGNED if about_zero else PLAIN
    _points(axes, known, column, c=colours(scale(values)))
    _bar(axes, colours, scale, unit)


def _levels(axes: Axes, layout: pd.DataFrame, column: str, title: str) -> None:
    names = style.levels(layout[column], most=MOST_COLOURS)
    palette = style.colours(names)
    level = style.labels(layout[column])
    _points(axes, layout, column, c=[palette.get(name, style.PALE) for name in level])
    total = level.nunique()
    axes.set_title(title if total <= len(names) else f"{title}: {len(names)} largest of {total}")
    handles = [
        Line2D([], [], ls="", marker="o", ms=4, mew=0, color=palette[name], label=name)
        for name in names
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.03, -0.42),
        ncols=2 if len(names) <= 4 else 3,
        fontsize=6.5,
        handletextpad=0.1,
        columnspacing=0.8,
    )


def _points(axes: Axes, layout: pd.DataFrame, gid: str, *, c: object) -> None:
    # In shuffled order, so that no level lies on top of the others.
    order = np.random.default_rng(0).permutation(len(layout))
    axes.scatter(
        layout["x"].to_numpy()[order],
        layout["y"].to_numpy()[order],
        c=np.asarray(c)[order],
        s=float(np.clip(4000 / len(layout), 3, 16)),
        edgecolor=style.SOFT,
        lw=0.2,
        rasterized=len(layout) > RASTER_ABOVE,
        gid=gid,
    )


def _bar(axes: Axes, colours: Colormap, scale: Normalize, unit: str) -> None:
    left = axes.get_position().x0 * style.WIDTH
    place = axes.figure.add_axes(_placed(left + 0.1, 0.42, TILE - 0.4, 0.08))
    bar = axes.figure.colorbar(
        ScalarMappable(scale, colours), cax=place, orientation="horizontal", extend="both"
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=6.5, length=2)
    bar.set_label(unit, fontsize=7)


def _placed(left: float, bottom: float, width: float, height: float) -> tuple[float, ...]:
    """Return a place that is told in inches as matplotlib takes it, in shares of the figure."""
    across, up = style.WIDTH, HEIGHT
    return left / across, bottom / up, width / across, height / up
