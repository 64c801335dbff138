"""The explain stage: from map files to tables of channel importance."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from nascent.attribute.maps import MapSource, open_maps
from nascent.errors import AttributionError
from nascent.explain.groups import groups_table, study_groups
from nascent.explain.importance import (
    IMPORTANCE,
    channel_importance,
    channel_shares,
    channel_sums,
)
from nascent.files import read_table, write_table

LABELS = ["model", "seed", "method", "split"]
CELL_COLUMNS = [
    "split",
    "group",
    "target",
    "prediction",
    "prediction_baseline",
    "completeness_gap",
    "total",
]


def write_groups(
    cells_path: str | Path, splits_path: str | Path, out: str | Path, *, width: float
) -> None:
    """Write how many cells of each split are low, medium and high, and the limits."""
    write_table(groups_table(*_read_groups(cells_path, splits_path, width)), out)


def explain_maps(
    map_paths: Sequence[str | Path],
    cells_path: str | Path,
    splits_path: str | Path,
    *,
    out: str | Path,
    cells_out: str | Path,
    model: str,
    model_seed: int,
    method: str,
    width: float,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write the channel importance of one model and method, and the shares of its cells.

    Parameters
    ----------
    map_paths
        Every map file of the model and method; cells are grouped within their split.
    cells_path, splits_path
        Tables with `cell_id`, `target` and with `cell_id`, `split`.
    out
        The importance: `model, seed, method, split, group, channel, cells, zero_cells, importance,
        low, high, uniform`.
    cells_out
        A row a cell: `cell_id`, its split, group and target, the predictions of it and of the
        baseline, completeness gap, total attribution, and the share of each channel.
    model, model_seed, method
        What the maps are of, as named in the study.
    width, confidence, draws, seed
        See `group_limits` and `channel_importance`.

    Raises
    ------
    AttributionError
        Where the maps are not all of one model and method, or a cell comes twice.
    """
    grouped, _ = _read_groups(cells_path, splits_path, width)
    sums, cells = _read_sums(map_paths)
    unknown = cells.index[~cells.index.isin(grouped.index)]
    if len(unknown):
        raise AttributionError(
            f"{len(unknown)} cells with maps are in no split, the first is {unknown[0]}",
            where=splits_path,
            mend="Make the maps from shards of these splits.",
        )
    shares = channel_shares(sums)
    tables = []
    for split, members in shares.groupby(grouped["split"].loc[shares.index], sort=False):
        importance = channel_importance(
            members, grouped["group"], confidence=confidence, draws=draws, seed=seed
        )
        labels = dict(zip(LABELS, (model, model_seed, method, split), strict=True))
        tables.append(importance.assign(**labels)[[*LABELS, *IMPORTANCE]])
    described = cells.join(grouped).assign(total=sums.sum(axis=1))[CELL_COLUMNS]
    write_table(described.join(shares), cells_out, index=True)
    write_table(pd.concat(tables, ignore_index=True), out)


def gather(paths: Iterable[str | Path], out: str | Path) -> None:
    """Write the importance tables of all models and methods of a study as one.

    A study that explains nothing has a table without rows.
    """
    columns = [*LABELS, *IMPORTANCE]
    tables = [read_table(path, required=columns)[columns] for path in paths]
    joined = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    write_table(joined, out)


def _read_groups(cells_path: str | Path, splits_path: str | Path, width: float) -> tuple:
    return study_groups(
        read_table(cells_path, required=["cell_id", "target"]),
        read_table(splits_path, required=["cell_id", "split"]),
        width=width,
    )


def _read_sums(paths: Sequence[str | Path]) -> tuple[pd.DataFrame, pd.DataFrame]:
    sums, cells = [], []
    first: MapSource | None = None
    for path in paths:
        with open_maps(path) as maps:
            first = first or maps.source
            _check_alike(first, maps.source, path)
            sums.append(channel_sums(maps))
            cells.append(maps.cells)
    joined = pd.concat(cells)
    twice = joined.index[joined.index.duplicated()]
    if len(twice):
        raise AttributionError(
            f"cell {twice[0]} has maps in two files", where=", ".join(map(str, paths))
        )
    return pd.concat(sums), joined


def _check_alike(first: MapSource, other: MapSource, path: str | Path) -> None:
    for what in ("model_sha256", "method", "options", "seed", "channels"):
        ours, theirs = getattr(first, what), getattr(other, what)
        if ours != theirs:
            raise AttributionError(
                f"these maps differ in {what} from those before them: {theirs}, not {ours}",
                where=path,
                mend="Delete them: the job that makes them will be repeated.",
            )
