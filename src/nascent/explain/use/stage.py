"""Trained models and test examples to the table of use.

Of a model with several inputs the features of the first are exchanged; the others stay as they are.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.baselines import training_mean_of
from nascent.attribute.references import fitted
from nascent.explain.reading.cells import choose_cells
from nascent.explain.statistics.exchange import circles_of, rings
from nascent.explain.use.changes import (
    ALONE,
    BY_DONOR,
    changed_alone,
    changed_by_donor,
    darkness_of,
    exchanged,
)
from nascent.explain.use.loss import USE, USE_CELLS, Unit, of_both_roles, units, use_table
from nascent.explain.use.tables import read_uses
from nascent.files import read_table, write_table
from nascent.logs import progress
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import read_example, read_other_inputs
from nascent.store import Store, open_store
from nascent.words import spoken

IMAGES_AT_A_TIME = 64

Predict = Callable[..., np.ndarray]
"""Images (n, places …, C) float32, masks (n, places …) bool, and where a model has further inputs
these by name → predictions (n,)."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cell:
    """An example as models see it: image (places …, C) float32, mask (places …) bool, others."""

    image: np.ndarray
    mask: np.ndarray
    others: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class SplitCells:
    """The examples that use is told of: the chosen ones, each in its place in a shard.

    Attributes
    ----------
    table : pandas.DataFrame
        id, group, y; in the order of the shards.
    places : list of (path, index)
        Of each example.
    reader : Reader
        Of the model.
    """

    table: pd.DataFrame
    places: Sequence[tuple[str | Path, int]]
    reader: Reader

    def __len__(self) -> int:
        return len(self.places)

    def read(self, number: int) -> Cell:
        """Return an example by its number."""
        path, index = self.places[number]
        with open_store(path) as shard:
            image, mask = read_example(shard, self.explained, index)
            others = read_other_inputs(shard, self.reader, [index], but=self.explained.spec.name)
        return Cell(image, mask, {name: values[0] for name, values in others.items()})

    @property
    def explained(self) -> InputReader:
        """Reader of the input whose features are exchanged."""
        return self.reader.inputs[0]

    @property
    def features(self) -> tuple[str, ...]:
        """Features of that input."""
        return self.explained.spec.features


def chosen_cells(
    shard_paths: Sequence[str | Path],
    reader: Reader | InputReader | Normaliser,
    *,
    target: str,
    cells: int,
    seed: int,
    level: str | None = None,
) -> SplitCells:
    """Choose up to `cells` examples of shards; those without a measured pixel or y are left out.

    Where the target holds classes, y is 1 in examples of the class `level` and 0 in others.
    """
    tables, places = [], []
    readers = reader_of(reader, shard_paths)
    for path in shard_paths:
        with open_store(path) as shard:
            readers.refuse_other(shard)
            answered = shard.columns([target])[target].notna().to_numpy()
            seen = [
                int(index)
                for index in np.flatnonzero(answered)
                if _any_measured(shard, readers, index)
            ]
            table = shard.columns(["group", target]).iloc[seen]
            tables.append(table.rename(columns={target: "y"}).reset_index())
            places += [(path, index) for index in seen]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=["id", "group", "y"])
    if level is not None:
        table["y"] = (table["y"].astype(str) == level).astype(np.float64)
    chosen = choose_cells(range(len(places)), cells, seed)
    table = table.iloc[chosen].reset_index(drop=True)
    return SplitCells(table, [places[number] for number in chosen], readers)


def _any_measured(shard: Store, reader: Reader, index: int) -> bool:
    measured = shard.measured(index, reader.specs[0].name)
    return measured is None or bool(measured.any())


def write_use_cells(
    predict: Predict,
    cells: SplitCells,
    channel_groups: Mapping[str, Sequence[str]],
    out: str | Path,
    *,
    repeats: int,
    seed: int,
) -> None:
    """Write what each example says of the use of each channel by one trained model.

    Parameters
    ----------
    predict
        The model.
    cells
        Of one split.
    channel_groups
        Name → channels that are changed together, besides each channel on its own.
    out
        The columns of `nascent.explain.use.loss.USE_CELLS`. Without two examples there are no rows:
        none has another.
    repeats
        Donors of each example; fewer where there are fewer other examples.
    seed
        Of the donors.
    """
    if len(cells) < 2:
        _LOGGER.warning(
            f"use takes two test {spoken().examples} or more, for each is given the"
            f" {spoken().features} of another; there are %d: the table is empty",
            len(cells),
        )
        write_table(pd.DataFrame(columns=list(USE_CELLS)), out)
        return
    together = units(cells.features, channel_groups)
    error, values = changes_in_error(predict, cells, together, repeats=repeats, seed=seed)
    first = cells.table.assign(squared_error=error)
    parts = [
        pd.concat(
            [
                first.assign(unit=unit.kind, channel=unit.name),
                pd.DataFrame(values[:, number], columns=[*BY_DONOR, *ALONE]),
            ],
            axis=1,
        )
        for number, unit in enumerate(together)
    ]
    write_table(pd.concat(parts, ignore_index=True)[list(USE_CELLS)], out)


def changes_in_error(
    predict: Predict, cells: SplitCells, together: Sequence[Unit], *, repeats: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the squared errors (n,), and what each example counts with, (n, U, changes) float64.

    Each example has `repeats` donors and is a donor as often, see
    `nascent.explain.statistics.exchange`.
    """
    n, y = len(cells), cells.table["y"].to_numpy(np.float64)
    donors = rings(n, repeats, (seed, 1))
    (circle,) = circles_of(donors)
    made = _images(cells, circle, together, len(donors))
    predicted = np.empty((n, 1 + len(together) * (len(ALONE) + len(donors) * len(BY_DONOR))))
    predicted[circle] = np.fromiter(_predicted(predict, made), np.float64).reshape(n, -1)
    errors = np.square(y[:, None] - predicted)
    unchanged, changed = errors[:, 0], errors[:, 1:] - errors[:, :1]
    changed = changed.reshape(n, len(together), -1)
    alone, by_donor = changed[..., : len(ALONE)], changed[..., len(ALONE) :]
    # To (donors, n, units, changes).
    by_donor = by_donor.reshape(n, len(together), len(donors), -1).transpose(2, 0, 1, 3)
    return unchanged, np.concatenate([of_both_roles(by_donor, donors), alone], axis=-1)


def gather_use(
    tables: Mapping[str, Mapping[int, str | Path]],
    groups_path: str | Path,
    out: str | Path,
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write the use of all models of a study.

    Parameters
    ----------
    tables
        Model → seed → its table, as `write_use_cells` writes it.
    groups_path
        The groups of channels (`nascent.explain.duplicates.pairs.CHANNEL_GROUPS`).
    out
        The columns of `nascent.explain.use.loss.USE`; without models, or examples, no rows.
    confidence, draws, seed
        See `nascent.explain.use.loss.use_table`.
    """
    channel_groups = read_table(groups_path, required=["group", "channel"])
    parts = []
    for model, paths in progress(tables.items(), total=len(tables), what="models"):
        uses = read_uses(paths, channel_groups)
        if uses is None:
            continue
        if np.ptp(uses.y) == 0:
            _LOGGER.warning(
                f"%s: all test {spoken().examples} have the same measured value: no skill is"
                " defined, and no use",
                model,
            )
        parts.append(use_table(uses, model, confidence=confidence, draws=draws, seed=seed))
    write_table(pd.concat(parts) if parts else pd.DataFrame(columns=list(USE)), out)


def _images(
    cells: SplitCells, circle: np.ndarray, together: Sequence[Unit], repeats: int
) -> Iterator[tuple[np.ndarray, np.ndarray, Mapping[str, np.ndarray]]]:
    """Yield (image, mask, others), example by example along the circle: as it is, then changed."""
    training_mean, darkness = training_mean_of(cells.explained), darkness_of(cells.explained)
    if training_mean is None:
        training_mean = np.zeros(len(cells.features), np.float32)
    n = len(circle)
    near = [cells.read(int(circle[place])) for place in range(repeats)]
    for place in progress(range(n), total=n, what="cells"):
        near.append(cells.read(int(circle[(place + repeats) % n])))
        cell, *others = near
        del near[0]
        image, mask = cell.image, cell.mask
        own = image[mask]
        donors = [fitted(other.image, other.mask, mask)[mask] for other in others]
        yield image, mask, cell.others
        for unit in together:
            chosen = list(unit.places)
            dark = None if darkness is None else darkness[chosen]
            found = changed_alone(own[:, chosen], training_mean=training_mean[chosen])
            versions = [found[change] for change in ALONE]
            for donor in donors:
                given = changed_by_donor(own[:, chosen], donor[:, chosen], darkness=dark)
                versions += [given[change] for change in BY_DONOR]
            for pixels in versions:
                yield exchanged(image, mask, chosen, pixels), mask, cell.others


def _predicted(
    predict: Predict, images: Iterator[tuple[np.ndarray, np.ndarray, Mapping[str, np.ndarray]]]
) -> Iterator[float]:
    """Yield the predictions of images; all calls have the same number, the last one filled up."""
    while batch := list(islice(images, IMAGES_AT_A_TIME)):
        filled = batch + batch[:1] * (IMAGES_AT_A_TIME - len(batch))
        pixels, masks = (np.stack([each[part] for each in filled]) for part in range(2))
        others = {name: np.stack([each[2][name] for each in filled]) for name in filled[0][2]}
        given = (pixels, masks, others) if others else (pixels, masks)
        yield from np.asarray(predict(*given), np.float64)[: len(batch)]
