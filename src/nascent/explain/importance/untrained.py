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

from nascent.attribute.maps import PLACE
from nascent.attribute.method import Prepared
from nascent.explain.importance.aggregates import AGGREGATES, channel_shares
from nascent.explain.importance.stage import read_strata
from nascent.explain.importance.totals import (
    MapSums,
    SumsOfInput,
    joint_groups,
    sums_of_inputs,
)
from nascent.explain.randomisation.redraw import cascade
from nascent.explain.reading.cells import ExplainedCell, batch_of, choose_cells
from nascent.explain.reading.inspection import Inspection
from nascent.explain.reading.strata import StratumRule, ordered
from nascent.files import read_table, write_table
from nascent.input_names import flat, own_names, wholes
from nascent.logs import progress

CELLS_AT_A_TIME = 8
"""Examples whose maps wait in memory together."""


def write_untrained(
    inspections: Sequence[Inspection],
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
    inspections
        The explanation of each input of one model, see
        `nascent.explain.reading.inspection.open_inspections`. Maps without channels (axes `place`)
        give a table without rows.
    cells_path, splits_path
        Tables with `id`, `target` and with `id`, `group`, `split`.
    out
        A row a copy, whole, example and aggregate: `copy` (from 1), `aggregate`, `joint`, `input`
        (what the shares are parts of: an input, or `all`), `id`, and the share of each channel;
        shares of a map of zeros, and of channels of other inputs, are missing. Where there are
        groups of channels, further rows, of `joint` True: the shares of the groups and of the
        other channels, see `nascent.explain.importance.joint`.
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
    channel_groups = pd.DataFrame() if groups_path is None else read_table(groups_path)
    features = own_names({one.source.input: one.source.channels for one in inspections})
    groups = {
        one.source.input: joint_groups(channel_groups, features[one.source.input], one.source.axes)
        for one in inspections
    }
    columns = dict.fromkeys([*flat(features), *flat(groups)])
    parts = [pd.DataFrame(columns=["copy", "aggregate", "joint", "input", "id", *columns])]
    first = inspections[0]
    if first.source.axes != PLACE:
        stratified, _ = read_strata(cells_path, splits_path, rule)
        chosen = sampled(stratified.loc[first.ids], cells, seed)
        methods = [one.method() for one in inspections]
        # Two trainings of one architecture shall not share their random copies.
        own = int(first.source.model_sha256[:8], 16)
        for number in progress(range(1, models + 1), total=models, what="models of random weights"):
            # One stage: all weights at once, in place, and the trained ones back behind it.
            stream = np.random.default_rng((seed, number, own))
            for _ in cascade(first.explained.model, 1, stream):
                sums = {}
                for one, method in zip(inspections, methods, strict=True):
                    name = one.source.input
                    sums[name] = SumsOfInput(features[name], groups[name])
                    ids = _add_maps(sums[name], method, one.cells(chosen))
                found = _shares(sums_of_inputs(sums, pd.Index(ids, name="id")))
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


def _shares(sums: MapSums) -> pd.DataFrame:
    """Return the shares of cells: rows for each whole and aggregate, of features and of units."""
    every = [(False, sums.totals, sums.features)]
    if sums.joint:
        every.append((True, sums.joint, sums.units))
    shares = [
        channel_shares({key: table[names] for key, table in totals.items()}, name)
        .reset_index()
        .assign(aggregate=name, joint=joint, input=whole)
        for joint, totals, features in every
        for whole, names in wholes(features).items()
        for name in AGGREGATES
    ]
    return pd.concat(shares, ignore_index=True)


def _add_maps(
    sums: SumsOfInput, method: Prepared, cells: Iterable[ExplainedCell]
) -> list[Hashable]:
    """Add the maps of cells by a method, and return their ids."""
    ids = []
    for cell, scores in _maps(method, iter(cells)):
        ids.append(cell.id)
        sums.add(scores, cell.mask)
    return ids


def _maps(
    method: Prepared, cells: Iterator[ExplainedCell]
) -> Iterator[tuple[ExplainedCell, np.ndarray]]:
    while some := list(islice(cells, CELLS_AT_A_TIME)):
        made = method(batch_of(some))
        yield from zip(some, made.maps, strict=True)
