"""What training reads of the shards: their targets, and batches as Keras takes them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.augmentation import SizeRatios
from nascent.errors import TrainError, did_you_mean
from nascent.provenance import file_digest
from nascent.shards.batches import Batches
from nascent.store import open_store

Example = tuple[dict[str, np.ndarray], np.ndarray]
"""{"image": (n, S, S, C) float32, "mask": (n, S, S) bool} and the targets (n, T) float32."""


@dataclass(frozen=True)
class Targets:
    """The targets over the training cells.

    Attributes
    ----------
    columns
        Of the cell table, one a target.
    means, sds
        In raw counts, one a target; sd with n - 1 in the denominator.
    cells
        Number of training cells n.
    size
        Edge S of their crops, in pixels.
    """

    columns: tuple[str, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    cells: int
    size: int


def target_values(batches: Batches, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of the cell table as the targets: cell_id → (T,) float64, in raw counts.

    Raises
    ------
    TrainError
        Where there is no such column (the nearest is named), or a target is missing or not finite;
        the cell is named.
    """
    if batches.cells.empty:
        return pd.DataFrame(columns=list(columns), dtype=np.float64)
    for column in columns:
        if column not in batches.cells.columns:
            raise TrainError(
                f"the cell table has no column {column!r} to predict",
                where="also_predict",
                mend=did_you_mean(column, [str(name) for name in batches.cells.columns]),
            )
    try:
        values = batches.cells[list(columns)].astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TrainError(
            f"a target is not a number ({error})",
            where="also_predict",
            mend="Name columns of numbers.",
        ) from error
    for column in columns:
        wrong = np.flatnonzero(~np.isfinite(values[column]))
        if len(wrong):
            raise TrainError(
                f"the target of cell {values.index[wrong[0]]} is {values[column].iloc[wrong[0]]}"
                f" (column {column!r})",
                where="train",
                mend="Remove the cell by a quality rule or by crops.exclude.",
            )
    return values


def training_targets(train: Batches, columns: Sequence[str]) -> Targets:
    """Return the targets' means and SDs over the training cells.

    Raises
    ------
    TrainError
        Where a target is missing (the cell is named), all are equal, the cells do not fill one
        batch, or the mask of the object is not that of the measured values.
    """
    if not train.one_mask:
        # Augmentation changes what was measured, and pooling averages the object, by one mask.
        raise TrainError(
            "the mask of the object differs from that of the measured values",
            where=train.paths[0],
            mend="Training knows one mask: write shards in which the two are the same.",
        )
    values = target_values(train, columns)
    if len(values) < max(train.batch_size, 2):
        raise TrainError(
            f"a batch of {train.batch_size} is larger than the training set of {len(values)} cells",
            where="train",
            mend="Lower the model's batch_size, or train on more cells.",
        )
    sds = values.std(ddof=1)
    for column in columns:
        if not sds[column] > 0:
            raise TrainError(
                f"all {len(values)} training cells have the same target,"
                f" {values[column].iloc[0]} (column {column!r})",
                where="train",
                mend="There is nothing to learn: check crops.target and also_predict.",
            )
    with open_store(train.paths[0]) as store:
        size = store.size
    means = tuple(float(mean) for mean in values.mean())
    return Targets(tuple(columns), means, tuple(float(sd) for sd in sds), len(values), size)


def size_ratios(train: Batches) -> SizeRatios:
    """Return the three numbers of the training cells' size ratios.

    Raises
    ------
    TrainError
        Where the cell table does not have them, or one cannot be.
    """
    mend = "Make the crops again, or set augment.zoom to none."
    if "size_ratio" not in train.cells.columns:
        raise TrainError(
            "the cell table has no column 'size_ratio', which the zoom is drawn from",
            where="augment.zoom",
            mend=mend,
        )
    try:
        return SizeRatios.of(train.cells["size_ratio"].astype(np.float64))
    except ValueError as error:
        raise TrainError(str(error), where="augment.zoom", mend=mend) from error


def fingerprint(manifest: str | Path, splits: Iterable[Batches], columns: Sequence[str]) -> str:
    """Return a digest of the shards' pixels, by the table that lists them, and of the targets.

    Two data sets with equal pixels and other targets (background taken off or not) differ in it,
    and so do those of which other entries are removed.
    """
    digest = hashlib.sha256(Path(manifest).read_bytes())
    for batches in splits:
        if batches.removal is not None:
            digest.update(f"{file_digest(batches.removal)}\n".encode())
        for cell_id, *values in target_values(batches, columns).itertuples():
            digest.update(f"{cell_id} {' '.join(map(repr, values))}\n".encode())
    return digest.hexdigest()


def examples(batches: Batches, columns: Sequence[str], epoch: int = 0) -> Iterator[Example]:
    """Yield one pass over the cells, as Keras takes them.

    Yields
    ------
    tuple
        {"image": (n, S, S, C) float32, "mask": (n, S, S) bool} and the targets (n, T) float32.
    """
    values = batches.cells[list(columns)].to_numpy(np.float32)[batches.order(epoch)]
    first = 0
    for batch in batches.read(epoch):
        last = first + len(batch)
        # Taken out, so that nothing here holds this batch while the next one is made.
        yield {name: batch.inputs.pop(name) for name in ("image", "mask")}, values[first:last]
        first = last
