"""How a model's errors change when features of its inputs are exchanged, one unit at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from nascent.attribute.baselines import training_mean_of
from nascent.attribute.references import fitted
from nascent.explain.statistics.exchange import circles_of, rings
from nascent.explain.use.changes import (
    ALONE,
    BY_DONOR,
    CHANGES,
    changed_alone,
    changed_by_donor,
    changes_of,
    darkness_of,
    exchanged,
)
from nascent.explain.use.chosen import SeenExample, SplitCells
from nascent.explain.use.loss import Unit, of_both_roles
from nascent.logs import progress
from nascent.reader import InputReader, Reader
from nascent.words import spoken

IMAGES_AT_A_TIME = 64

Predict = Callable[[Mapping[str, np.ndarray]], np.ndarray]
"""Inputs of a model and the masks of their objects by name, (n, …) each → (n,)."""


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
    inputs = _exchanged_inputs(cells.reader, together)
    width = 1 + sum(one.versions(len(donors)) for one in inputs)
    made = _versions(cells, circle, inputs, len(donors))
    predicted = np.empty((n, width))
    predicted[circle] = np.fromiter(_predicted(predict, made), np.float64).reshape(n, -1)
    errors = np.square(y[:, None] - predicted)
    unchanged, changed = errors[:, 0], errors[:, 1:] - errors[:, :1]
    found, first = [], 0
    for one in inputs:
        last = first + one.versions(len(donors))
        found.append(_what_counts(changed[:, first:last], one, donors))
        first = last
    return unchanged, np.concatenate(found, axis=1)


@dataclass(frozen=True)
class _ExchangedInput:
    """An input, the units of its features, and the changes that can be made of them."""

    reader: InputReader
    units: Sequence[Unit]

    @property
    def alone(self) -> list[str]:
        return [change for change in ALONE if change in changes_of(self.reader)]

    @property
    def by_donor(self) -> list[str]:
        return [change for change in BY_DONOR if change in changes_of(self.reader)]

    def versions(self, donors: int) -> int:
        """Return how many changed versions an example has."""
        return len(self.units) * (len(self.alone) + donors * len(self.by_donor))


def _exchanged_inputs(reader: Reader, together: Sequence[Unit]) -> list[_ExchangedInput]:
    every = [
        _ExchangedInput(one, [unit for unit in together if unit.input == one.spec.name])
        for one in reader.inputs
    ]
    return [one for one in every if one.units]


def _what_counts(changed: np.ndarray, one: _ExchangedInput, donors: np.ndarray) -> np.ndarray:
    """Return what each example counts with, (n, units, changes), of its changes in error."""
    n, units = len(changed), len(one.units)
    changed = changed.reshape(n, units, -1)
    alone, by_donor = changed[..., : len(one.alone)], changed[..., len(one.alone) :]
    # To (donors, n, units, changes).
    by_donor = by_donor.reshape(n, units, len(donors), -1).transpose(2, 0, 1, 3)
    made = np.concatenate([of_both_roles(by_donor, donors), alone], axis=-1)
    values = np.full((n, units, len(CHANGES)), np.nan)
    values[..., [CHANGES.index(change) for change in (*one.by_donor, *one.alone)]] = made
    return values


def _versions(
    cells: SplitCells, circle: np.ndarray, inputs: Sequence[_ExchangedInput], repeats: int
) -> Iterator[Mapping[str, np.ndarray]]:
    """Yield what the model is given, example by example along the circle: as it is, then changed.

    Changed is one unit at a time, of one input; the others stay as they are.
    """
    n = len(circle)
    near = [cells.read(int(circle[place])) for place in range(repeats)]
    for place in progress(range(n), total=n, what=spoken().examples):
        near.append(cells.read(int(circle[(place + repeats) % n])))
        example, *others = near
        del near[0]
        given = {**example.inputs, **example.objects}
        yield given
        for one in inputs:
            for changed in _changed(example, others, one):
                yield given | {one.reader.spec.name: changed}


def _changed(
    example: SeenExample, others: Sequence[SeenExample], one: _ExchangedInput
) -> Iterator[np.ndarray]:
    """Yield the versions of an input (places …, C): its units, each changed alone and by donors."""
    name, training_mean = one.reader.spec.name, training_mean_of(one.reader)
    darkness = darkness_of(one.reader)
    if training_mean is None:
        training_mean = np.zeros(len(one.reader.spec.features), np.float32)
    values, mask = example.inputs[name], example.measured[name]
    own = values[mask]
    donors = [fitted(other.inputs[name], other.measured[name], mask)[mask] for other in others]
    for unit in one.units:
        chosen = list(unit.places)
        dark = None if darkness is None else darkness[chosen]
        found = changed_alone(own[:, chosen], training_mean=training_mean[chosen])
        versions = [found[change] for change in one.alone]
        for donor in donors:
            given = changed_by_donor(own[:, chosen], donor[:, chosen], darkness=dark)
            versions += [given[change] for change in one.by_donor]
        for pixels in versions:
            yield exchanged(values, mask, chosen, pixels)


def _predicted(predict: Predict, versions: Iterator[Mapping[str, np.ndarray]]) -> Iterator[float]:
    """Yield the predictions; all calls have the same number of versions, the last filled up."""
    while batch := list(islice(versions, IMAGES_AT_A_TIME)):
        filled = batch + batch[:1] * (IMAGES_AT_A_TIME - len(batch))
        given = {name: np.stack([each[name] for each in filled]) for name in filled[0]}
        yield from np.asarray(predict(given), np.float64)[: len(batch)]
