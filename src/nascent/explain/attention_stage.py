"""The check `attention`: from map files to tables of how much of each map lies in the nucleus."""

import logging
from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.maps import open_maps
from nascent.errors import AttributionError
from nascent.explain.attention import (
    CELLS,
    NUCLEUS,
    POOL,
    RIM,
    MaskPool,
    attention_table,
    cell_rows,
    with_rim,
)
from nascent.explain.cells import choose_cells
from nascent.files import read_table, write_table

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
    """Write how much of the maps of one model and method lies in the nucleus, and each cell's.

    Parameters
    ----------
    map_paths
        Every map file of the model and method. Maps without pixels (axes `channel`) lie nowhere:
        their tables have no rows.
    splits_path
        Table with `cell_id`, `plate`, `well` and `split`.
    out, cells_out
        The tables: the columns of `nascent.explain.attention.ATTENTION` and of `CELLS`.
    rim
        Pixels around the nucleus that count as it in the second region.
    exchanges
        Masks of other cells tried on each map.
    confidence
        Of the intervals.
    seed
        Of the masks that are exchanged.

    Raises
    ------
    AttributionError
        Where a cell with a map is in no split.
    """
    splits = read_table(splits_path, required=["cell_id", "plate", "well", "split"])
    splits = splits.set_index("cell_id")
    rows = []
    if _are_spatial(map_paths):
        pools = _pools(map_paths, rim, seed)
        for path in map_paths:
            with open_maps(path) as maps:
                for index, cell_id in enumerate(maps.cell_ids):
                    split, well = _place_of(splits, cell_id, splits_path)
                    found = cell_rows(
                        *(cell_id, maps[index], maps.mask(index), pools),
                        rim=rim,
                        exchanges=exchanges,
                    )
                    rows += [{"split": split, "well": well, **row} for row in found]
    else:
        _LOGGER.info("these maps are one number a channel: no part of them lies in the nucleus")
    cells = pd.DataFrame(rows, columns=CELLS)
    table = attention_table(cells, confidence=confidence)
    write_table(cells, cells_out)
    write_table(table, out)


def _are_spatial(map_paths: Sequence[str | Path]) -> bool:
    for path in map_paths:
        with open_maps(path) as maps:
            if maps.axes == "channel":
                return False
    return True


def _pools(map_paths: Sequence[str | Path], rim: int, seed: int) -> dict[str, MaskPool]:
    ids: list[Hashable] = []
    for path in map_paths:
        with open_maps(path) as maps:
            ids += maps.cell_ids
    kept = choose_cells(ids, POOL, seed)
    wanted, found = set(kept), {}
    for path in map_paths:
        with open_maps(path) as maps:
            for index, cell_id in enumerate(maps.cell_ids):
                if cell_id in wanted:
                    found[cell_id] = maps.mask(index)
    masks = np.array([found[cell_id] for cell_id in kept], bool)
    rims = np.array([with_rim(mask, rim) for mask in masks], bool)
    return {NUCLEUS: MaskPool(kept, masks, seed), RIM: MaskPool(kept, rims, seed)}


def _place_of(splits: pd.DataFrame, cell_id: Hashable, splits_path: str | Path) -> tuple[str, str]:
    if cell_id not in splits.index:
        raise AttributionError(
            f"cell {cell_id} has a map but no split",
            where=splits_path,
            mend="Make the maps from shards of these splits.",
        )
    row = splits.loc[cell_id]
    return str(row["split"]), f"{row['plate']}/{row['well']}"
