"""What the explorer's page knows of an explanation and of the cells, before it decodes a cell."""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from nascent.attribute.maps import Maps
from nascent.explain.exports.scores import ChannelScores
from nascent.explain.importance.aggregates import SYMBOLS
from nascent.figures.words import quantity, unit
from nascent.kind import Words
from nascent.plain_words import method_words
from nascent.report.explorer import planes
from nascent.report.explorer.belief import Belief
from nascent.report.explorer.choose import largest

FACTS = ("model", "seed", "method", "kind", "axes", "options", "checks")


@dataclass(frozen=True)
class Shown:
    """One explanation on the page."""

    belief: Belief
    scores: ChannelScores
    files: Sequence[Maps]
    kept: Sequence[str]
    zero: int


def as_shown(
    scores: ChannelScores,
    files: Sequence[Maps],
    order: Sequence[Hashable],
    count: int,
    belief: Belief,
) -> Shown:
    """Return an explanation as the page shows it: the maps of its largest channels.

    `files` are of the one input that the page has pictures of, whose features have their plain
    names here. Those of other inputs have no pixels, and are called after their input.
    """
    at = scores.cells.index.get_indexer(order)
    own, names = files[0].source.input, files[0].channels
    pixels = [place for place, name in enumerate(scores.inputs) if name == own]
    channels = [
        name if name.startswith(f"{one}.") else f"{one}.{name}"
        for one, name in zip(scores.inputs, scores.channels, strict=True)
    ]
    for place, name in zip(pixels, names, strict=True):
        channels[place] = name
    facts = {**scores.facts, "axes": files[0].axes}
    scores = replace(scores, channels=tuple(channels), facts=facts)
    kept = largest(scores.values["share"][np.ix_(at, pixels)], names, count)
    # Σa is Σ|a| to the last bit where no score is negative.
    both = (scores.values["signed"] != scores.values["absolute"])[:, pixels].any()
    return Shown(
        belief,
        scores,
        files,
        [] if scores.facts["axes"] == "feature" else kept,
        planes.MIDDLE if both else planes.DARKEST,
    )


def image_channels(shown: Sequence[Shown], count: int) -> list[str]:
    """Return the channels whose images are kept: those of the maps, in the model's order."""
    inputs = [str(name) for one in shown for name in one.files[0].source.channels]
    wanted = {name for one in shown for name in one.kept} - {"all"}
    for one in shown:
        if one.scores.facts["axes"] == "feature":
            names = one.files[0].channels
            places = [one.scores.channels.index(name) for name in names]
            wanted |= set(largest(one.scores.values["share"][:, places], names, count))
    return [name for name in dict.fromkeys(inputs) if name in wanted] or inputs[:count]


def names_of_methods(every: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Return model and method → the method in words.

    Where two of a model are made by one function, or explain another column, their own names stand
    in brackets.

    Parameters
    ----------
    every
        Facts of the explanations, see `nascent.explain.exports.scores.ChannelScores`.
    """
    made = Counter((facts["model"], facts["kind"]) for facts in every)
    named = {}
    for facts in every:
        model, method, kind = facts["model"], facts["method"], facts["kind"]
        several = made[model, kind] > 1
        named[model, method] = f"{method_words(kind)} ({method})" if several else method_words(kind)
    return named


def facts_of(
    one: Shown,
    order: Sequence[Hashable],
    labels: Mapping[str, str],
    methods: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    """Return what the page knows of an explanation before it decodes a cell."""
    facts, scores = one.scores.facts, one.scores
    at = scores.cells.index.get_indexer(order)
    label = labels.get(facts["target"], facts["target"])
    return {
        **{name: facts[name] for name in FACTS},
        "called": methods[facts["model"], facts["method"]],
        "standing": one.belief.standing,
        "headline": one.belief.headline,
        "sentences": list(one.belief.sentences),
        "quantity": quantity(label),
        "unit": unit(label).strip("()"),
        "scores": score_unit(facts["kind"], facts["options"], unit(label).strip("()")),
        "zero": one.zero,
        "channels": list(scores.channels),
        "sum": SYMBOLS[facts["aggregate"]],
        "kept": list(one.kept),
        "share": [plain(row) for row in scores.values["share"][at]],
        "signed": [plain(row) for row in scores.values["signed"][at]],
        "told": {
            name: plain(scores.cells[name].iloc[at])
            for name in facts["told"]
            if scores.cells[name].iloc[at].notna().any()
        },
    }


def score_unit(kind: str, options: Mapping[str, Any], of_prediction: str) -> str:
    """Return the unit of a map's scores; empty where they have none, or it is not known.

    Parameters
    ----------
    kind
        Name of the method's file, in `nascent.attribute.methods`.
    options
        Of the method.
    of_prediction
        Unit of what is predicted.
    """
    if not of_prediction or kind == "grad_cam":
        return ""
    gradient = kind == "gradient" or options.get("over") == "gradient"
    one = f"{of_prediction} per unit of input" if gradient else of_prediction
    if kind == "smoothgrad_squared" or options.get("statistic") == "variance":
        return f"({one})²"
    return one


def cells_of(shown: Sequence[Shown], order: Sequence[Hashable]) -> dict[str, Any]:
    """Return ids and columns of the cells, which are alike for all explanations."""
    if not shown:
        return {"cells": [], "columns": {}}
    scores = shown[0].scores
    known = scores.cells.loc[order].drop(columns=scores.facts["told"])
    return {
        "cells": [str(cell) for cell in order],
        "columns": {str(name): plain(values) for name, values in known.items()},
    }


def columns_of_page(
    known: Collection[str], words: Words, factors: Sequence[str], batches: Sequence[str]
) -> dict[str, Any]:
    """Return which columns of the table of examples the page filters by and names first.

    Parameters
    ----------
    known
        Names of all columns.
    words
        Of the study. A column that is called as its groups or parts are says more of an example
        than the general one: `well` is A01, `group` plate01/A01.
    factors, batches
        As of `nascent.kind.Kind`.

    Returns
    -------
    dict
        `group`, the column of the group; `filters` and `facts`, names of columns in order.
    """
    group = words.group.replace(" ", "_")
    group = group if group in known else "group"
    lying = dict.fromkeys([group, *({words.part} & set(known))])
    filters = ["stratum", *lying, *batches, *factors, "split"]
    facts = ["stratum", "split", *batches, *lying, *factors]
    return {
        "group": group,
        "filters": list(dict.fromkeys(filters)),
        "facts": list(dict.fromkeys(facts)),
    }


def plain(values: pd.Series | np.ndarray) -> list:
    """Return values as JSON has them: numbers of seven digits, nothing where missing."""
    plain = []
    for value in values.tolist():
        if value is None or value != value:
            plain.append(None)
        elif isinstance(value, float):
            short = float(f"{value:.7g}")
            plain.append(int(short) if short.is_integer() and abs(short) < 1e15 else short)
        else:
            plain.append(value)
    return plain
