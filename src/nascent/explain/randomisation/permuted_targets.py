"""Targets that belong to other examples, for a model that can learn nothing from its images.

Adebayo J, Gilmer J, Muelly M, Goodfellow I, Hardt M, Kim B: Sanity checks for saliency maps,
NeurIPS 2018, section 4: maps that stay the same when a model is trained on permuted labels do not
tell of what it learnt.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import AttributionError, did_you_mean
from nascent.files import write_table
from nascent.shards.plan import shards_of
from nascent.store import open_store
from nascent.words import spoken

PERMUTED = ("train", "val")
"""Splits whose targets a training reads."""


def permute_targets(
    manifest: str | Path, out: str | Path, *, columns: Sequence[str], seed: Sequence[int]
) -> None:
    """Write the targets of the training and validation examples, permuted within each split.

    The targets of an example move together.

    Parameters
    ----------
    manifest
        The table that lists the shards, which lie beside it.
    out
        Of the table: `id`, `split`, `taken_from` (the example whose targets these are) and the
        targets.
    columns
        Of the table of examples, the targets.
    seed
        Of the permutation: numbers, in order.

    Raises
    ------
    AttributionError
        Where the table of examples lacks a target.
    """
    parts = []
    for number, split in enumerate(PERMUTED):
        cells = [_targets(path, columns) for path in shards_of(manifest, split)]
        if not cells:
            continue
        table = pd.concat(cells)
        places = np.random.default_rng([*seed, number]).permutation(len(table))
        taken = table.iloc[places].reset_index(names="taken_from")
        taken.insert(0, "split", split)
        taken.insert(0, "id", table.index)
        parts.append(taken)
    empty = pd.DataFrame(columns=["id", "split", "taken_from", *columns])
    write_table(pd.concat(parts, ignore_index=True) if parts else empty, out)


def _targets(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    with open_store(path) as store:
        for column in columns:
            if column not in store.examples.columns:
                raise AttributionError(
                    f"the {spoken().example} table has no column {column!r}",
                    where=path,
                    mend=did_you_mean(column, [str(name) for name in store.examples.columns]),
                )
        return store.examples[list(columns)]
