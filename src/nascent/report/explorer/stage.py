"""From maps, shards and channel scores to the explorer's page."""

import logging
from collections.abc import Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.attribute.maps import Maps, open_maps
from nascent.errors import AttributionError
from nascent.explain.exports.h5ad import read_h5ad
from nascent.explain.exports.scores import ChannelScores
from nascent.explain.importance.aggregates import SYMBOLS
from nascent.explain.standing import OPEN, ORDER, STANDING, nothing_passes
from nascent.figures.words import quantity, unit
from nascent.files import written
from nascent.places import refuse_unless_plane
from nascent.provenance import file_digest
from nascent.report.explorer import planes
from nascent.report.explorer.assets import as_json, parts_of_page
from nascent.report.explorer.choose import balanced, largest
from nascent.store import Store, open_store

MEGABYTE = 1_000_000
SCALE = 99.5  # percentile of |score| at which the colours of a cell's maps end
IN_REPORT = 1.4  # 10⁶ bytes
EDGE_IN_REPORT = 64  # pixels
UNCHECKED = "No check says whether these maps can be relied on."
FACTS = ("model", "seed", "method", "kind", "axes", "options", "checks")
TAG = 64  # bytes around each blob of pixels

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Explanation:
    """One model and method: its scores, and its map files in the order of the shards."""

    scores: str | Path
    maps: Sequence[str | Path]


@dataclass(frozen=True)
class Limits:
    """How much of a study a page holds.

    Attributes
    ----------
    cells : int
        At most so many cells.
    channels : int
        Maps of so many channels of each explanation, those of the largest mean share.
    megabytes : float
        Largest page, in 10⁶ bytes; fewer cells are shown if need be.
    edge : int or None
        Longest side of a cell's window in pixels; larger ones are binned. None: as measured.
    seed : int
        Of the choice of cells.
    """

    cells: int
    channels: int
    megabytes: float
    edge: int | None
    seed: int


def in_report(limits: Limits) -> tuple[Limits, str]:
    """Return the limits of the page that stands in the report, and what it says of itself.

    Snakemake's report shows a page by its data: URI, and Chromium opens none above 2 MiB, which is
    1.57 MB before base64.
    """
    small = replace(
        limits,
        megabytes=min(limits.megabytes, IN_REPORT),
        edge=min(limits.edge or EDGE_IN_REPORT, EDGE_IN_REPORT),
    )
    return small, "An excerpt; the whole explorer is report/explorer.html, beside the report."


@dataclass(frozen=True)
class _Shown:
    """One explanation on the page."""

    standing: str
    sentence: str
    scores: ChannelScores
    files: Sequence[Maps]
    kept: Sequence[str]
    zero: int


def write_explorer(
    explanations: Sequence[Explanation],
    shard_paths: Sequence[str | Path],
    out: str | Path,
    *,
    study: str,
    labels: Mapping[str, str],
    limits: Limits,
    standings: pd.DataFrame | None = None,
    note: str = "",
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the page.

    Parameters
    ----------
    explanations
        What can be picked; all of the same cells. The page opens with that of the best standing,
        and those that fail a check come last.
    shard_paths
        The shards that the maps were made from, in the order of each explanation's map files.
    out
        The page.
    study
        Name of the study.
    labels
        Predicted column → what it is in words, with its unit.
    limits
        How much the page holds. Cells are left out where it would grow too large, which is logged.
    standings
        The columns of `nascent.explain.standing.STANDING`; None where nothing was checked.
    note
        A sentence at the head of the page.
    record
        Provenance, shown at its foot.

    Raises
    ------
    AttributionError
        Where maps were made from other shards, or are of no plane.
    """
    with ExitStack() as stack:
        shards = [stack.enter_context(open_store(path)) for path in shard_paths]
        digests = [file_digest(path) for path in shard_paths] if explanations else []
        opened = []
        for explanation in explanations:
            files = [stack.enter_context(open_maps(path)) for path in explanation.maps]
            _refuse_unfit(files, digests)
            opened.append((read_h5ad(explanation.scores), files))
        opened, words = _by_standing(opened, standings)
        every = opened[0][0].cells["stratum"] if opened else pd.Series(dtype=object)
        order = balanced(every, limits.seed)[: limits.cells]
        shown = [
            _shown(scores, files, order, limits.channels, *said)
            for (scores, files), said in zip(opened, words, strict=True)
        ]
        images = _image_channels(shown, limits.channels)
        index = {
            "study": study,
            "note": note,
            "warning": "" if standings is None else nothing_passes(standings),
            "provenance": record or {},
            "explained": len(every),
            "images": images,
            "tail": planes.TAIL,
            "scale": SCALE,
            "edge": limits.edge,
            "explanations": [_told(one, order, labels) for one in shown],
            **_cells(shown, order),
        }
        room = limits.megabytes * MEGABYTE - _size(study, _cut(index, 0))
        windows, blobs = _packed(order, shards, shown, index, room)
        if len(windows) < len(order):
            logger.warning(
                "%s: %d of %d cells fit into %g MB", out, len(windows), len(order), limits.megabytes
            )
        index = _cut(index, len(windows)) | {"windows": windows}
        with written(out) as beside, beside.open("w", encoding="utf-8") as stream:
            stream.writelines(parts_of_page(f"Explorer of {study}", index, blobs))


def _refuse_unfit(files: Sequence[Maps], digests: Sequence[str]) -> None:
    for maps, digest in zip(files, digests, strict=True):
        refuse_unless_plane(maps.places, "the explorer")
        if maps.source.shard_sha256 != digest:
            raise AttributionError(
                "these maps were made from another shard",
                where=maps.path,
                mend="Delete them and run again: they will be made from this shard.",
            )


def _by_standing(
    opened: Sequence[tuple[ChannelScores, Sequence[Maps]]], standings: pd.DataFrame | None
) -> tuple[list[tuple[ChannelScores, Sequence[Maps]]], list[tuple[str, str]]]:
    """Return the explanations in the order of their standing, and standing and sentence of each."""
    table = pd.DataFrame(columns=list(STANDING)) if standings is None else standings
    rows = table.assign(sentence=table["sentence"].fillna("")).to_dict("records")
    known = {
        (row["model"], row["method"]): (row["place"], (row["standing"], row["sentence"]))
        for row in rows
    }
    unknown = (len(known) + 1, (OPEN, UNCHECKED))
    found = [known.get((one.facts["model"], one.facts["method"]), unknown) for one, _ in opened]
    order = sorted(
        range(len(opened)), key=lambda number: (ORDER.index(found[number][1][0]), found[number][0])
    )
    return [opened[k] for k in order], [found[k][1] for k in order]


def _shown(
    scores: ChannelScores,
    files: Sequence[Maps],
    order: Sequence[Hashable],
    count: int,
    standing: str,
    sentence: str,
) -> _Shown:
    at = scores.cells.index.get_indexer(order)
    kept = largest(scores.values["share"][at], scores.channels, count)
    # Σa is Σ|a| to the last bit where no score is negative.
    both = (scores.values["signed"] != scores.values["absolute"]).any()
    return _Shown(
        standing,
        sentence,
        scores,
        files,
        [] if scores.facts["axes"] == "feature" else kept,
        planes.MIDDLE if both else planes.DARKEST,
    )


def _image_channels(shown: Sequence[_Shown], count: int) -> list[str]:
    """Return the channels whose images are kept: those of the maps, in the model's order."""
    inputs = [str(name) for one in shown for name in one.files[0].source.channels]
    wanted = {name for one in shown for name in one.kept} - {"all"}
    for one in shown:
        if one.scores.facts["axes"] == "feature":
            wanted |= set(largest(one.scores.values["share"], one.scores.channels, count))
    return [name for name in dict.fromkeys(inputs) if name in wanted] or inputs[:count]


def _told(one: _Shown, order: Sequence[Hashable], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page knows of an explanation before it decodes a cell."""
    facts, scores = one.scores.facts, one.scores
    at = scores.cells.index.get_indexer(order)
    label = labels.get(facts["target"], facts["target"])
    return {
        **{name: facts[name] for name in FACTS},
        "standing": one.standing,
        "sentence": one.sentence,
        "quantity": quantity(label),
        "unit": unit(label).strip("()"),
        "scores": score_unit(facts["kind"], facts["options"], unit(label).strip("()")),
        "zero": one.zero,
        "channels": list(scores.channels),
        "sum": SYMBOLS[facts["aggregate"]],
        "kept": list(one.kept),
        "share": [_plain(row) for row in scores.values["share"][at]],
        "signed": [_plain(row) for row in scores.values["signed"][at]],
        "told": {name: _plain(scores.cells[name].iloc[at]) for name in facts["told"]},
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


def _cells(shown: Sequence[_Shown], order: Sequence[Hashable]) -> dict[str, Any]:
    """Return ids and columns of the cells, which are alike for all explanations."""
    if not shown:
        return {"cells": [], "columns": {}}
    scores = shown[0].scores
    known = scores.cells.loc[order].drop(columns=scores.facts["told"])
    return {
        "cells": [str(cell) for cell in order],
        "columns": {str(name): _plain(values) for name, values in known.items()},
    }


def _plain(values: pd.Series | np.ndarray) -> list:
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


def _size(study: str, index: Mapping[str, Any]) -> int:
    """Return the bytes of a page without pixels."""
    return sum(len(part.encode()) for part in parts_of_page(f"Explorer of {study}", index, []))


def _row_size(index: Mapping[str, Any], number: int) -> int:
    """Return the bytes that a cell adds to the index, but for its window."""
    row = [index["cells"][number], *(values[number] for values in index["columns"].values())]
    for one in index["explanations"]:
        row += [one["share"][number], one["signed"][number]]
        row += [values[number] for values in one["told"].values()]
    return len(as_json({"": row}).encode())


def _packed(
    order: Sequence[Hashable],
    shards: Sequence[Store],
    shown: Sequence[_Shown],
    index: Mapping[str, Any],
    room: float,
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Return windows and pixels of the first cells of the order, as many as there is room for."""
    places = {
        cell: (number, row)
        for number, shard in enumerate(shards)
        for row, cell in enumerate(shard.cells.index)
    }
    windows, blobs = [], []
    for number, cell in enumerate(order):
        place = places.get(cell)
        if place is None:
            raise AttributionError(f"cell {cell} is in none of the shards given")
        window, own = _cell(number, *place, shards, shown, index["images"], index["edge"])
        room -= _row_size(index, number) + len(as_json(window))
        room -= sum(TAG + len(text) for _, text in own)
        if room < 0:
            break
        windows.append(window)
        blobs += own
    return windows, blobs


def _cell(
    number: int,
    shard: int,
    row: int,
    shards: Sequence[Store],
    shown: Sequence[_Shown],
    images: Sequence[str],
    edge: int | None,
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    image, mask = shards[shard][row]
    box = planes.window(mask)
    inside = mask[box]
    factor = planes.binning(inside.shape, edge)
    channels = [shards[shard].channel_index(name) for name in images]
    pixels, small = planes.binned(image[box][..., channels], inside, factor)
    numbers, scale = planes.quantised_image(pixels[small])
    levels = [_plain(pair) for pair in scale @ np.array([[1, 1], [0, planes.BRIGHTEST]])]
    blobs = [(f"image-{number}", planes.packed(scale, planes.bits(small), numbers))]
    scales: list[float | None] = []
    for position, one in enumerate(shown):
        scores = _map(one, shard, shards[shard].cells.index[row])[box] if one.kept else None
        if scores is None:
            scales.append(None)
            continue
        means, _ = planes.binned(scores, inside, factor)
        numbers, scale = planes.quantised_map(means[small], one.zero)
        blobs.append((f"map-{position}-{number}", planes.packed(scale, numbers)))
        largest_shown = np.percentile(np.abs(means[small]), SCALE) if small.any() else 0.0
        scales.append(float(f"{largest_shown:.7g}"))
    height, width = small.shape
    told = {"height": height, "width": width, "bin": factor, "levels": levels, "scales": scales}
    return told, blobs


def _map(one: _Shown, shard: int, cell: Hashable) -> np.ndarray:
    """Return the kept channels of a cell's map, (S, S, k) float32."""
    maps = one.files[shard]
    channels = [maps.channels.index(name) for name in one.kept]
    return maps[int(maps.cells.index.get_loc(cell))][..., channels]


def _cut(index: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return the index of the first `count` cells alone."""
    rows = ("share", "signed")
    return {
        **index,
        "cells": index["cells"][:count],
        "columns": {name: values[:count] for name, values in index["columns"].items()},
        "explanations": [
            {
                **one,
                **{name: one[name][:count] for name in rows},
                "told": {name: values[:count] for name, values in one["told"].items()},
            }
            for one in index["explanations"]
        ],
    }
