"""What training reads of the shards: their targets, and batches as Keras takes them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.files import read_table
from nascent.shards.batches import Batches
from nascent.store import open_store


@dataclass(frozen=True)
class Target:
    """The target over the training cells.

    Attributes
    ----------
    mean, sd
        In raw counts; sd with n - 1 in the denominator.
    cells
        Number of training cells n.
    size
        Edge S of their crops, in pixels.
    """

    mean: float
    sd: float
    cells: int
    size: int


def shards_of(manifest: str | Path, split: str) -> list[Path]:
    """Return the shards of a split, which lie beside the table that lists them."""
    table = read_table(manifest, required=["shard", "split"])
    return [
        Path(manifest).parent / f"{name}.h5" for name in table["shard"][table["split"] == split]
    ]


def targets(batches: Batches, column: str) -> pd.Series:
    """Return a column of the cell table as the target: cell_id → float64, in raw counts.

    Raises
    ------
    TrainError
        Where a target is missing or not finite; the cell is named.
    """
    if batches.cells.empty:
        return pd.Series(dtype=np.float64, name=column)
    values = batches.cells[column].astype(np.float64)
    wrong = values.index[~np.isfinite(values)]
    if len(wrong):
        raise TrainError(
            f"the target of cell {wrong[0]} is {values[wrong[0]]}",
            where="train",
            mend="Remove the cell by a quality rule or by crops.exclude.",
        )
    return values


def training_target(train: Batches, column: str) -> Target:
    """Return the target's mean and SD over the training cells.

    Raises
    ------
    TrainError
        Where a target is missing (the cell is named), all are equal, or the cells do not fill one
        batch.
    """
    values = targets(train, column)
    if len(values) < max(train.batch_size, 2):
        raise TrainError(
            f"a batch of {train.batch_size} is larger than the training set of {len(values)} cells",
            where="train",
            mend="Lower the model's batch_size, or train on more cells.",
        )
    sd = float(values.std(ddof=1))
    if not sd > 0:
        raise TrainError(
            f"all {len(values)} training cells have the same target, {values.iloc[0]}",
            where="train",
            mend="There is nothing to learn: check crops.target.",
        )
    with open_store(train.paths[0]) as store:
        size = store.size
    return Target(float(values.mean()), sd, len(values), size)


def fingerprint(manifest: str | Path, splits: Iterable[Batches], column: str) -> str:
    """Return a digest of the shards' pixels, by the table that lists them, and of the targets.

    Two data sets with equal pixels and other targets (background taken off or not) differ in it.
    """
    digest = hashlib.sha256(Path(manifest).read_bytes())
    for batches in splits:
        for cell_id, target in targets(batches, column).items():
            digest.update(f"{cell_id} {target!r}\n".encode())
    return digest.hexdigest()


def examples(
    batches: Batches, epoch: int = 0
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Yield one pass over the cells, as Keras takes them.

    Yields
    ------
    tuple
        {"image": (n, S, S, C) float32, "mask": (n, S, S) bool} and the target (n, 1) float32.
    """
    for batch in batches.read(epoch):
        inputs = {"image": batch["image"], "mask": batch["mask"]}
        yield inputs, batch["target"].astype(np.float32)[:, None]
