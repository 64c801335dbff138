"""The check `truth`: from maps and truth files to tables of what was found of the truth."""

import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.explain.importance.aggregates import aggregated
from nascent.explain.randomisation.redraw import cascade
from nascent.explain.reading.cells import ExplainedCell, batch_of, choose_cells
from nascent.explain.reading.inspection import Inspection
from nascent.explain.statistics.image_nulls import IMAGE_MAPS, image_map
from nascent.explain.statistics.sample import Sample
from nascent.explain.truth.planted import Planted
from nascent.explain.truth.scores import CellScores, scores
from nascent.explain.truth.table import (
    CELLS,
    PLANTED,
    RANDOMISED,
    TRAINED,
    TRUTH,
    USED,
    cell_table,
    truth_table,
)
from nascent.explain.use.changes import PERMUTED
from nascent.explain.use.loss import CHANNEL, use_table
from nascent.explain.use.loss import USED as IS_USED
from nascent.explain.use.tables import read_uses
from nascent.files import read_table, write_table
from nascent.logs import progress
from nascent.statistics.verdict import CANNOT_TELL
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)

Found = tuple[Hashable, str, str, CellScores]


def check_truth(
    inspection: Inspection,
    read_planted: Callable[[], Planted],
    *,
    out: str | Path,
    cells_out: str | Path,
    sample: Sample,
    used: Sequence[str] | None = None,
    aggregate: str = "absolute",
) -> None:
    """Write what the maps of one model and method find of the truth, and each example's.

    Parameters
    ----------
    inspection
        The explanation. Of further targets nothing was planted: their tables have no rows.
    read_planted
        Reads what was planted in the examples that are explained.
    out, cells_out
        The tables: the columns of `nascent.explain.truth.table.TRUTH`, and those of `cell_table`.
    sample
        The examples for which maps of random weights and of the image are made too, and the
        intervals.
    used
        Channels that the model uses, see `channels_used`. Maps are then held against what of the
        truth these show, too; None: it is not known which these are.
    aggregate
        How what falls on a channel is summed, see `nascent.explain.importance.aggregates`.

    Raises
    ------
    AttributionError
        Where the truth is of other examples.
    """
    if not inspection.of_first_output():
        _LOGGER.info(
            "these maps explain a target that was not planted: nothing to hold them against"
        )
        write_table(pd.DataFrame(columns=CELLS), cells_out)
        write_table(pd.DataFrame(columns=TRUTH), out)
        return
    planted = read_planted()
    held = _Held(planted, tuple(inspection.source.channels), used, aggregate)
    chosen = choose_cells(inspection.ids, sample.cells, sample.seed)
    among = set(chosen)
    found: list[Found] = []
    for cell in inspection.cells():
        found += held(cell, TRAINED, cell.map)
        if cell.id in among:
            for name in IMAGE_MAPS:
                found += held(cell, name, image_map(name, cell.image, cell.mask))
    remade = progress(
        _of_random_weights(inspection, chosen, sample.seed),
        total=len(chosen),
        what=f"{spoken().examples} by random weights",
    )
    for cell, values in remade:
        found += held(cell, RANDOMISED, values)
    table = cell_table(found, planted.cells)
    means = truth_table(table, axes=inspection.source.axes, **sample.intervals())
    write_table(table, cells_out)
    write_table(means, out)


def _of_random_weights(
    inspection: Inspection, chosen: Sequence[Hashable], seed: int
) -> Iterator[tuple[ExplainedCell, np.ndarray]]:
    """Yield each example with its map by the model with weights of its own, drawn anew.

    Examples that shared a draw would be lucky in the same channel together, and no interval over
    examples or groups would know.
    """
    method, model = inspection.method(), inspection.explained.model
    for number, cell in enumerate(inspection.cells(chosen)):
        batch = batch_of([cell])
        # One stage: all weights at once, in place, and the trained ones back behind it.
        for _ in cascade(model, 1, np.random.default_rng([seed, number])):
            made = method(batch)
        yield cell, made.maps[0]


@dataclass(frozen=True)
class _Held:
    """Holds maps against all that was planted, and against what of it the model uses.

    What channels show that the model does not see does not count, be it a channel or a pixel.
    """

    planted: Planted
    channels: tuple[str, ...]
    used: Sequence[str] | None
    aggregate: str

    def __call__(self, cell: ExplainedCell, name: str, values: np.ndarray) -> list[Found]:
        causal = [name for name in self.planted.causal_channels if name in self.channels]
        found = self._scores(cell, values, causal)
        rows = [(cell.id, PLANTED, name, found)]
        if self.used is None:
            return rows
        used = [channel for channel in causal if channel in self.used]
        if used != causal:
            found = self._scores(cell, values, used)
        return [*rows, (cell.id, USED, name, found)]

    def _scores(self, cell: ExplainedCell, values: np.ndarray, causal: Sequence[str]) -> CellScores:
        pixels = self.planted.mask(cell.id, cell.mask, causal)
        by_channel = values.shape[-1] == len(self.channels)
        totals = aggregated(values, cell.mask)[self.aggregate] if by_channel else None
        return scores(np.abs(values), cell.mask, pixels, self.channels, causal, totals)


def channels_used(
    use_path: str | Path, groups_path: str | Path, *, confidence: float, draws: int, seed: int
) -> list[str] | None:
    """Return the channels that one trained model has been shown to use, each on its own.

    Parameters
    ----------
    use_path
        What examples say of its use, as `nascent.explain.use.stage.write_use_cells` writes it.
    groups_path
        The study's groups of channels.
    confidence, draws, seed
        Of the verdict, as for the table of use.

    Returns
    -------
    list of str or None
        None where it cannot be told: there are no examples, or too few groups.
    """
    uses = read_uses({0: use_path}, read_table(groups_path, required=["group", "channel"]))
    if uses is None:
        return None
    table = use_table(uses, "", confidence=confidence, draws=draws, seed=seed)
    return shown_to_be_used(table[table["seed"] == "0"])


def shown_to_be_used(use: pd.DataFrame) -> list[str] | None:
    """Return the channels that are used, by the rows of one training of a table of use."""
    rows = use[(use["unit"] == CHANNEL) & (use["change"] == PERMUTED)]
    if rows["verdict"].str.startswith(CANNOT_TELL).all():
        return None
    return rows.loc[rows["verdict"] == IS_USED, "channel"].tolist()
