"""Which examples lie in which shard, known from the table of splits alone."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent import provenance
from nascent.files import read_table
from nascent.splits.fractions import SPLITS

_NAME = re.compile(rf"({'|'.join(SPLITS)})-(\d{{5}})\.h5")
_LOGGER = logging.getLogger(__name__)


def plan_shards(splits: pd.DataFrame, cells: int, seed: int) -> pd.DataFrame:
    """Deal the examples of each split to shards in a random order, so that groups mix.

    Parameters
    ----------
    splits
        Columns `id` and `split`; others are kept. The row order does not matter.
    cells
        Examples a shard; the last of a split holds the rest.
    seed
        Of the order.

    Returns
    -------
    pandas.DataFrame
        The rows of the splits in the order in which the examples are written, and `shard`:
        `train-00000` and so on.
    """
    parts = []
    for number, split in enumerate(SPLITS):
        own = splits[splits["split"] == split].sort_values("id")
        # A generator a split: another number of training examples leaves the others' order alone.
        order = np.random.default_rng([seed, number]).permutation(len(own))
        shard = [shard_name(split, place // cells) for place in range(len(own))]
        parts.append(own.iloc[order].assign(shard=shard))
    return pd.concat(parts, ignore_index=True)


def parts_of_shards(plan: pd.DataFrame) -> dict[str, list[str]]:
    """Return the parts that each shard takes examples from, sorted by name.

    Parameters
    ----------
    plan
        Of `plan_shards`, with the column `part`.

    Returns
    -------
    Shard → parts of its examples.
    """
    return {
        str(shard): sorted(set(parts.astype(str))) for shard, parts in plan.groupby("shard")["part"]
    }


def number_of_shards(splits: pd.DataFrame, cells: int) -> dict[str, int]:
    """Return how many shards each split has with `cells` examples a shard."""
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


def remove_unplanned(planned: Sequence[str | Path]) -> list[Path]:
    """Remove shards of an earlier plan, so that what lies in a folder is what its plan names.

    With more examples a shard, or fewer examples, there are fewer shards; those of higher numbers
    would stay beside the others, and whoever reads all files of the folder would read examples
    twice.

    Parameters
    ----------
    planned
        All shards of a fold, as they now are. In their folders, other files that are called like a
        shard are removed with their records; whatever is called otherwise stays.

    Returns
    -------
    list of Path
        What was removed.
    """
    kept = {Path(path).parent.resolve() / Path(path).name for path in planned}
    removed = []
    for folder in sorted({path.parent for path in kept}):
        for path in sorted(folder.iterdir()):
            if _NAME.fullmatch(path.name) and path.is_file() and path not in kept:
                _LOGGER.info("%s: removed, it is no shard of this plan", path)
                path.unlink()
                provenance.forget(path)
                removed.append(path)
    return removed
