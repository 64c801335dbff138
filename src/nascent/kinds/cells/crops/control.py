"""Quality control of one well: which of its nuclei become crops."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import RawDataError
from nascent.kinds.cells.crops.grouping import Nuclei
from nascent.kinds.cells.crops.quality import (
    Step,
    losers,
    refuse_duplicates,
    removal_table,
    rule_steps,
)
from nascent.kinds.cells.crops.wells import RawWell

LOGGER = logging.getLogger("nascent.crops")


def control_well(
    raw: RawWell,
    nuclei: Nuclei,
    cells: pd.DataFrame,
    *,
    rules: Sequence[Mapping[str, Any]],
    excluded: set[str],
    duplicates: str,
    id_scope: str,
    oversize: str,
    size: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of `cells` kept, by ascending nucleus, and the removal table of the well.

    The kept rows gain `id`, and `nucleus`, their position in `nuclei`. The table counts the
    nuclei of metadata and pixels together: first those that are in only one of them.
    """
    place = pd.Series(np.arange(len(nuclei.ids)), index=nuclei.ids)
    position = cells["mapobject_id"].map(place)
    unknown = int((~np.isin(nuclei.ids, cells["mapobject_id"])).sum())
    if len(nuclei.ids) and unknown == len(nuclei.ids):
        raise RawDataError(
            f"none of the {unknown} nuclei in the pixels is in the metadata,"
            f" e.g. mapobject_id {nuclei.ids[0]}",
            where=raw.metadata_path,
            mend="Check that metadata and pixels are of the same well.",
        )
    if unknown:
        LOGGER.warning("%s: %d nuclei in the pixels have no metadata", raw.path, unknown)
    if lacking := int(position.isna().sum()):
        LOGGER.warning("%s: %d nuclei of the metadata have no pixels", raw.path, lacking)

    def padded(holds: np.ndarray, strangers: bool = False) -> np.ndarray:
        return np.concatenate([holds, np.full(unknown, strangers)])

    none = np.zeros(len(cells), bool)
    ids = _cell_ids(cells, raw, id_scope)
    steps = [
        Step("pixels_without_metadata", "in the pixels only", padded(none, True)),
        Step("metadata_without_pixels", "in the metadata only", padded(position.isna().to_numpy())),
        Step(
            "excluded", "listed in crops.exclude", padded(ids.astype(str).isin(excluded).to_numpy())
        ),
    ]
    for step in rule_steps(cells, rules, where=raw.metadata_path):
        steps.append(Step(step.step, step.reason, padded(step.holds)))
    left = ~np.any([step.holds[: len(cells)] for step in steps], axis=0)
    _refuse_missing_ids(ids[left], raw)
    if duplicates == "error":
        _refuse_doubles(cells[left], ids[left], raw)
    twice = none.copy()
    for key in (ids, cells["mapobject_id"]):
        twice[left & ~twice] = losers(key[left & ~twice], duplicates)
    left &= ~twice
    steps.append(Step("duplicates", f"another nucleus wins: {duplicates}", padded(twice)))
    large = none.copy()
    found = position.notna().to_numpy()
    large[found] = nuclei.oversize(size)[position[found].astype(int)]
    steps.append(
        Step(
            "oversize",
            f"larger than {size} px: {oversize}",
            padded(large),
            removes=oversize == "drop",
        )
    )
    if oversize == "drop":
        left &= ~large
    # A raw column of one of these two names is told apart, as the cell table does with its own.
    kept = cells[left].rename(columns={name: f"{name}_metadata" for name in ("id", "nucleus")})
    kept = kept.assign(id=ids[left], nucleus=position[left].astype(int))
    removed = removal_table(raw.plate, raw.well, steps, len(cells) + unknown)
    return kept.sort_values("nucleus", kind="stable"), removed


def _cell_ids(cells: pd.DataFrame, raw: RawWell, scope: str) -> pd.Series:
    column = "mapobject_id_cell" if "mapobject_id_cell" in cells else "mapobject_id"
    numbers = pd.to_numeric(cells[column], errors="coerce")
    wrong = cells[column].notna() & ~(numbers % 1 == 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise RawDataError(
            f"line {row + 2}, column {column!r}: {cells[column].iloc[row]!r} is no integer",
            where=raw.metadata_path,
        )
    ids = numbers.astype("Int64")
    if scope == "plate":
        ids = (f"{raw.plate}/" + ids.astype("string")).astype(object)
    return ids.rename("id")


def _refuse_missing_ids(ids: pd.Series, raw: RawWell) -> None:
    if ids.isna().any():
        raise RawDataError(
            f"column 'mapobject_id_cell', line {ids.index[ids.isna()][0] + 2}: there is no value",
            where=raw.metadata_path,
            mend="Name the cell, or leave such nuclei out by a rule of `crops.quality`:"
            " {column: mapobject_id_cell, value: null}.",
        )


def _refuse_doubles(cells: pd.DataFrame, ids: pd.Series, raw: RawWell) -> None:
    places = [
        f"line {line + 2} (nucleus {nucleus})" for line, nucleus in cells["mapobject_id"].items()
    ]
    refuse_duplicates(ids, places, where=raw.metadata_path)
    nuclei = cells["mapobject_id"]
    refuse_duplicates(nuclei, places, where=raw.metadata_path)
