"""Trained models and test examples to the table of use."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.explain.use.changes import ALONE, BY_DONOR
from nascent.explain.use.chosen import SplitCells
from nascent.explain.use.exchanges import Predict, changes_in_error
from nascent.explain.use.loss import USE, USE_CELLS, units, use_table
from nascent.explain.use.tables import read_uses
from nascent.files import read_table, write_table
from nascent.logs import progress
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)


def write_use_cells(
    predict: Predict,
    cells: SplitCells,
    channel_groups: Mapping[str, Sequence[str]],
    out: str | Path,
    *,
    repeats: int,
    seed: int,
) -> None:
    """Write what each example says of the use of each channel by one trained model.

    Parameters
    ----------
    predict
        The model.
    cells
        Of one split.
    channel_groups
        Name → channels that are changed together, besides each channel on its own.
    out
        The columns of `nascent.explain.use.loss.USE_CELLS`. Without two examples there are no rows:
        none has another.
    repeats
        Donors of each example; fewer where there are fewer other examples.
    seed
        Of the donors.
    """
    if len(cells) < 2:
        _LOGGER.warning(
            f"use takes two test {spoken().examples} or more, for each is given the"
            f" {spoken().features} of another; there are %d: the table is empty",
            len(cells),
        )
        write_table(pd.DataFrame(columns=list(USE_CELLS)), out)
        return
    together = units(cells.features, channel_groups)
    error, values = changes_in_error(predict, cells, together, repeats=repeats, seed=seed)
    first = cells.table.assign(squared_error=error)
    parts = [
        pd.concat(
            [
                first.assign(input=unit.input, unit=unit.kind, channel=unit.name),
                pd.DataFrame(values[:, number], columns=[*BY_DONOR, *ALONE]),
            ],
            axis=1,
        )
        for number, unit in enumerate(together)
    ]
    write_table(pd.concat(parts, ignore_index=True)[list(USE_CELLS)], out)


def gather_use(
    tables: Mapping[str, Mapping[int, str | Path]],
    groups_path: str | Path,
    out: str | Path,
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write the use of all models of a study.

    Parameters
    ----------
    tables
        Model → seed → its table, as `write_use_cells` writes it.
    groups_path
        The groups of channels (`nascent.explain.duplicates.pairs.CHANNEL_GROUPS`).
    out
        The columns of `nascent.explain.use.loss.USE`; without models, or examples, no rows.
    confidence, draws, seed
        See `nascent.explain.use.loss.use_table`.
    """
    channel_groups = read_table(groups_path, required=["group", "channel"])
    parts = []
    for model, paths in progress(tables.items(), total=len(tables), what="models"):
        uses = read_uses(paths, channel_groups)
        if uses is None:
            continue
        if np.ptp(uses.y) == 0:
            _LOGGER.warning(
                f"%s: all test {spoken().examples} have the same measured value: no skill is"
                " defined, and no use",
                model,
            )
        parts.append(use_table(uses, model, confidence=confidence, draws=draws, seed=seed))
    write_table(pd.concat(parts) if parts else pd.DataFrame(columns=list(USE)), out)
