"""The explain stage: from map files to tables of channel importance."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nascent.attribute.maps import PLACE
from nascent.errors import AttributionError
from nascent.explain.importance.aggregates import AGGREGATES, channel_shares
from nascent.explain.importance.joint import JOINT, joint_table, shares_apart
from nascent.explain.importance.shares import IMPORTANCE, Resampling, channel_importance
from nascent.explain.importance.totals import MapSums, Totals, sums_of_files
from nascent.explain.reading.strata import StratumRule, ordered, strata_table, study_strata
from nascent.files import read_table, write_table
from nascent.input_names import flat, wholes
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
    sums, cells, source = sums_of_files(given.maps, channel_groups)
    unknown = cells.index[~cells.index.isin(stratified.index)]
    if len(unknown):
        raise AttributionError(
            f"{len(unknown)} {spoken().examples} with maps are in no split, the first is"
            f" {unknown[0]}",
            where=given.splits,
            mend="Make the maps from shards of these splits.",
        )
    total = sums.totals["absolute"].sum(axis=1)
    described = cells.join(stratified).assign(total=total)[CELL_COLUMNS]
    shares = pd.DataFrame(columns=[*LABELS, *IMPORTANCE])
    joint = pd.DataFrame(columns=[*LABELS, *JOINT])
    if source.axes == PLACE:
        _LOGGER.info(
            f"maps of %s have one value a place for all {spoken().features}: no shares", labels[-1]
        )
    else:
        described = described.join(channel_shares(sums.totals, aggregate))
        null = None if given.null is None else read_table(given.null).set_index("id")
        how = _How(stratified, null, resampling)
        named = dict(zip(LABELS, labels, strict=False))
        shares, joint = (
            table.assign(**named)[columns]
            for table, columns in (
                (_shares(sums, cells.index, how), shares.columns),
                (_joint_shares(sums, cells.index, how), joint.columns),
            )
        )
    write_table(described, out.cells, index=True)
    write_table(shares, out.importance)
    write_table(joint, out.joint)


@dataclass(frozen=True)
class _How:
    """What shares are held against: strata of the examples, a null, and how they are resampled."""

    stratified: pd.DataFrame
    null: pd.DataFrame | None
    resampling: Resampling

    def splits(self, cells: pd.Index) -> Iterator[tuple[str, pd.Index]]:
        """Yield each split and its examples."""
        own = self.stratified["split"].loc[cells]
        for split in own.unique():
            yield split, cells[own == split]

    def importance(
        self, totals: Totals, whole: str, split: str, cells: pd.Index, *, joint: bool
    ) -> Iterator[pd.DataFrame]:
        """Yield the importance of features as parts of a whole, aggregate by aggregate.

        Parameters
        ----------
        totals
            Of the features of the whole alone, or of its units where they are `joint`.
        whole
            An input, or all of them.
        split, cells
            Its name, and the ids of its examples.
        joint
            Whether groups count as one.
        """
        for name in AGGREGATES:
            found = channel_importance(
                channel_shares(totals, name).loc[cells],
                self.stratified["stratum"],
                self.stratified["group"],
                aggregate=name,
                whole=whole,
                null=self._null(name, whole, split, joint=joint),
                names=ordered(self.stratified["stratum"]),
                resampling=self.resampling,
            )
            yield found.assign(split=split)

    def _null(self, aggregate: str, whole: str, split: str, *, joint: bool) -> pd.DataFrame | None:
        null = self.null
        if null is None:
            return None
        here = (self.stratified["split"].reindex(null.index) == split).to_numpy()
        asked = (null["aggregate"] == aggregate) & (null["input"] == whole)
        return null[asked & (null["joint"] == joint) & here]


def _shares(sums: MapSums, cells: pd.Index, how: _How) -> pd.DataFrame:
    """Return the importance of every feature, of all inputs and within its own."""
    tables = [pd.DataFrame(columns=[*IMPORTANCE, "split"])]
    for whole, names in wholes(sums.features).items():
        totals = _of_names(sums.totals, names)
        for split, members in how.splits(cells):
            tables += how.importance(totals, whole, split, members, joint=False)
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _joint_shares(sums: MapSums, cells: pd.Index, how: _How) -> pd.DataFrame:
    """Return the joint shares of groups, and those of the features beside them."""
    tables = [pd.DataFrame(columns=[*JOINT, "split"])]
    members = {unit: own for units in sums.units.values() for unit, own in units.items()}
    for whole, names in wholes(sums.units).items() if sums.joint else ():
        units = {unit: members[unit] for unit in names}
        apart = shares_apart(_of_names(sums.totals, flat(units)), units)
        totals = _of_names(sums.joint, names)
        for split, of_split in how.splits(cells):
            found = how.importance(totals, whole, split, of_split, joint=True)
            for name, table in zip(AGGREGATES, found, strict=True):
                alone = apart[name].loc[of_split]
                told = joint_table(table, alone, how.stratified["stratum"], units)
                tables.append(told.assign(split=split))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _of_names(totals: Totals, names: Sequence[str]) -> Totals:
    return {name: table[list(names)] for name, table in totals.items()}


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
