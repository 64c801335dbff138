"""Windows and pixels of cells as a page holds them, as many as there is room for."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from nascent.errors import AttributionError
from nascent.places import bounding_box
from nascent.report.explorer import planes
from nascent.report.explorer.assets import as_json, parts_of_page
from nascent.report.explorer.pictures import Pictures
from nascent.report.explorer.shown import Shown, plain
from nascent.store import Store
from nascent.words import spoken

SCALE = 99.5  # percentile of |score| at which the colours of a cell's maps end
TAG = 64  # bytes around each blob of pixels


def size(study: str, index: Mapping[str, Any]) -> int:
    """Return the bytes of a page without pixels."""
    return sum(len(part.encode()) for part in parts_of_page(f"Explorer of {study}", index, []))


def _row_size(index: Mapping[str, Any], number: int) -> int:
    """Return the bytes that a cell adds to the index, but for its window."""
    row = [index["cells"][number], *(values[number] for values in index["columns"].values())]
    for one in index["explanations"]:
        row += [one["share"][number], one["signed"][number]]
        row += [values[number] for values in one["told"].values()]
    return len(as_json({"": row}).encode())


def packed(
    order: Sequence[Hashable],
    shards: Sequence[Store],
    shown: Sequence[Shown],
    pictures: Pictures,
    index: Mapping[str, Any],
    room: float,
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Return windows and pixels of the first cells of the order, as many as there is room for."""
    places = {
        cell: (number, row)
        for number, shard in enumerate(shards)
        for row, cell in enumerate(shard.examples.index)
    }
    windows, blobs = [], []
    for number, cell in enumerate(order):
        place = places.get(cell)
        if place is None:
            raise AttributionError(f"{spoken().example} {cell} is in none of the shards given")
        window, own = _cell(number, *place, shards, shown, pictures, index["edge"])
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
    shown: Sequence[Shown],
    pictures: Pictures,
    edge: int | None,
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    store = shards[shard]
    cell = store.examples.index[row]
    measured = store.measured(row, pictures.input)
    mask = np.ones(store.input(pictures.input).places, bool) if measured is None else measured
    box = bounding_box(mask)
    inside = mask[box]
    factor = planes.binning(inside.shape, edge)
    pixels, small = planes.binned(pictures.planes(store, row)[box], inside, factor)
    numbers, scale = planes.quantised_image(pixels[small])
    levels = [plain(pair) for pair in scale @ np.array([[1, 1], [0, planes.BRIGHTEST]])]
    shares, _ = planes.binned(pictures.masks(store, row, cell, mask)[box], inside, factor)
    outlines = [planes.bits(share >= 0.5) for share in np.moveaxis(shares, -1, 0)]
    blobs = [(f"image-{number}", planes.packed(scale, planes.bits(small), *outlines, numbers))]
    scales: list[float | None] = []
    for position, one in enumerate(shown):
        scores = _map(one, shard, cell)[box] if one.kept else None
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


def _map(one: Shown, shard: int, cell: Hashable) -> np.ndarray:
    """Return the kept channels of a cell's map, (S, S, k) float32."""
    maps = one.files[shard]
    channels = [maps.channels.index(name) for name in one.kept]
    return maps[int(maps.cells.index.get_loc(cell))][..., channels]


def cut(index: Mapping[str, Any], count: int) -> dict[str, Any]:
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
