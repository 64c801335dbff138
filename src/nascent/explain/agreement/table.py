"""Agreement between explanations: do seeds, methods and architectures rank the same pixels first?

Every two explanations of the same examples are compared at the levels of
`nascent.explain.reading.map_levels`.

**Null.** Maps of different examples agree as well, if every map looks the same: always the same
channels, always the middle. So each example's map by the one explanation is also compared with maps
of *other* examples by the other explanation (`nascent.explain.statistics.exchange`), fitted into
the outline of the first (`nascent.attribute.references.fitted`), so that rim lies on rim and middle
on middle. What agreement has beyond that belongs to the example.
"""

from collections.abc import Collection, Hashable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.references import fitted
from nascent.errors import AttributionError
from nascent.explain.reading.cells import choose_cells
from nascent.explain.reading.map_levels import (
    LEVELS,
    agreement,
    common_channels,
    of_channels,
    ranked,
)
from nascent.explain.reading.map_sets import MapSet, opened
from nascent.explain.statistics.cell_means import cell_means, groups_of, side_of_zero
from nascent.explain.statistics.exchange import NOBODY, adjusted, along, rings
from nascent.explain.statistics.sample import Sample
from nascent.files import write_table
from nascent.places import has_places
from nascent.statistics.verdict import cannot_tell
from nascent.words import spoken, worded

LABELS = ("model", "seed", "method")
AGREEMENT = (
    *LABELS,
    *(f"other_{name}" for name in LABELS),
    "differs",
    "level",
    "cells",
    "missing",
    "groups",
    "mean",
    "low",
    "high",
    "low_groups",
    "high_groups",
    "null",
    "null_low",
    "null_high",
    "beyond",
    "beyond_low",
    "beyond_high",
    "beyond_low_groups",
    "beyond_high_groups",
    "verdict",
)
"""Columns of the table of agreement."""

EXCHANGES = 2
"""Other examples that each example is compared with."""

NOTHING = "nothing"
VERDICTS = {1: "beyond other {examples}", -1: "less than other {examples}"}


def agreement_of_maps(
    first: Sequence[str | Path],
    second: Sequence[str | Path],
    *,
    chosen: Collection[Hashable] | None = None,
) -> pd.DataFrame:
    """Compare the maps of two explanations, example by example.

    Parameters
    ----------
    first, second
        Map files of the one and of the other; they may be split into files in different ways.
    chosen
        Examples that are compared; None: all that both have.

    Returns
    -------
    pandas.DataFrame
        Index `id` in the order of `first`; one column a level with the rank correlation, NaN
        where one of the maps is constant or lacks the level. Channels that one of the models does
        not see are left out.

    Raises
    ------
    AttributionError
        Where a chosen example has no map, or the maps of an example are of other pixels.
    """
    with opened(first) as ours, opened(second) as theirs:
        cells = _cells([ours, theirs], chosen)
        common = common_channels([ours.channels, theirs.channels])
        rows = []
        for example_id in cells:
            mask = _mask([ours, theirs], example_id)
            pair = [
                ranked(of_channels(maps.map(example_id), maps.channels, common), mask)
                for maps in (ours, theirs)
            ]
            rows.append(agreement(*pair))
    index = pd.Index(cells, name="id")
    return pd.DataFrame(rows, index=index, columns=list(LEVELS), dtype=float)


@dataclass(frozen=True)
class Explanation:
    """One model, training seed and method of a study, and the files of its maps."""

    model: str
    seed: int
    method: str
    maps: Sequence[str | Path]

    @property
    def labels(self) -> tuple[str, int, str]:
        """Model, seed, method."""
        return self.model, self.seed, self.method


def differs(first: Explanation, second: Explanation) -> str:
    """Return in what two explanations differ: words of model, seed and method, or `nothing`.

    The seeds of two models have nothing to do with each other, and are not told.
    """
    unlike = [
        name
        for name, ours, theirs in zip(LABELS, first.labels, second.labels, strict=True)
        if ours != theirs and not (name == "seed" and first.model != second.model)
    ]
    return " and ".join(unlike) or NOTHING


def write_agreement(
    explanations: Sequence[Explanation],
    cells_path: str | Path,
    out: str | Path,
    *,
    sample: Sample,
) -> None:
    """Write how far every two explanations of a study agree on a sample of examples.

    Parameters
    ----------
    explanations
        All of the same examples.
    cells_path
        The study's table of examples, for the groups.
    out
        A row a pair and level, the columns of `AGREEMENT`. An explanation stands beside itself
        too: there the null tells how alike its maps of different cells are.
    sample
        The examples that are compared, and the intervals over them.

    Raises
    ------
    AttributionError
        Where an explanation has no maps or they are not all of one model and method, the maps of a
        example are of other pixels, or it is not in the table of examples.
    """
    pairs = list(combinations_with_replacement(range(len(explanations)), 2))
    tables = []
    if pairs:
        with ExitStack() as stack:
            sets = [stack.enter_context(opened(explained.maps)) for explained in explanations]
            chosen = choose_cells(_cells(sets, None), sample.cells, sample.seed)
            groups = groups_of(cells_path, chosen)
            others = rings(len(chosen), EXCHANGES, (sample.seed, 1), groups)
            own, null = _correlations(sets, pairs, chosen, others)
        for place, level in enumerate(LEVELS):
            means, nulls, beyond = (
                cell_means(values[:, :, place], groups, **sample.intervals())
                for values in (own, null, own - null)
            )
            tables.append(_table(explanations, pairs, level, means, nulls, beyond))
    table = pd.concat(tables) if tables else pd.DataFrame(columns=list(AGREEMENT))
    write_table(table[table["cells"] > 0][list(AGREEMENT)], out)


def _correlations(
    sets: Sequence[MapSet],
    pairs: Sequence[tuple[int, int]],
    chosen: Sequence[Hashable],
    others: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the maps of an example share, and what is expected of it by other examples.

    Both are (examples, pairs, levels) float64: rank correlations, and their chance by `others`
    (E, examples), see `nascent.explain.statistics.exchange.adjusted`.
    """
    own = np.full((len(chosen), len(pairs), len(LEVELS)), np.nan)
    chance = np.full((*others.shape, *own.shape[1:]), np.nan)

    # Along the circles an example is asked for again as the other of those just before it.
    @lru_cache(maxsize=len(others) + 1)
    def maps_of(place: int) -> tuple[np.ndarray, list[np.ndarray]]:
        return _mask(sets, chosen[place]), [maps.map(chosen[place]) for maps in sets]

    for place in along(others):
        mask, ours = maps_of(place)
        own[place] = _of_pairs(sets, ours, ours, mask, pairs)
        for ring, other in enumerate(others[:, place].tolist()):
            if other == NOBODY:
                continue
            other_mask, maps = maps_of(other)
            if other_mask.any():
                theirs = [_fitted(scores, other_mask, mask) for scores in maps]
                chance[ring, place] = _of_pairs(sets, ours, theirs, mask, pairs)
    return own, own - adjusted(own, chance, others)


def _mask(sets: Sequence[MapSet], example_id: Hashable) -> np.ndarray:
    """Return the measured pixels (places …) of an example, of which all its maps must be."""
    mask = sets[0].mask(example_id)
    if not all(np.array_equal(maps.mask(example_id), mask) for maps in sets[1:]):
        raise AttributionError(
            f"the maps of {spoken().example} {example_id} were made from other {spoken().places}"
            " than each other",
            mend="Delete them and run again: all will be made from the same shards.",
        )
    return mask


def _fitted(scores: np.ndarray, measured: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return another example's map in the outline `mask`; one of channels alone has no outline."""
    return fitted(scores, measured, mask) if has_places(scores, mask) else scores


def _of_pairs(
    sets: Sequence[MapSet],
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    mask: np.ndarray,
    pairs: Sequence[tuple[int, int]],
) -> np.ndarray:
    """Return (pairs, levels): the correlation of one map of `first` with one of `second`."""
    # A map is ranked once for each set of channels that it shares with others: mostly one.
    known: dict[tuple, dict[str, np.ndarray]] = {}

    def ranks(which: int, number: int, common: tuple[str, ...]) -> dict[str, np.ndarray]:
        key = (number if first is second else (which, number), common)
        if key not in known:
            scores = (first, second)[which][number]
            known[key] = ranked(of_channels(scores, sets[number].channels, common), mask)
        return known[key]

    rows = []
    for ours, theirs in pairs:
        common = common_channels([sets[ours].channels, sets[theirs].channels])
        rows.append(list(agreement(ranks(0, ours, common), ranks(1, theirs, common)).values()))
    return np.array(rows)


def _table(
    explanations: Sequence[Explanation],
    pairs: Sequence[tuple[int, int]],
    level: str,
    means: pd.DataFrame,
    nulls: pd.DataFrame,
    beyond: pd.DataFrame,
) -> pd.DataFrame:
    rows = []
    for ours, theirs in pairs:
        first, second = explanations[ours], explanations[theirs]
        rows.append((*first.labels, *second.labels, differs(first, second), level))
    columns = [*LABELS, *(f"other_{name}" for name in LABELS), "differs", "level"]
    table = pd.concat([pd.DataFrame(rows, columns=columns), means], axis=1)
    table[["null", "null_low", "null_high"]] = nulls[["mean", "low", "high"]]
    table["beyond"] = beyond["mean"]
    for end in ("low", "high", "low_groups", "high_groups"):
        table[f"beyond_{end}"] = beyond[end]
    verdicts = [
        worded(VERDICTS.get(side_of_zero(row), "")) or cannot_tell(row["groups"])
        for _, row in beyond.iterrows()
    ]
    table["verdict"] = np.where(table["differs"] == NOTHING, "", verdicts)
    return table


def _cells(explanations: Sequence[MapSet], chosen: Collection[Hashable] | None) -> list[Hashable]:
    shared = [
        example_id
        for example_id in explanations[0].ids
        if all(example_id in maps for maps in explanations)
    ]
    if chosen is None:
        return shared
    missing = [example_id for example_id in chosen if example_id not in set(shared)]
    if missing:
        raise AttributionError(
            f"{len(missing)} of the chosen {spoken().examples} do not have both maps, the first is"
            f" {missing[0]}",
            mend=f"Explain the same {spoken().examples} by both.",
        )
    wanted = set(chosen)
    return [example_id for example_id in shared if example_id in wanted]
