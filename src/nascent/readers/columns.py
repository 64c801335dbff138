"""Plain columns of numbers as z-scores by the mean and SD of the training examples.

A missing value becomes the training mean, that is 0. A column that is constant over the training
examples says nothing, and is 0 everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from nascent.errors import StoreError
from nascent.examples import InputSpec
from nascent.readers._examples import refuse_unlike
from nascent.shards.normalise import Normaliser
from nascent.store import open_store
from nascent.store_layout import input_path

if TYPE_CHECKING:
    from nascent.store import Store


@dataclass(frozen=True)
class ColumnsReader:
    """Standardises each feature of an input without places.

    Attributes
    ----------
    spec : InputSpec
        Of the model's input, the same as on disk.
    mean, sd : tuple of float
        Of each feature over the training examples, missing values left out; the SD has ddof 0, and
        is 0 where a feature is constant.

    Raises
    ------
    StoreError
        Where the input has places, or there is not one mean and one SD a feature.
    """

    name: ClassVar[str] = "columns"

    spec: InputSpec
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def __post_init__(self) -> None:
        where = f"reader of the input {self.spec.name!r}"
        if self.spec.places:
            raise StoreError(
                f"it has places ({self.spec.axes}), and columns have none",
                where=where,
                mend="Read it as values or as an image.",
            )
        if {len(self.mean), len(self.sd)} != {len(self.spec.features)}:
            raise StoreError(
                f"there are {len(self.mean)} means and {len(self.sd)} SDs for"
                f" {len(self.spec.features)} features",
                where=where,
            )

    @classmethod
    def of_training(
        cls, stored: InputSpec, paths: Sequence[str | Path], normaliser: Normaliser | None
    ) -> Self:
        """Return the reader of an input of training shards, see `nascent.reader.fitted_reader`.

        Raises
        ------
        StoreError
            Where a value is infinite; the example is named.
        """
        values = np.concatenate([_read(stored, path) for path in paths])
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, values, 0).sum(axis=0) / count
        sd = np.sqrt(np.square(np.where(known, values - mean, 0)).sum(axis=0) / count)
        least = np.where(known, values, np.inf).min(axis=0)
        # Told by the range: the mean of equal values can be off by a rounding.
        sd[~(np.where(known, values, -np.inf).max(axis=0) > least)] = 0
        return cls(stored, tuple(mean.tolist()), tuple(sd.tolist()))

    @property
    def stored(self) -> InputSpec:
        """Specification of the input on disk."""
        return self.spec

    def into(self, values: np.ndarray, measured: np.ndarray | None, out: np.ndarray) -> None:
        """Write the z-scores of one example, (F,) of any type, to `out`, (F,) float32."""
        sd = np.asarray(self.sd)
        scores = (values - np.asarray(self.mean)) / np.where(sd > 0, sd, 1)
        out[...] = np.where((sd > 0) & ~np.isnan(scores), scores, 0)

    def refuse_other(self, store: "Store") -> None:
        """Raise StoreError unless the examples of a store are like those the model learnt from."""
        refuse_unlike(self.stored, store)

    def to_plain(self) -> dict[str, Any]:
        """Return the reader as JSON can hold it; floats come back to the same bits."""
        return {"spec": self.spec.to_plain(), "mean": list(self.mean), "sd": list(self.sd)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the reader of which `to_plain` was made; KeyError where a part is missing."""
        return cls(InputSpec.from_plain(plain["spec"]), tuple(plain["mean"]), tuple(plain["sd"]))


READER = ColumnsReader


def _read(stored: InputSpec, path: str | Path) -> np.ndarray:
    """Return an input of all examples of a shard, (n, F) float64."""
    with open_store(path) as shard:
        refuse_unlike(stored, shard)
        where = input_path(stored.name)
        rows = [np.asarray(shard.array(where, row), np.float64) for row in range(len(shard))]
        values = np.stack(rows) if rows else np.empty((0, *stored.shape))
        infinite = np.isinf(values).any(axis=1)
        if infinite.any():
            raise StoreError(
                f"the input {stored.name!r} of example"
                f" {shard.examples.index[int(infinite.argmax())]} is infinite",
                where=path,
                mend="Leave such examples out, or write the value as missing.",
            )
    return values
