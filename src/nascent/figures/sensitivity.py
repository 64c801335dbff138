"""How much maps move when the image is changed a little."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.reading.map_levels import CHANNELS, ENTRIES, PIXELS
from nascent.explain.sensitivity.table import CHANGE, PREDICTION
from nascent.figures import explained_rows, rows, style, words
from nascent.figures.facts import Facts, counted, most, note
from nascent.words import spoken

LEVELS = {  # colour, height in the row
    ENTRIES: (style.HUES["vermilion"], -0.22),
    PIXELS: (style.HUES["blue"], 0.0),
    CHANNELS: (style.HUES["green"], 0.22),
}


@style.look()
def draw(
    table: pd.DataFrame,
    *,
    label: str,
    confidence: float,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw the largest change of each explanation's maps, their ranks, and what the model did.

    Parameters
    ----------
    table
        `explain/sensitivity.tsv`: `model, seed, method` and the columns of
        `nascent.explain.sensitivity.table.SENSITIVITY`.
    label
        The target in words with its unit.
    confidence
        Of the intervals.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
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
    # What the prediction does is the same whatever explains it: once a model, at its name.
    predicted = spread["measure"] == PREDICTION
    spread = spread[~predicted | ~spread.duplicated(["model", "measure"])]
    heads = explained_rows.heads(at)
    for _, row in spread[spread["measure"].isin(shown)].iterrows():
        axes, colour, shift = shown[row["measure"]]
        of_model = row["measure"] == PREDICTION
        explained_rows.point(
            axes,
            row,
            heads[row["model"]] if of_model else at[row["model"], row["method"]] + shift,
            mark=style.Mark(colour),
            gid=f"{row['model']}/{'' if of_model else row['method'] + '/'}{row['measure']}",
        )
    radius, draws = known["radius"].iloc[0], known["draws"].iloc[0]
    panels[0].set_xlabel("largest change of the map\n(share of its norm)")
    panels[1].set_xlabel("rank correlation\nwith the map")
    panels[2].set_xlabel(f"change of the prediction\n{words.unit(label)}".strip())
    panels[2].set_title("the model itself", fontsize=7.5, fontweight="normal")
    panels[1].set_title("order of the map", fontsize=7.5, fontweight="normal")
    panels[0].axvline(1, color=style.GREY, lw=0.9, ls=rows.RULE, zorder=1)
    for axes in (panels[0], panels[2]):
        axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    panels[1].set_xlim(min(0, np.nanmin(spread["mean"])) - 0.03, 1.03)
    panels[0].set_title("size of the map", fontsize=7.5, fontweight="normal")
    for number, axes in enumerate(panels):
        explained_rows.frame(axes, at, named=number == 0, methods=methods)
    keys = [
        Line2D([], [], color=colour, marker="o", ls="none", label=words.level(level))
        for level, (colour, _) in LEVELS.items()
        if (spread["measure"] == level).any()
    ]
    figure.legend(handles=keys, loc="outside upper center", ncols=5)
    noise = f"noise within ± {radius:g} of the normalised {spoken().features}"
    note(
        figure,
        Facts(
            n=counted(most(known["cells"]), most(known["groups"])),
            intervals=rows.intervals_told(confidence),
            more=f"{noise}, {words.count(int(draws), 'draw')}",
        ),
    )
    return figure
