"""Verdicts of maps and images: small ones, in which likeness is that of all nuclei alone.

Every nucleus is an ellipse that is brighter in the middle, more so in some cells and groups than in
others. Maps and images have that in common, and no more; with an effect, maps hold some of the
image of their own cell.
"""

import numpy as np
import pandas as pd
from _designs import Design
from _table_verdicts import CONFIDENCE, DRAWS, Outcome, _covered, _flags, _seed, _words

from nascent.explain.agreement.table import EXCHANGES as OF_MAPS
from nascent.explain.agreement.table import VERDICTS, Explanation, _correlations, _table
from nascent.explain.clusters.correlations import correlate
from nascent.explain.clusters.groups import cluster_channels
from nascent.explain.reading.cells import ExplainedCell
from nascent.explain.reading.map_levels import LEVELS
from nascent.explain.regions.shares import (
    EXCHANGES,
    RegionCell,
    compare_regions,
    region_mask,
    region_table,
)
from nascent.explain.similarity.table import compare, similarity_table
from nascent.explain.statistics.cell_means import cell_means
from nascent.explain.statistics.exchange import rings

CHANNELS = 4
SMALL, LARGE = (14, 4.5, 6.5), (26, 8.5, 12.0)
"""Frame, and least and largest half axis of its ellipses, pixels."""

CLUSTERED = 0.9
"""Confidence at which clusters are tried."""

SIMILAR = {"pearson": "correlations beat null", "mutual_information": "information beats null"}


def nuclei(
    design: Design,
    effect: float,
    channels: int,
    stream: np.random.Generator,
    shape: tuple[int, float, float] = SMALL,
) -> list[ExplainedCell]:
    """Return cells, each with an image and a map of as many channels."""
    size, least, largest = shape
    row, column = np.mgrid[:size, :size] - (size - 1) / 2
    steep = 1 + 0.5 * design.values(2 * channels, stream)
    cells = []
    for number, slopes in enumerate(steep):
        axes = stream.uniform(least, largest, 2)
        reach = (row / axes[0]) ** 2 + (column / axes[1]) ** 2
        mask = reach < 1
        noise = stream.normal(size=(size, size, 2 * channels))
        planes = (1 - reach)[..., None] * slopes + noise
        image, own = planes[..., :channels], planes[..., channels:] + effect * noise[..., :channels]
        kept = [np.where(mask[..., None], each, 0).astype(np.float32) for each in (image, own)]
        cells.append(ExplainedCell(f"c{number:04d}", kept[0], mask, kept[1], 0.0, 0.0))
    return cells


def similarity(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Map channels against image channels of the same cell and of others of its group."""
    cells = nuclei(design, effect, columns, stream)
    by_id = {cell.id: cell for cell in cells}
    others = rings(len(cells), 5, _seed(stream), design.labels)
    compared = compare(by_id, list(by_id), others, bins=8)
    names = [f"ch{number}" for number in range(columns)]
    table = similarity_table(compared, _places(by_id, design), names, names, confidence=CONFIDENCE)
    table = table[(table["stratum"] == "all") & (table["map_channel"] == table["image_channel"])]
    parts = {name: table[table["measure"] == name] for name in SIMILAR}
    own = parts["pearson"]
    covered = _covered(own["low"], own["high"], np.nan if effect else 0.0)
    return Outcome(
        {words: _flags(parts[name]["beats_null"]) for name, words in SIMILAR.items()}, covered
    )


def regions(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Maps on the bright fifth of an image channel, against that of others of the group."""
    cells = nuclei(design, effect, columns, stream)
    by_id = {cell.id: cell for cell in cells}
    names = [f"ch{number}" for number in range(columns)]
    of_cells = {
        cell.id: RegionCell(
            cell.id,
            cell.mask,
            {
                name: region_mask(cell.image[..., place], cell.mask, 80)
                for place, name in enumerate(names)
            },
        )
        for cell in cells
    }
    others = rings(len(cells), EXCHANGES, _seed(stream), design.labels)
    found = compare_regions(by_id, of_cells.__getitem__, list(by_id), others, names)
    table = region_table(found, _places(by_id, design), confidence=CONFIDENCE)
    table = table[(table["stratum"] == "all") & (table["channel"] == table["region"])]
    covered = _covered(table["excess_low"], table["excess_high"], np.nan if effect else 0.0)
    return Outcome({"beats null": _flags(table["beats_null"])}, covered)


def clusters(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Channels that all are brighter in the middle and have nothing else in common.

    With an effect, two halves of the channels have a pattern of their own in every cell. Tested at
    a confidence of 90 %, of which few studies tell more. Nuclei have more pixels than the disc in
    which the test compares them: smaller ones are stretched, which makes the test err.
    """
    found = []
    for _ in range(columns):
        cells = nuclei(design, 0.0, 6, stream, LARGE)
        for cell in cells:
            shared = stream.normal(size=(*cell.mask.shape, 2)) * cell.mask[..., None]
            cell.map[...] += effect * np.repeat(shared, 3, axis=2)
        alike = correlate(iter(cells), sigma=0.5)
        table, _ = cluster_channels(
            alike,
            [f"ch{number}" for number in range(6)],
            design.labels,
            largest=4,
            confidence=CLUSTERED,
            draws=49,
            seed=_seed(stream),
        )
        found.append(_flags(table["beats_null"])[0])
    return Outcome({"beats null": np.array(found)}, np.full(columns, np.nan))


class _MapSet:
    """Maps of some cells by one explanation, like `nascent.explain.reading.map_sets.MapSet`."""

    def __init__(self, cells: dict[str, ExplainedCell], maps: dict[str, np.ndarray]) -> None:
        self._cells, self._maps, self.ids = cells, maps, list(cells)
        first = next(iter(maps.values()))
        self.channels = tuple(f"ch{number}" for number in range(first.shape[2]))

    def __contains__(self, example_id: str) -> bool:
        return example_id in self._cells

    def mask(self, example_id: str) -> np.ndarray:
        return self._cells[example_id].mask

    def map(self, example_id: str) -> np.ndarray:
        return self._maps[example_id]


def agreement(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Pairs of explanations of the same cells, against those of other cells of the group."""
    cells = {cell.id: cell for cell in nuclei(design, effect, columns * CHANNELS, stream)}
    sets, explanations = [], []
    for column in range(columns):
        here = slice(CHANNELS * column, CHANNELS * (column + 1))
        # Images and maps stand for two explanations.
        for which in ("image", "map"):
            maps = {name: getattr(cell, which)[..., here] for name, cell in cells.items()}
            sets.append(_MapSet(cells, maps))
            explanations.append(Explanation(f"{which}{column}", 1, "m", []))
    pairs = [(2 * column, 2 * column + 1) for column in range(columns)]
    others = rings(len(cells), OF_MAPS, _seed(stream), design.labels)
    own, null = _correlations(sets, pairs, list(cells), others)
    options = {"confidence": CONFIDENCE, "draws": DRAWS, "seed": _seed(stream)}
    tables = []
    for place, level in enumerate(LEVELS[:2]):
        means, nulls, beyond = (
            cell_means(values[:, :, place], design.labels, **options)
            for values in (own, null, own - null)
        )
        tables.append(_table(explanations, pairs, level, means, nulls, beyond))
    table = pd.concat(tables)
    words = {"beyond other cells": VERDICTS[1], "less than other cells": VERDICTS[-1]}
    covered = _covered(
        table["beyond_low_groups"], table["beyond_high_groups"], np.nan if effect else 0.0
    )
    return Outcome(_words(table["verdict"], words), covered)


def _places(cells: dict[str, ExplainedCell], design: Design) -> pd.DataFrame:
    table = pd.DataFrame({"stratum": "one", "group": design.labels}, index=list(cells))
    return table.rename_axis("id")
