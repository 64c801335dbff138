"""How much maps move when the image is changed a little."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.reading.map_levels import CHANNELS, ENTRIES, PIXELS
from nascent.explain.sensitivity.table import CHANGE, PREDICTION
from nascent.figures import explained_rows, rows, style, words
from nascent.words import spoken

LEVELS = {  # colour, height in the row
    ENTRIES: (style.HUES["vermilion"], -0.22),
    PIXELS: (style.HUES["blue"], 0.0),
    CHANNELS: (style.HUES["green"], 0.22),
}


@style.look()
def draw(table: pd.DataFrame, *, label: str, confidence: float) -> Figure:
    """Draw the largest change of each explanation's maps, their ranks, and what the model did.

    Parameters
    ----------
    table
        `explain/sensitivity.tsv`: `model, seed, method` and the columns of
        `nascent.explain.sensitivity.table.SENSITIVITY`.
    label
        The target in words with its unit.
    confidence
        Of the intervals, for the legend.
    """
    known = table.dropna(subset=["mean"])
    if known.empty:
        return rows.nothing("No map was made of a changed image.")
    spread = explained_rows.over_seeds(known, ["model", "method", "measure"])
    at = explained_rows.places(zip(spread["model"], spread["method"], strict=True))
    figure = Figure(figsize=(style.WIDTH, explained_rows.height(at) + 1.35), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    shown = {
        CHANGE: (panels[0], style.INK, 0.0),
        **{level: (panels[1], colour, shift) for level, (colour, shift) in LEVELS.items()},
        PREDICTION: (panels[2], style.INK, 0.0),
    }
    for _, row in spread[spread["measure"].isin(shown)].iterrows():
        axes, colour, shift = shown[row["measure"]]
        explained_rows.point(
            axes,
            row,
            at[row["model"], row["method"]] + shift,
            mark=style.Mark(colour),
            gid=f"{row['model']}/{row['method']}/{row['measure']}",
        )
    radius, draws = known["radius"].iloc[0], known["draws"].iloc[0]
    panels[0].set_xlabel("largest change of the map\n(share of its norm)")
    panels[1].set_xlabel("rank correlation\nwith the map")
    panels[2].set_xlabel(f"change of the prediction\n{words.unit(label)}".strip())
    panels[0].axvline(1, color=style.GREY, lw=0.9, ls=rows.RULE, zorder=1)
    for axes in (panels[0], panels[2]):
        axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    panels[1].set_xlim(min(0, np.nanmin(spread["mean"])) - 0.03, 1.03)
    panels[0].set_title(f"noise within ± {radius:g}, {words.count(int(draws), 'draw')}")
    for number, axes in enumerate(panels):
        explained_rows.frame(axes, at, named=number == 0)
    keys = [
        Line2D([], [], color=colour, marker="o", ls="none", label=words.level(level))
        for level, (colour, _) in LEVELS.items()
        if (spread["measure"] == level).any()
    ]
    keys += [
        Line2D(
            [],
            [],
            color=style.INK,
            lw=2.2,
            label=f"{100 * confidence:g} % over {spoken().examples}",
        ),
        Line2D(
            [], [], color=style.INK, lw=0.8, label=f"{100 * confidence:g} % over {spoken().groups}"
        ),
    ]
    figure.legend(handles=keys, loc="outside upper center", ncols=5)
    return figure
