"""The check `attention`: from map files to tables of how much of each map lies in the example."""

import logging
from collections.abc import Hashable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import AttributionError
from nascent.explain.attention.maps import (
    CELL,
    CELLS,
    RIM,
    attention_table,
    cell_rows,
    with_rim,
)
from nascent.explain.reading.map_sets import MapSet, opened
from nascent.explain.statistics.exchange import along, rings
from nascent.files import read_table, write_table
from nascent.kind import with_article
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)


def check_attention(
    map_paths: Sequence[str | Path],
    splits_path: str | Path,
    *,
    out: str | Path,
    cells_out: str | Path,
    rim: int,
    exchanges: int,
    confidence: float,
    seed: int,
) -> None:
    """Write how much of the maps of one model and method lies in the example, and each example's.

    Parameters
    ----------
    map_paths
        Every map file of the model and method. Maps without pixels (axes `channel`) lie nowhere:
        their tables have no rows.
    splits_path
        Table with `id`, `group` and `split`.
    out, cells_out
        The tables: the columns of `nascent.explain.attention.maps.ATTENTION` and of `CELLS`.
    rim
        Pixels around the example that count as it in the second region.
    exchanges
        Masks of other examples tried on each map; all explained examples serve equally often.
    confidence
        Of the intervals.
    seed
        Of the masks that are exchanged.

    Raises
    ------
    AttributionError
        Where an example with a map is in no split.
    """
    splits = read_table(splits_path, required=["id", "group", "split"])
    splits = splits.set_index("id")
    rows: list[dict[str, object]] = []
    if map_paths:
        with opened(map_paths) as maps:
            if maps.source.axes == "feature":
                _LOGGER.info(
                    f"maps of one number {with_article(spoken().feature)}: no part of them lies in"
                    f" the {spoken().example}"
                )
            else:
                places = [_place_of(splits, example_id, splits_path) for example_id in maps.ids]
                for (split, group), found in zip(
                    places, _rows(maps, rim, exchanges, seed), strict=True
                ):
                    rows += [{"split": split, "group": group, **row} for row in found]
    cells = pd.DataFrame(rows, columns=CELLS)
    table = attention_table(cells, confidence=confidence)
    write_table(cells, cells_out)
    write_table(table, out)


def _rows(maps: MapSet, rim: int, exchanges: int, seed: int) -> list[list[dict[str, object]]]:
    """Return the rows of each example, in the order of the examples."""
    ids = maps.ids
    others = rings(len(ids), exchanges, seed)

    # Along the circle a mask is asked for again as the other of the examples just before it.
    @lru_cache(maxsize=len(others) + 1)
    def masks_of(place: int) -> dict[str, np.ndarray]:
        mask = maps.object(ids[place])
        return {CELL: mask, RIM: with_rim(mask, rim)}

    found: dict[int, list[dict[str, object]]] = {}
    for place in along(others):
        own = masks_of(place)
        theirs = [masks_of(int(other)) for other in others[:, place]]
        stacked = {
            region: np.array([masks[region] for masks in theirs], bool).reshape(-1, *mask.shape)
            for region, mask in own.items()
        }
        found[place] = cell_rows(ids[place], maps.map(ids[place]), own, stacked)
    return [found[place] for place in range(len(ids))]


def _place_of(
    splits: pd.DataFrame, example_id: Hashable, splits_path: str | Path
) -> tuple[str, str]:
    if example_id not in splits.index:
        raise AttributionError(
            f"{spoken().example} {example_id} has a map but no split",
            where=splits_path,
            mend="Make the maps from shards of these splits.",
        )
    row = splits.loc[example_id]
    return str(row["split"]), str(row["group"])
