"""The check `truth`: from maps and truth files to tables of what was found of the truth."""

import logging
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.inputs import CellBatch
from nascent.explain.cells import ExplainedCell, choose_cells
from nascent.explain.inspection import Inspection
from nascent.explain.planted import Planted, read_planted
from nascent.explain.redraw import cascade
from nascent.explain.truth import CELLS, TRUTH, CellScores, cell_table, scores, truth_table
from nascent.files import write_table
from nascent.logs import progress

_LOGGER = logging.getLogger(__name__)

Found = tuple[Hashable, str, CellScores]


def check_truth(
    inspection: Inspection,
    shard_paths: Sequence[str | Path],
    truth_paths: Sequence[str | Path],
    *,
    wells: Sequence[tuple[str, str]],
    out: str | Path,
    cells_out: str | Path,
    cells: int,
    confidence: float,
    seed: int,
) -> None:
    """Write what the maps of one model and method find of the truth, and each cell's.

    Parameters
    ----------
    inspection
        The explanation. Of further targets nothing was planted: their tables have no rows.
    shard_paths
        The shards that it is of.
    truth_paths, wells
        The truth files of the simulated wells, and plate and well of each.
    out, cells_out
        The tables: the columns of `nascent.explain.truth.TRUTH`, and those of `cell_table`.
    cells
        Cells, drawn from those explained, for which maps of random weights are made too.
    confidence
        Of the intervals.
    seed
        Of these cells and weights.

    Raises
    ------
    AttributionError
        Where the truth is of other wells.
    """
    if inspection.source.target:
        _LOGGER.info(
            "these maps explain a target that was not planted: nothing to hold them against"
        )
        write_table(pd.DataFrame(columns=CELLS), cells_out)
        write_table(pd.DataFrame(columns=TRUTH), out)
        return
    planted = read_planted(truth_paths, wells, shard_paths)
    channels = inspection.source.channels
    chosen = choose_cells(inspection.cell_ids, cells, seed)
    among = set(chosen)
    found: list[Found] = []
    for cell in inspection.cells():
        found.append(_held(cell, "trained", cell.map, planted, channels))
        if cell.cell_id in among:
            found.append(_held(cell, "image", cell.image, planted, channels))
    remade = progress(
        _of_random_weights(inspection, chosen, seed),
        total=len(chosen),
        what="cells by random weights",
    )
    found += [_held(cell, "randomised", values, planted, channels) for cell, values in remade]
    wells_of = planted.cells["plate"].astype(str) + "/" + planted.cells["well"].astype(str)
    table = cell_table(found, planted.cells.assign(well=wells_of))
    means = truth_table(table, axes=inspection.source.axes, confidence=confidence)
    write_table(table, cells_out)
    write_table(means, out)


def _of_random_weights(
    inspection: Inspection, chosen: Sequence[Hashable], seed: int
) -> Iterator[tuple[ExplainedCell, np.ndarray]]:
    """Yield each cell with its map by the model with weights of its own, drawn anew.

    Cells that shared a draw would be lucky in the same channel together, and no interval over
    cells or wells would know.
    """
    method, model = inspection.method(), inspection.explained.model
    for number, cell in enumerate(inspection.cells(chosen)):
        batch = CellBatch(cell.image[None], cell.mask[None], [cell.cell_id])
        # One stage: all weights at once, in place, and the trained ones back behind it.
        for _ in cascade(model, 1, np.random.default_rng([seed, number])):
            made = method(batch)
        yield cell, made.maps[0]


def _held(
    cell: ExplainedCell, weights: str, values: np.ndarray, planted: Planted, channels: Sequence[str]
) -> Found:
    causal = planted.mask(cell.cell_id, cell.mask)
    told = scores(np.abs(values), cell.mask, causal, channels, planted.causal_channels)
    return cell.cell_id, weights, told
