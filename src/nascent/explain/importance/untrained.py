"""Channel shares by models that have learnt nothing: what an importance is held against.

A network of random weights does not spread its maps evenly over the channels: bright, sparse or
noisy ones get more. How much, and how much that depends on the draw of the weights, several copies
of the model with all weights drawn anew tell, explained by the same method.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.method import Prepared
from nascent.explain.importance.aggregates import (
    AGGREGATES,
    aggregated,
    channel_shares,
    totals_table,
)
from nascent.explain.importance.joint import Groups, joint_totals, units_of
from nascent.explain.importance.stage import joint_groups, read_strata
from nascent.explain.randomisation.redraw import cascade
from nascent.explain.reading.cells import ExplainedCell, batch_of, choose_cells
from nascent.explain.reading.inspection import Inspection
from nascent.explain.reading.strata import StratumRule, ordered
from nascent.files import read_table, write_table
from nascent.logs import progress

CELLS_AT_A_TIME = 8
"""Examples whose maps wait in memory together."""


def write_untrained(
    inspection: Inspection,
    cells_path: str | Path,
    splits_path: str | Path,
    out: str | Path,
    groups_path: str | Path | None = None,
    *,
    rule: StratumRule,
    models: int,
    cells: int,
    seed: int,
) -> None:
    """Write the channel shares of some examples by copies of a model with random weights.

    Parameters
    ----------
    inspection
        The explanation. Maps without channels (axes `space`) give a table without rows.
    cells_path, splits_path
        Tables with `id`, `target` and with `id`, `group`, `split`.
    out
        A row a copy, example and aggregate: `copy` (from 1), `aggregate`, `joint`, `id`, and the
        share of each channel; shares of a map of zeros are missing. Where there are groups of
        channels, further rows, of `joint` True: the shares of the groups and of the other
        channels, see `nascent.explain.importance.joint`.
    groups_path
        Groups of channels, see `nascent.explain.duplicates.pairs`; None where there are none.
    rule
        Of the strata.
    models
        Copies.
    cells
        Examples of each stratum and split that every copy explains, drawn from those that have
        maps.
    seed
        Of the weights and of the sample.
    """
    channels = list(inspection.source.channels)
    channel_groups = pd.DataFrame() if groups_path is None else read_table(groups_path)
    groups = joint_groups(channel_groups, inspection.source)
    columns = dict.fromkeys([*channels, *groups])
    parts = [pd.DataFrame(columns=["copy", "aggregate", "joint", "id", *columns])]
    if inspection.source.axes != "place":
        stratified, _ = read_strata(cells_path, splits_path, rule)
        chosen = sampled(stratified.loc[inspection.ids], cells, seed)
        method, model = inspection.method(), inspection.explained.model
        # Two trainings of one architecture shall not share their random copies.
        own = int(inspection.source.model_sha256[:8], 16)
        for number in progress(range(1, models + 1), total=models, what="models of random weights"):
            # One stage: all weights at once, in place, and the trained ones back behind it.
            stream = np.random.default_rng((seed, number, own))
            for _ in cascade(model, 1, stream):
                found = _shares(method, inspection.cells(chosen), channels, groups)
                parts.append(found.assign(copy=number).reindex(columns=parts[0].columns))
    write_table(pd.concat(parts[1:] or parts, ignore_index=True), out)


def sampled(stratified: pd.DataFrame, count: int, seed: int) -> list[Hashable]:
    """Return up to `count` examples of each stratum of each split, in the order they came.

    Parameters
    ----------
    stratified
        Index `id`; columns `split` and `stratum`.
    """
    chosen: set[Hashable] = set()
    for _, members in stratified.groupby("split", sort=False):
        for stratum in ordered(members["stratum"]):
            ids = members.index[members["stratum"] == stratum].tolist()
            chosen.update(choose_cells(ids, count, seed))
    return [cell for cell in stratified.index.tolist() if cell in chosen]


def _shares(
    method: Prepared, cells: Iterable[ExplainedCell], channels: Sequence[str], groups: Groups
) -> pd.DataFrame:
    ids, found, joint = [], [], []
    for cell, scores in _maps(method, iter(cells)):
        ids.append(cell.id)
        found.append(aggregated(scores, cell.mask))
        if groups:
            joint.append(joint_totals(scores, cell.mask, channels, groups))
    index = pd.Index(ids, name="id")
    every = [(False, totals_table(found, index, channels))]
    if groups:
        every.append((True, totals_table(joint, index, list(units_of(channels, groups)))))
    shares = [
        channel_shares(totals, name).reset_index().assign(aggregate=name, joint=together)
        for together, totals in every
        for name in AGGREGATES
    ]
    return pd.concat(shares, ignore_index=True)


def _maps(
    method: Prepared, cells: Iterator[ExplainedCell]
) -> Iterator[tuple[ExplainedCell, np.ndarray]]:
    while some := list(islice(cells, CELLS_AT_A_TIME)):
        made = method(batch_of(some))
        yield from zip(some, made.maps, strict=True)
