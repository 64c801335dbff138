"""What stands below a figure of maps: whose they are, of how many examples, which intervals."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from nascent.figures.facts import Facts, counted, intervals_over, most, note, split_by
from nascent.plain_words import explanation_words
from nascent.words import spoken

ALL = "all"  # stratum of all examples together


@dataclass(frozen=True)
class Explained:
    """The explanation that a figure shows.

    Attributes
    ----------
    model
        Its name.
    method
        In words.
    design
        How examples were split, as in tables.
    confidence
        Level of the intervals, a share of 1.
    """

    model: str
    method: str
    design: str
    confidence: float


def explained(
    model: str,
    map_set: str,
    *,
    methods: Mapping[str, Mapping[str, object]],
    design: str,
    confidence: float,
) -> Explained:
    """Return what a figure says of the maps of a model by a map set.

    Parameters
    ----------
    model, map_set
        As in paths.
    methods
        `attribute.methods` of the config: name → options, with `method`.
    design, confidence
        As in `Explained`.
    """
    return Explained(model, explanation_words(map_set, methods), design, confidence)


def noted(figure: Figure, shown: Explained, table: pd.DataFrame, *, more: str = "") -> Figure:
    """Write below a figure which explanation it shows, and what its table tells of its numbers.

    Parameters
    ----------
    figure
        The figure.
    shown
        The explanation.
    table
        That is drawn; of its columns `split`, `cells`, `groups` and `interval` those that it has
        are told. Where rows are of strata, the counts are those of all of them together.
    more
        What else has to be said.
    """
    return with_facts(figure, shown, counts(table), intervals(table, shown), more)


def with_facts(
    figure: Figure, shown: Explained, n: str, intervals: str = "", more: str = ""
) -> Figure:
    """Write below a figure which explanation it shows, with the counts and intervals given."""
    note(
        figure,
        Facts(
            n=n,
            model=shown.model,
            method=shown.method,
            split=split_by(shown.design),
            intervals=intervals,
            more=more,
        ),
    )
    return figure


def counts(table: pd.DataFrame) -> str:
    """Return how many examples and groups a table of explanations is of."""
    if table.empty or "cells" not in table:
        return ""
    part = str(table["split"].iloc[0]) if "split" in table else ""
    groups = most(table["groups"]) if "groups" in table else None
    return counted(_examples(table), groups, part)


def intervals(table: pd.DataFrame, shown: Explained) -> str:
    """Return which intervals a table has; empty where it has none."""
    over = set(table["interval"].dropna()) if "interval" in table else set()
    names = {"groups": spoken().groups, "cells": spoken().examples}
    told = [name for key, name in names.items() if key in over]
    if not told and not {"low", "high"} <= set(table.columns):
        return ""
    if not told and "low_groups" in table:
        # Of such a table `low` and `high` are over examples.
        return intervals_over(shown.confidence, spoken().examples, drawn="bands")
    return intervals_over(shown.confidence, " or ".join(told))


def without_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without its intervals, for a figure that draws none."""
    return table.drop(columns=["low", "high", "interval"], errors="ignore")


def _examples(table: pd.DataFrame) -> int:
    if "stratum" not in table or (table["stratum"] == ALL).any():
        return most(table["cells"])
    return int(table.groupby("stratum")["cells"].max().sum())
