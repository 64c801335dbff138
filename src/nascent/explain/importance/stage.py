"""The explain stage: from map files to tables of channel importance."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from nascent.attribute.maps import MapSource, open_maps
from nascent.errors import AttributionError
from nascent.explain.duplicates.pairs import channel_groups_of
from nascent.explain.importance.aggregates import (
    AGGREGATES,
    aggregated,
    channel_shares,
    totals_table,
)
from nascent.explain.importance.joint import (
    JOINT,
    Groups,
    joint_table,
    joint_totals,
    shares_apart,
    units_of,
)
from nascent.explain.importance.shares import IMPORTANCE, channel_importance
from nascent.explain.reading.strata import StratumRule, ordered, strata_table, study_strata
from nascent.files import read_table, write_table
from nascent.words import spoken

LABELS = ["model", "seed", "method", "split"]
CELL_COLUMNS = [
    "split",
    "stratum",
    "group",
    "target",
    "prediction",
    "prediction_baseline",
    "completeness_gap",
    "steps",
    "converged",
    "total",
]


_LOGGER = logging.getLogger(__name__)


def write_strata(
    cells_path: str | Path, splits_path: str | Path, out: str | Path, *, rule: StratumRule
) -> None:
    """Write how many examples of each split each stratum has, and the limits."""
    write_table(strata_table(*read_strata(cells_path, splits_path, rule)), out)


@dataclass(frozen=True)
class MapSet:
    """Paths of what shares of channels are read from.

    Attributes
    ----------
    maps
        Every map file of the model and method; examples are stratified within their split.
    cells, splits
        Tables with `id`, `target` and with `id`, `group`, `split`.
    null
        Shares by models of random weights, see `nascent.explain.importance.untrained`; None where
        there are none.
    groups
        Groups of channels, see `nascent.explain.duplicates.pairs`; None where there are none.
    """

    maps: Sequence[str | Path]
    cells: str | Path
    splits: str | Path
    null: str | Path | None = None
    groups: str | Path | None = None


@dataclass(frozen=True)
class ShareTables:
    """Paths of the tables of shares.

    Attributes
    ----------
    importance
        `model, seed, method, split` and the columns of `IMPORTANCE`.
    cells
        A row an example: `id`, its split, stratum, group and target, the predictions of it and of
        the baseline, completeness gap, steps and whether they met the tolerance, total attribution
        Σ|a|, and the share of each channel.
    joint
        Joint shares of the groups of channels: `model, seed, method, split` and the columns of
        `nascent.explain.importance.joint.JOINT`. No rows without groups; nor for maps that ask what
        is lost without a channel (axes `feature`), of which the sum is not what is lost without
        all.
    """

    importance: str | Path
    cells: str | Path
    joint: str | Path


@dataclass(frozen=True)
class Resampling:
    """How intervals are found, see `nascent.explain.importance.shares.channel_importance`."""

    confidence: float
    draws: int
    seed: int


def explain_maps(
    given: MapSet,
    out: ShareTables,
    *,
    labels: tuple[str, int, str],
    aggregate: str,
    rule: StratumRule,
    resampling: Resampling,
) -> None:
    """Write the channel importance of one model and method, and the shares of its examples.

    Maps without channels (of the axes `place`) give a table without rows, and examples without
    shares.

    Parameters
    ----------
    given, out
        The files.
    labels
        Model, seed and method that the maps are of, as named in the study.
    aggregate
        Of the shares of the examples; the table of importance has all of AGGREGATES.
    rule
        Of the strata.
    resampling
        Of the intervals.

    Raises
    ------
    AttributionError
        Where the maps are not all of one model and method, or an example comes twice.
    """
    stratified, _ = read_strata(given.cells, given.splits, rule)
    channel_groups = pd.DataFrame() if given.groups is None else read_table(given.groups)
    totals, joint, cells, source, groups = _read_totals(given.maps, channel_groups)
    unknown = cells.index[~cells.index.isin(stratified.index)]
    if len(unknown):
        raise AttributionError(
            f"{len(unknown)} {spoken().examples} with maps are in no split, the first is"
            f" {unknown[0]}",
            where=given.splits,
            mend="Make the maps from shards of these splits.",
        )
    described = cells.join(stratified).assign(total=totals["absolute"].sum(axis=1))[CELL_COLUMNS]
    tables = [pd.DataFrame(columns=[*LABELS, *IMPORTANCE])]
    joint_tables = [pd.DataFrame(columns=[*LABELS, *JOINT])]
    if source.axes == "place":
        _LOGGER.info(
            f"maps of %s have one value a place for all {spoken().features}: no shares", labels[-1]
        )
    else:
        described = described.join(channel_shares(totals, aggregate))
        null = None if given.null is None else read_table(given.null).set_index("id")
        named = dict(zip(LABELS, labels, strict=False))
        units = units_of(source.channels, groups)
        apart = shares_apart(totals, units) if joint else {}
        summed = [(totals, False), (joint, True)] if joint else [(totals, False)]
        for split in stratified["split"].loc[cells.index].unique():
            members = cells.index[stratified["split"].loc[cells.index] == split]
            for name, (sums, together) in product(AGGREGATES, summed):
                found = channel_importance(
                    channel_shares(sums, name).loc[members],
                    stratified["stratum"],
                    stratified["group"],
                    aggregate=name,
                    null=_of_aggregate(null, name, stratified, split, joint=together),
                    names=ordered(stratified["stratum"]),
                    **asdict(resampling),
                )
                if together:
                    found = joint_table(
                        found, apart[name].loc[members], stratified["stratum"], units
                    )
                kept = joint_tables if together else tables
                columns = [*LABELS, *(JOINT if together else IMPORTANCE)]
                kept.append(found.assign(**named, split=split)[columns])
    write_table(described, out.cells, index=True)
    write_table(pd.concat(tables[1:] or tables, ignore_index=True), out.importance)
    write_table(pd.concat(joint_tables[1:] or joint_tables, ignore_index=True), out.joint)


def gather(paths: Iterable[str | Path], out: str | Path) -> None:
    """Write the importance tables of all models and methods of a study as one.

    A study that explains nothing has a table without rows.
    """
    columns = [*LABELS, *IMPORTANCE]
    tables = [read_table(path, required=columns)[columns] for path in paths]
    joined = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    write_table(joined, out)


def read_strata(cells_path: str | Path, splits_path: str | Path, rule: StratumRule) -> tuple:
    """Read table of examples and splits, and sort the examples into strata; see `study_strata`."""
    return study_strata(
        read_table(cells_path, required=["id", "target"]),
        read_table(splits_path, required=["id", "split"]),
        rule,
    )


def _of_aggregate(
    null: pd.DataFrame | None, aggregate: str, stratified: pd.DataFrame, split: str, *, joint: bool
) -> pd.DataFrame | None:
    if null is None:
        return None
    here = (stratified["split"].reindex(null.index) == split).to_numpy()
    return null[(null["aggregate"] == aggregate) & (null["joint"] == joint) & here]


def _read_totals(paths: Sequence[str | Path], channel_groups: pd.DataFrame) -> tuple:
    """Return totals of channels and of units (none without groups), examples, source, groups."""
    found, joint, cells = [], [], []
    first: MapSource | None = None
    groups: Groups = {}
    for path in paths:
        with open_maps(path) as maps:
            first = first or maps.source
            _check_alike(first, maps.source, path)
            groups = joint_groups(channel_groups, first)
            for index in range(len(maps)):
                scores, mask = maps[index], maps.mask(index)
                found.append(aggregated(scores, mask))
                if groups:
                    joint.append(joint_totals(scores, mask, maps.channels, groups))
            cells.append(maps.cells)
            channels = maps.channels
    joined = pd.concat(cells)
    twice = joined.index[joined.index.duplicated()]
    if len(twice):
        raise AttributionError(
            f"{spoken().example} {twice[0]} has maps in two files", where=", ".join(map(str, paths))
        )
    units = list(units_of(channels, groups))
    of_units = totals_table(joint, joined.index, units) if groups else {}
    return totals_table(found, joined.index, channels), of_units, joined, first, groups


def joint_groups(channel_groups: pd.DataFrame, source: MapSource) -> Groups:
    """Return the groups of channels whose joint share a map can tell, as its model sees them."""
    if source.axes != "entry" or channel_groups.empty:
        return {}
    return channel_groups_of(channel_groups, source.channels)


def _check_alike(first: MapSource, other: MapSource, path: str | Path) -> None:
    for what in ("model_sha256", "method", "options", "seed", "target", "channels"):
        ours, theirs = getattr(first, what), getattr(other, what)
        if ours != theirs:
            raise AttributionError(
                f"these maps differ in {what} from those before them: {theirs}, not {ours}",
                where=path,
                mend="Delete them: the job that makes them will be repeated.",
            )
