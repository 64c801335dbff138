"""Values as they lie on disk: sequences in one-hot code, fractions, whatever needs no scaling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from nascent.examples import InputSpec
from nascent.readers._examples import refuse_unlike
from nascent.shards.normalise import Normaliser

if TYPE_CHECKING:
    from nascent.store import Store


@dataclass(frozen=True)
class ValuesReader:
    """Gives a model the values of an input as float32; zero where they were not measured.

    Attributes
    ----------
    spec : InputSpec
        Of the model's input, the same as on disk.
    """

    name: ClassVar[str] = "values"

    spec: InputSpec

    @classmethod
    def of_training(
        cls, stored: InputSpec, paths: Sequence[str | Path], normaliser: Normaliser | None
    ) -> Self:
        """Return the reader of an input of training shards, see `nascent.reader.fitted_reader`."""
        return cls(stored)

    @property
    def stored(self) -> InputSpec:
        """Specification of the input on disk."""
        return self.spec

    def into(self, values: np.ndarray, measured: np.ndarray | None, out: np.ndarray) -> None:
        """Write the input of one example, (…, F) of any type, to `out`, (…, F) float32."""
        out[...] = values
        if measured is not None:
            out[~measured] = 0

    def refuse_other(self, store: "Store") -> None:
        """Raise StoreError unless the examples of a store are like those the model learnt from."""
        refuse_unlike(self.stored, store)

    def to_plain(self) -> dict[str, Any]:
        """Return the reader as JSON can hold it."""
        return {"spec": self.spec.to_plain()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the reader of which `to_plain` was made; KeyError where a part is missing."""
        return cls(InputSpec.from_plain(plain["spec"]))


READER = ValuesReader
