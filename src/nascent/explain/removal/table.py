"""Whether maps find the pixels that move the prediction: deletion and insertion."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.attribute.draws import stream
from nascent.explain.reading.cells import ExplainedCell, choose_cells
from nascent.explain.removal.deletion import (
    DELETION,
    RANDOM,
    CurveKey,
    Removal,
    area,
    cell_changes,
)
from nascent.explain.statistics.cell_means import MEAN, cell_means, groups_of, side_of_zero
from nascent.explain.statistics.image_nulls import BRIGHTNESS
from nascent.explain.statistics.sample import Sample
from nascent.files import write_table
from nascent.logs import progress
from nascent.statistics.verdict import cannot_tell
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.explain.reading.inspection import Inspection

CHANGE, AREA = "change", "area"
GAINS: Mapping[str, str] = {"gain_over_random": RANDOM, "gain_over_brightness": BRIGHTNESS}
KEYS = ("unit", "replace", "curve", "order", "measure", "fraction")
REMOVAL = (*KEYS, *MEAN, "verdict")
"""Columns of a table of removal."""


def removal_table(
    cells: Sequence[Mapping[CurveKey, np.ndarray]],
    groups: np.ndarray,
    fractions: Sequence[float],
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return the mean curves over examples, their areas, and what one order gains over another.

    Parameters
    ----------
    cells
        Of each example what `cell_changes` gave.
    groups
        (n,) the examples' groups.
    fractions
        Of the curves.
    confidence, draws, seed
        Of the intervals, see `cell_means`.

    Returns
    -------
    pandas.DataFrame
        The columns of `REMOVAL`. `measure` is `change` at each fraction; `area`; and for orders
        by attribution and by brightness `gain_over_random`, for attribution `gain_over_brightness`:
        the difference of the areas, paired by example, above zero where the order is the better one
        (a larger area of deletion, a smaller one of insertion). Gains have a verdict.
    """
    if not cells:
        return pd.DataFrame(columns=list(REMOVAL))
    stacked = {key: np.array([cell[key] for cell in cells]) for key in cells[0]}
    areas = {key: area(fractions, curves) for key, curves in stacked.items()}
    columns: dict[tuple, np.ndarray] = {}
    for key, curves in stacked.items():
        at = zip([0.0, *fractions], curves.T, strict=True)
        columns |= {(*key, CHANGE, fraction): change for fraction, change in at}
        columns[*key, AREA, np.nan] = areas[key]
        *where, order = key
        better = 1 if where[2] == DELETION else -1
        for measure, other in GAINS.items():
            if order not in (other, RANDOM):
                gain = better * (areas[key] - areas[*where, other])
                columns[*key, measure, np.nan] = gain
    means = cell_means(
        np.column_stack(list(columns.values())),
        groups,
        confidence=confidence,
        draws=draws,
        seed=seed,
    )
    table = pd.concat([pd.DataFrame(list(columns), columns=list(KEYS)), means], axis=1)
    table["verdict"] = [_verdict(row) for _, row in table.iterrows()]
    return table[list(REMOVAL)]


def _verdict(row: pd.Series) -> str:
    if row["measure"] not in GAINS:
        return ""
    other = GAINS[row["measure"]]
    words = {1: f"beats {other}", -1: f"worse than {other}"}
    return words.get(side_of_zero(row)) or cannot_tell(row["groups"])


def write_removal(
    inspection: "Inspection",
    cells_path: str | Path,
    out: str | Path,
    *,
    removal: Removal,
    sample: Sample,
) -> None:
    """Write what deletion and insertion say of the maps of one model and method.

    Maps that have channels alone order no pixels: their table has no rows.

    Parameters
    ----------
    inspection
        The explanation.
    cells_path
        The study's table of examples, for the groups.
    out
        The columns of `REMOVAL`.
    removal
        How pixels are removed. What stands in for them is the example's own channel mean over its
        measured pixels (`mean`), but not of tokens, and the baseline of the method (`baseline`).
    sample
        The examples that are tried, and the intervals over them.
    """
    has_pixels = inspection.source.axes != "feature"
    chosen = choose_cells(inspection.ids, sample.cells, sample.seed) if has_pixels else []
    baseline, whole = inspection.baseline(), inspection.explained.enters is not None
    found = [
        cell_changes(
            inspection.outputs_of(cell),
            cell.image,
            cell.mask,
            cell.map,
            _replacements(cell, baseline(cell.image, cell.mask, cell.id), whole=whole),
            removal,
            stream(sample.seed, cell.id, "removal"),
        )
        for cell in progress(inspection.cells(chosen), total=len(chosen), what=spoken().examples)
    ]
    table = removal_table(
        found,
        groups_of(cells_path, chosen),
        removal.fractions,
        **sample.intervals(),
    )
    write_table(table, out)


def _replacements(
    cell: ExplainedCell, baseline: np.ndarray, *, whole: bool
) -> dict[str, np.ndarray]:
    """Return what stands in for removed pixels; a layer that takes whole values takes no mean."""
    found = {} if whole else {"mean": channel_means(cell)}
    return {**found, "baseline": baseline}


def channel_means(cell: ExplainedCell) -> np.ndarray:
    """Return an image (places …, C) of the example's channel means where measured, else zero."""
    even = np.zeros_like(cell.image)
    if cell.mask.any():
        even[cell.mask] = cell.image[cell.mask].mean(axis=0, dtype=np.float64)
    return even
