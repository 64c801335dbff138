"""Which cells lie in which shard, known from the table of splits alone."""

from pathlib import Path

import numpy as np
import pandas as pd

from nascent.files import read_table
from nascent.splits.fractions import SPLITS


def plan_shards(splits: pd.DataFrame, cells: int, seed: int) -> pd.DataFrame:
    """Deal the cells of each split to shards in a random order, so that wells mix.

    Parameters
    ----------
    splits
        Columns `cell_id` and `split`; others are kept. The row order does not matter.
    cells
        Cells a shard; the last of a split holds the rest.
    seed
        Of the order.

    Returns
    -------
    pandas.DataFrame
        The rows of the splits in the order in which the cells are written, and `shard`:
        `train-00000` and so on.
    """
    parts = []
    for number, split in enumerate(SPLITS):
        own = splits[splits["split"] == split].sort_values("cell_id")
        # A generator a split: another number of training cells leaves the others' order alone.
        order = np.random.default_rng([seed, number]).permutation(len(own))
        shard = [shard_name(split, place // cells) for place in range(len(own))]
        parts.append(own.iloc[order].assign(shard=shard))
    return pd.concat(parts, ignore_index=True)


def wells_of_shards(plan: pd.DataFrame) -> dict[str, set[tuple[str, str]]]:
    """Return the wells that each shard takes cells from.

    Parameters
    ----------
    plan
        Of `plan_shards`, with the columns `plate` and `well`.

    Returns
    -------
    Shard → (plate, well) of its cells.
    """
    return {
        str(shard): set(cells.itertuples(index=False, name=None))
        for shard, cells in plan.groupby("shard")[["plate", "well"]]
    }


def number_of_shards(splits: pd.DataFrame, cells: int) -> dict[str, int]:
    """Return how many shards each split has with `cells` cells a shard."""
    counts = splits["split"].value_counts()
    return {split: -(-int(counts.get(split, 0)) // cells) for split in SPLITS}


def shard_names(splits: pd.DataFrame, split: str, cells: int) -> list[str]:
    """Return the names of a split's shards, in order."""
    return [shard_name(split, number) for number in range(number_of_shards(splits, cells)[split])]


def shard_name(split: str, number: int) -> str:
    """Return the name of a shard: `train-00000`."""
    return f"{split}-{number:05d}"


def all_shards(manifest: str | Path) -> list[Path]:
    """Return the shards of all splits, which lie beside the table that lists them."""
    return [path for split in SPLITS for path in shards_of(manifest, split)]


def shards_of(manifest: str | Path, split: str) -> list[Path]:
    """Return the shards of a split, which lie beside the table that lists them."""
    table = read_table(manifest, required=["shard", "split"])
    return [
        Path(manifest).parent / f"{name}.h5" for name in table["shard"][table["split"] == split]
    ]
