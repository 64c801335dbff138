"""Explanations as rows of panels: methods below the name of their model, seeds drawn as one."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nascent.figures import style
from nascent.plain_words import explanation_words

ROW, HEAD = 0.23, 0.9  # inches of a row; heads of models are so many rows high
ENDS = {"low": "min", "high": "max", "low_groups": "min", "high_groups": "max"}
OPEN = "cannot tell"

Place = Mapping[tuple[str, str], float]
"""(model, method) → height of its row."""


def over_seeds(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return one row a combination of `keys`: the mean over seeds, and the span of their intervals.

    A verdict is that of all seeds, or open where they differ.
    """
    ends = {name: how for name, how in ENDS.items() if name in table}
    verdict = {"verdict": _common} if "verdict" in table else {}
    return (
        table.groupby(list(keys), sort=False, dropna=False)
        .agg({"mean": "mean", "cells": "max", **ends, **verdict})
        .reset_index()
    )


def _common(verdicts: pd.Series) -> str:
    said = set(verdicts.fillna(""))
    return said.pop() if len(said) == 1 else OPEN


def places(pairs: Iterable[tuple[str, str]]) -> Place:
    """Return the heights of the rows, 0 on top: models in the order they come, each with a head."""
    methods: dict[str, list[str]] = {}
    for model, method in pairs:
        known = methods.setdefault(model, [])
        if method not in known:
            known.append(method)
    at, height = {}, 0.0
    for model, names in methods.items():
        height += HEAD
        for name in names:
            at[model, name] = height
            height += 1
    return at


def height(at: Place) -> float:
    """Return the height of all rows in inches."""
    return ROW * (max(at.values(), default=0) + 1.2)


def heads(at: Place) -> dict[str, float]:
    """Return the height of each model's head, where its name stands."""
    tops: dict[str, float] = {}
    for (model, _), y in at.items():
        tops.setdefault(model, y - HEAD + 0.2)
    return tops


def frame(
    axes: Axes,
    at: Place,
    *,
    named: bool = True,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Set the rows of a panel: stripes, limits, and the names, which panels beside it may share.

    Parameters
    ----------
    axes
        Of the panel.
    at
        Heights of the rows.
    named
        Whether rows and heads have their names here.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    tops = {}
    for number, ((model, _), y) in enumerate(at.items()):
        tops.setdefault(model, y - HEAD)
        if number % 2:
            axes.axhspan(y - 0.5, y + 0.5, color=style.STRIPE, lw=0, zorder=0)
    axes.set_ylim(max(at.values(), default=0) + 0.7, -0.2)
    if named:
        axes.set_yticks(
            list(at.values()), [explanation_words(name, methods or {}) for _, name in at]
        )
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    for model, top in tops.items():
        axes.axhline(top - 0.05, color=style.PALE, lw=0.6, zorder=0.5)
        if named:
            axes.annotate(
                model,
                (0, top + 0.2),
                xycoords=("axes fraction", "data"),
                xytext=(-4, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontweight="bold",
                fontsize=7.5,
                annotation_clip=False,
            )


def point(
    axes: Axes,
    row: pd.Series,
    y: float,
    *,
    mark: style.Mark,
    gid: Hashable = None,
) -> None:
    """Draw a mean with its intervals over cells (thick) and over groups (thin)."""
    for low, high, width in (("low_groups", "high_groups", 0.8), ("low", "high", 2.2)):
        if low in row and np.isfinite([row[low], row[high]]).all():
            ends = [row[low], row[high]]
            axes.plot(ends, [y, y], color=mark.colour, lw=width, solid_capstyle="butt", zorder=2)
    axes.plot([row["mean"]], [y], ls="", **mark.options, mew=1.1, zorder=3, gid=gid)
