"""The explain stage: from map files to tables of channel importance."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from nascent.attribute.maps import MapSource, open_maps
from nascent.errors import AttributionError
from nascent.explain.aggregates import AGGREGATES, channel_shares, channel_totals
from nascent.explain.groups import GroupRule, groups_table, ordered, study_groups
from nascent.explain.importance import IMPORTANCE, channel_importance
from nascent.files import read_table, write_table

LABELS = ["model", "seed", "method", "split"]
CELL_COLUMNS = [
    "split",
    "group",
    "well",
    "target",
    "prediction",
    "prediction_baseline",
    "completeness_gap",
    "steps",
    "converged",
    "total",
]


_LOGGER = logging.getLogger(__name__)


def write_groups(
    cells_path: str | Path, splits_path: str | Path, out: str | Path, *, rule: GroupRule
) -> None:
    """Write how many cells of each split each group has, and the limits."""
    write_table(groups_table(*read_groups(cells_path, splits_path, rule)), out)


def explain_maps(
    map_paths: Sequence[str | Path],
    cells_path: str | Path,
    splits_path: str | Path,
    null_path: str | Path | None = None,
    *,
    out: str | Path,
    cells_out: str | Path,
    model: str,
    model_seed: int,
    method: str,
    aggregate: str,
    rule: GroupRule,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write the channel importance of one model and method, and the shares of its cells.

    Maps without channels (of the axes `space`) give a table without rows, and cells without shares.

    Parameters
    ----------
    map_paths
        Every map file of the model and method; cells are grouped within their split.
    cells_path, splits_path
        Tables with `cell_id`, `target` and with `cell_id`, `split`, `well`, `plate`.
    null_path
        Shares by models of random weights, see `nascent.explain.untrained`; None where there are
        none.
    out
        The importance: `model, seed, method, split` and the columns of `IMPORTANCE`.
    cells_out
        A row a cell: `cell_id`, its split, group, well and target, the predictions of it and of the
        baseline, completeness gap, steps and whether they met the tolerance, total attribution
        Σ|a|, and the share of each channel by `aggregate`.
    model, model_seed, method
        What the maps are of, as named in the study.
    aggregate
        Of the shares of the cells; the table of importance has all of AGGREGATES.
    rule
        Of the groups.
    confidence, draws, seed
        See `channel_importance`.

    Raises
    ------
    AttributionError
        Where the maps are not all of one model and method, or a cell comes twice.
    """
    grouped, _ = read_groups(cells_path, splits_path, rule)
    totals, cells, axes = _read_totals(map_paths)
    unknown = cells.index[~cells.index.isin(grouped.index)]
    if len(unknown):
        raise AttributionError(
            f"{len(unknown)} cells with maps are in no split, the first is {unknown[0]}",
            where=splits_path,
            mend="Make the maps from shards of these splits.",
        )
    described = cells.join(grouped).assign(total=totals["absolute"].sum(axis=1))[CELL_COLUMNS]
    tables = [pd.DataFrame(columns=[*LABELS, *IMPORTANCE])]
    if axes == "space":
        _LOGGER.info("maps of %s have one value a place for all channels: no shares", method)
    else:
        described = described.join(channel_shares(totals, aggregate))
        null = None if null_path is None else read_table(null_path).set_index("cell_id")
        labels = dict(zip(LABELS, (model, model_seed, method), strict=False))
        for split in grouped["split"].loc[cells.index].unique():
            members = cells.index[grouped["split"].loc[cells.index] == split]
            for name in AGGREGATES:
                importance = channel_importance(
                    channel_shares(totals, name).loc[members],
                    grouped["group"],
                    grouped["well"],
                    aggregate=name,
                    null=_of_aggregate(null, name, grouped, split),
                    names=ordered(grouped["group"]),
                    confidence=confidence,
                    draws=draws,
                    seed=seed,
                )
                tables.append(importance.assign(**labels, split=split)[[*LABELS, *IMPORTANCE]])
    write_table(described, cells_out, index=True)
    write_table(pd.concat(tables[1:] or tables, ignore_index=True), out)


def gather(paths: Iterable[str | Path], out: str | Path) -> None:
    """Write the importance tables of all models and methods of a study as one.

    A study that explains nothing has a table without rows.
    """
    columns = [*LABELS, *IMPORTANCE]
    tables = [read_table(path, required=columns)[columns] for path in paths]
    joined = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    write_table(joined, out)


def read_groups(cells_path: str | Path, splits_path: str | Path, rule: GroupRule) -> tuple:
    """Read cell table and splits, and group the cells; see `study_groups`."""
    return study_groups(
        read_table(cells_path, required=["cell_id", "target"]),
        read_table(splits_path, required=["cell_id", "split"]),
        rule,
    )


def _of_aggregate(
    null: pd.DataFrame | None, aggregate: str, grouped: pd.DataFrame, split: str
) -> pd.DataFrame | None:
    if null is None:
        return None
    here = grouped["split"].reindex(null.index) == split
    return null[(null["aggregate"] == aggregate) & here]


def _read_totals(paths: Sequence[str | Path]) -> tuple[dict, pd.DataFrame, str]:
    totals, cells = [], []
    first: MapSource | None = None
    for path in paths:
        with open_maps(path) as maps:
            first = first or maps.source
            _check_alike(first, maps.source, path)
            totals.append(channel_totals(maps))
            cells.append(maps.cells)
    joined = pd.concat(cells)
    twice = joined.index[joined.index.duplicated()]
    if len(twice):
        raise AttributionError(
            f"cell {twice[0]} has maps in two files", where=", ".join(map(str, paths))
        )
    together = {name: pd.concat([part[name] for part in totals]) for name in AGGREGATES}
    return together, joined, first.axes


def _check_alike(first: MapSource, other: MapSource, path: str | Path) -> None:
    for what in ("model_sha256", "method", "options", "seed", "target", "channels"):
        ours, theirs = getattr(first, what), getattr(other, what)
        if ours != theirs:
            raise AttributionError(
                f"these maps differ in {what} from those before them: {theirs}, not {ours}",
                where=path,
                mend="Delete them: the job that makes them will be repeated.",
            )
