"""What a training is given, and where its results go."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from nascent.examples import TargetSpec
from nascent.files import read_table
from nascent.reader import Reader, fitted_reader
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import shards_of


@dataclass(frozen=True)
class TrainingData:
    """The examples to learn from.

    Attributes
    ----------
    manifest
        The table that lists the shards, which lie beside it.
    normaliser
        Of images: applied to the pixels as they are read; its inputs are the model's channels.
        None where no input is an image.
    targets
        What is predicted: columns of the table of examples, all of one task; numbers in raw counts,
        the loss in the unit of the first. Examples that have none of them are left out.
    removal
        File of the entries that are taken out of the crops of all examples, see
        `nascent.shards.removal_file`.
    target_table
        Table with `id` and the targets, which stand in the place of those of the shards.
    """

    manifest: str | Path
    normaliser: Normaliser | None
    targets: Sequence[TargetSpec]
    removal: str | Path | None = None
    target_table: str | Path | None = None

    @property
    def predicted(self) -> Reader:
        """The targets, their task and classes."""
        return Reader((), tuple(self.targets))

    @cached_property
    def reader(self) -> Reader:
        """From examples as they lie in shards to what a model is given."""
        return fitted_reader(shards_of(self.manifest, "train"), self.normaliser)

    def batches(self, split: str, seed: int | None, batch_size: int) -> Batches:
        """Return the examples of a split, in the order of a seed, or as they lie."""
        return Batches(
            shards_of(self.manifest, split),
            self.reader,
            batch_size=batch_size,
            seed=seed,
            target=None,
            removal=self.removal,
            instead=self._instead,
            answers=self.predicted.columns,
        )

    @cached_property
    def _instead(self) -> pd.DataFrame | None:
        if self.target_table is None:
            return None
        columns = self.predicted.columns
        given = read_table(self.target_table, required=["id", *columns])
        return given.set_index("id")[list(columns)]


@dataclass(frozen=True)
class TrainingFiles:
    """What a training writes.

    Attributes
    ----------
    model
        A `.keras` file, float32, without the optimiser.
    reader
        How its input is made, see `nascent.reader`.
    history
        A table, see `nascent.train.history.history_columns`.
    card
        A JSON record.
    """

    model: Path
    reader: Path
    history: Path
    card: Path
