"""What training reads of the shards: their targets, and batches as Keras takes them."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.augmentation import SizeRatios
from nascent.errors import TrainError, did_you_mean
from nascent.provenance import file_digest
from nascent.shards.batches import Batches
from nascent.task import REGRESSION, Task, task_of
from nascent.words import spoken

logger = logging.getLogger(__name__)

Example = tuple[dict[str, np.ndarray], np.ndarray]
"""Inputs and masks by name, see `nascent.shards.batches.Batches`, and targets (n, T) float32, NaN
where one is missing."""


@dataclass(frozen=True)
class Targets:
    """The targets over the training examples.

    Attributes
    ----------
    columns
        Of the table of examples, one a target.
    means, sds
        Where the outputs of a network start, and their unit, one an output, see
        `nascent.task.Task.start`.
    cells
        Number of training examples n.
    task
        What is predicted.
    levels
        Names of the classes, where it has some.
    values
        (n, T) float64, as the task has its answers; NaN where one is missing.
    """

    columns: tuple[str, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    cells: int
    task: Task = field(default_factory=lambda: task_of(REGRESSION))
    levels: tuple[str, ...] = ()
    values: np.ndarray = field(default_factory=lambda: np.empty((0, 1)), repr=False, compare=False)

    @property
    def known(self) -> np.ndarray:
        """Number of training examples that have each target, (T,); all have one at least."""
        return np.count_nonzero(~np.isnan(self.values), axis=0)

    @property
    def some_missing(self) -> bool:
        """Whether an example lacks one of the targets."""
        return bool((self.known < len(self.values)).any())


def target_values(
    batches: Batches, columns: Sequence[str], task: str = REGRESSION, levels: Sequence[str] = ()
) -> pd.DataFrame:
    """Return columns of the table of examples as the targets: id → (T,) float64.

    They are as the task has its answers: numbers in raw counts, or the numbers of classes; NaN
    where an answer is missing.

    Raises
    ------
    TrainError
        Where there is no such column (the nearest is named), or a target is no answer of the task;
        the example is named.
    """
    if batches.examples.empty:
        return pd.DataFrame(columns=list(columns), dtype=np.float64)
    for column in columns:
        if column not in batches.examples.columns:
            raise TrainError(
                f"the {spoken().example} table has no column {column!r} to predict",
                where="also_predict",
                mend=did_you_mean(column, [str(name) for name in batches.examples.columns]),
            )
    try:
        values = {
            column: _encoded(task_of(task), batches.examples[column], levels) for column in columns
        }
    except TrainError as error:
        raise TrainError(error.what, where="train", mend=error.mend) from error
    return pd.DataFrame(values, index=batches.examples.index)


def _encoded(task: Task, answers: pd.Series, levels: Sequence[str]) -> np.ndarray:
    values, known = np.full(len(answers), np.nan), task.known(answers)
    values[known] = task.encode(answers[known], levels)
    return values


def training_targets(
    train: Batches, columns: Sequence[str], task: str = REGRESSION, levels: Sequence[str] = ()
) -> Targets:
    """Return what training needs to know of the targets of the training examples.

    Raises
    ------
    TrainError
        Where no example has one of the targets, all of one are equal, the examples do not fill one
        batch, or the mask of the object is not that of the measured values.
    """
    if not train.one_mask:
        # Augmentation changes what was measured, and pooling averages the object, by one mask.
        raise TrainError(
            "the mask of the object differs from that of the measured values",
            where=train.paths[0],
            mend="Training knows one mask: write shards in which the two are the same.",
        )
    values = target_values(train, columns, task, levels)
    refuse_unanswered(values, train, "training")
    if len(values) < max(train.batch_size, 2):
        raise TrainError(
            f"a batch of {train.batch_size} is larger than the training set of {len(values)}"
            f" {spoken().examples}",
            where="train",
            mend=f"Lower the model's batch_size, or train on more {spoken().examples}.",
        )
    for column in columns:
        known = train.examples[column].dropna()
        if not values[column].std(ddof=1) > 0:
            raise TrainError(
                f"all {len(known)} training {spoken().examples} have the same target,"
                f" {known.iloc[0]} (column {column!r})",
                where="train",
                mend="There is nothing to learn: check target and also_predict.",
            )
    numbers = values.to_numpy(np.float64)
    means, sds = task_of(task).start(numbers, levels)
    return Targets(
        *(tuple(columns), tuple(means), tuple(sds), len(values)),
        task=task_of(task),
        levels=tuple(levels),
        values=numbers,
    )


def refuse_unanswered(values: pd.DataFrame, batches: Batches, split: str) -> None:
    """Raise TrainError where no example of a split has one of the targets; say how many lack one.

    Parameters
    ----------
    values
        The targets of the split, from `target_values`.
    batches
        Of the split.
    split
        What it is called.
    """
    total = len(values) + batches.unanswered
    for column in values.columns:
        missing = int(values[column].isna().sum()) + batches.unanswered
        if total and missing == total:
            raise TrainError(
                f"none of {total} {split} {spoken().examples} has the target (column {column!r})",
                where="train",
                mend=f"Choose the {spoken().examples} by splits.select, or predict another column.",
            )
        if missing:
            logger.warning(
                f"%d of %d %s {spoken().examples} have no target (column %r): it is not learnt from"
                " them",
                *(missing, total, split, column),
            )


def size_ratios(train: Batches) -> SizeRatios:
    """Return the three numbers of the training examples' size ratios.

    Raises
    ------
    TrainError
        Where the table of examples does not have them, or one cannot be.
    """
    mend = "Make the crops again, or set augment.zoom to none."
    if "size_ratio" not in train.examples.columns:
        raise TrainError(
            f"the {spoken().example} table has no column 'size_ratio', which the zoom is drawn"
            " from",
            where="augment.zoom",
            mend=mend,
        )
    try:
        return SizeRatios.of(train.examples["size_ratio"].astype(np.float64))
    except ValueError as error:
        raise TrainError(str(error), where="augment.zoom", mend=mend) from error


def fingerprint(
    manifest: str | Path,
    splits: Iterable[Batches],
    columns: Sequence[str],
    task: str = REGRESSION,
    levels: Sequence[str] = (),
) -> str:
    """Return a digest of the shards' pixels, by the table that lists them, and of the targets.

    Two data sets with equal pixels and other targets (background taken off or not) differ in it,
    and so do those of which other entries are removed.
    """
    digest = hashlib.sha256(Path(manifest).read_bytes())
    for batches in splits:
        if batches.removal is not None:
            digest.update(f"{file_digest(batches.removal)}\n".encode())
        for example_id, *values in target_values(batches, columns, task, levels).itertuples():
            digest.update(f"{example_id} {' '.join(map(repr, values))}\n".encode())
    return digest.hexdigest()


def examples(
    batches: Batches,
    columns: Sequence[str],
    epoch: int = 0,
    *,
    task: str = REGRESSION,
    levels: Sequence[str] = (),
) -> Iterator[Example]:
    """Yield one pass over the examples, as Keras takes them.

    Yields
    ------
    tuple
        Inputs and masks by name, and the targets (n, T) float32; NaN where one is missing.
    """
    values = target_values(batches, columns, task, levels).to_numpy(np.float32)
    values = values[batches.order(epoch)]
    first = 0
    for batch in batches.read(epoch):
        last = first + len(batch)
        # Taken out, so that nothing here holds this batch while the next one is made.
        yield {name: batch.inputs.pop(name) for name in [*batch.inputs]}, values[first:last]
        first = last
