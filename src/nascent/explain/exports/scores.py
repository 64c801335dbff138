"""What the maps of one model and method say of each example and channel, beside what is known of
it.

This is what the exports are made of: the `.h5ad` file of a model and method, the tidy table of the
study, and the explorer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from nascent.errors import AttributionError
from nascent.explain.importance.aggregates import AGGREGATES, channel_shares
from nascent.explain.importance.totals import sums_of_files
from nascent.files import read_table
from nascent.input_names import flat, owners
from nascent.words import spoken

STATISTICS = (*AGGREGATES, "share")
"""Sums over measured pixels (`nascent.explain.importance.aggregates`) and the channel's share."""

EXPLAINED = ("split", "stratum")
"""Columns that the table of an explanation's examples adds to the table of examples."""

MAP, TRAINED = "map", "trained"
"""Of a check that has rows of other maps than the model's own, those of its own are taken."""

# Columns of checks that the table of examples or the explanation itself tells.
_KNOWN = ("model", "seed", "method", "plate", "group")


@dataclass(frozen=True)
class ChannelScores:
    """One explanation, example by example.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row an example, index `id`: `split`, `stratum`, `target`, what the explanation says of
        the example (`told_by_maps`, `total` = Σ|a| and the columns of checks), then the example
        table.
    channels : tuple of str
        Of the maps of all inputs, each with a name of its own (`nascent.input_names`); `all` alone
        where a map has places and no channels.
    inputs : tuple of str
        Of each channel.
    values : mapping
        Statistic, of STATISTICS → (examples, channels) float64. Shares are NaN where a map is zero.
    facts : mapping
        What the scores are of: `model`, `seed` (of its training), `method` as named in the study,
        `target` (column predicted), `aggregate` (of the shares), `kind` (function of the method),
        `axes`, `options`, `told`
        (columns of `cells` that the explanation says, which are no part of the table of examples)
        and `checks` (their names).
    """

    cells: pd.DataFrame
    channels: tuple[str, ...]
    inputs: tuple[str, ...]
    values: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]


def channel_scores(
    map_paths: Sequence[str | Path],
    cells_path: str | Path,
    explained_path: str | Path,
    *,
    model: str,
    seed: int,
    method: str,
    target: str = "target",
    aggregate: str = "absolute",
    checks: Mapping[str, str | Path] | None = None,
) -> ChannelScores:
    """Read the maps of a model and method, one at a time, and what is known of their examples.

    Parameters
    ----------
    map_paths
        Every map file of the explanation.
    cells_path
        The study's table of examples.
    explained_path
        The examples of the explanation as `nascent.explain.importance.stage.explain_maps` writes
        them: `id`, `split`, `stratum`.
    model, seed, method
        As named in the study; the seed is that of the training.
    target
        Column of the table of examples that is predicted.
    aggregate
        Of the shares, see `nascent.explain.importance.aggregates`.
    checks
        Name → table with a column `id`. Its columns are joined as `<name>_<column>`; where a
        example has several rows, told apart by columns of text, as `<name>_<texts>_<column>`. Where
        they cannot be told apart so, the table is no table of examples and is left out.

    Raises
    ------
    AttributionError
        Where there is no map file, maps are not all of one model and method, an example comes
        twice, or an example is in none of the tables.
    """
    sums, maps_cells, source = sums_of_files(map_paths, pd.DataFrame())
    totals = sums.totals
    values = {name: totals[name].to_numpy() for name in AGGREGATES}
    values["share"] = channel_shares(totals, aggregate).to_numpy()
    cells = _rows_of(maps_cells.index, cells_path)
    explained = _rows_of(maps_cells.index, explained_path)[list(EXPLAINED)]
    told = told_by_maps(maps_cells, cells.get(target))
    told["total"] = values["absolute"].sum(axis=1)
    for name, path in (checks or {}).items():
        told = _with_check(told, name, read_table(path))
    known = explained.assign(target=cells["target"]).join(told)
    facts = {
        "model": model,
        "seed": seed,
        "method": method,
        "target": target,
        "aggregate": aggregate,
        "kind": source.method,
        "axes": source.axes,
        "options": dict(source.options),
        "told": list(told.columns),
        "checks": list(checks or {}),
    }
    return ChannelScores(
        known.join(cells[cells.columns.difference(known.columns, sort=False)]),
        tuple(flat(sums.features)),
        tuple(owners(sums.features).values()),
        values,
        facts,
    )


def told_by_maps(cells: pd.DataFrame, measured: pd.Series | None) -> pd.DataFrame:
    """Return what an explanation says of its examples.

    Parameters
    ----------
    cells
        As a map file keeps them: `prediction`, `prediction_baseline`, `completeness_gap`, …
    measured
        Of the column that is predicted; None where the table of examples lacks it. Of classes there
        is no residual.

    Returns
    -------
    pandas.DataFrame
        `prediction`, `residual` (measured − predicted), what else the map file says, and
        `relative_gap`, |gap| over |change in prediction|, missing where nothing changes.
    """
    # A class is no number, and what is explained of it is its logit.
    is_number = measured is not None and pd.api.types.is_numeric_dtype(measured)
    change = (cells["prediction"] - cells["prediction_baseline"]).abs()
    told = cells.assign(
        residual=measured - cells["prediction"] if is_number else np.nan,
        relative_gap=cells["completeness_gap"].abs() / change.where(change > 0),
    )
    first = ["prediction", "residual"]
    return told[[*first, *told.columns.difference(first, sort=False)]]


def _rows_of(ids: pd.Index, path: str | Path) -> pd.DataFrame:
    table = read_table(path, required=["id"]).set_index("id")
    missing = ids[~ids.isin(table.index)]
    if len(missing):
        raise AttributionError(
            f"{len(missing)} {spoken().examples} with maps are not in this table, the first is"
            f" {missing[0]}",
            where=path,
            mend="Make maps and tables from the same crops.",
        )
    return table.loc[ids]


def _with_check(told: pd.DataFrame, name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Join what a check says of each example; one of several rows gets a column for each."""
    if "id" not in table or table.empty:
        return told
    if MAP in table:
        table = table[table[MAP] == TRAINED].drop(columns=MAP)
    known = table.drop(columns=[*_KNOWN, *EXPLAINED], errors="ignore")
    if known["id"].duplicated().any():
        kinds = known.columns.drop("id")
        labels = [
            column
            for column in kinds
            if not is_numeric_dtype(known[column].dtype) and known[column].notna().all()
        ]
        if known.duplicated(["id", *labels]).any():
            return told
        known = known.pivot(index="id", columns=labels)
        known.columns = ["_".join(map(str, (*kind, column))) for column, *kind in known.columns]
    else:
        known = known.set_index("id")
    return told.join(known.add_prefix(f"{name}_"))
