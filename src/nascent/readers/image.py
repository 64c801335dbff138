"""An image as a model sees it: some channels of those on disk, normalised.

It also reads stacks and any other input of places and channels, whatever its axes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from nascent.errors import StoreError
from nascent.examples import InputSpec
from nascent.readers._examples import refuse_unlike
from nascent.shards.normalise import Normaliser
from nascent.shards.steps import Steps
from nascent.store import open_store

if TYPE_CHECKING:
    from nascent.store import Store

_STATISTICS = ("background", "percentile", "mean", "sd")


@dataclass(frozen=True)
class ImageReader(Normaliser):
    """A normaliser that also knows the shape of what it reads.

    Attributes
    ----------
    spec : InputSpec
        Of the model's input: its features are `inputs`, in their order. On disk the features are
        `channels`, and all else is the same.

    Raises
    ------
    StoreError
        As `Normaliser`, and where the features are not `inputs`.
    """

    name: ClassVar[str] = "image"

    spec: InputSpec

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.spec.features != self.inputs:
            raise StoreError(
                f"the features {', '.join(self.spec.features)} are not the normalised channels"
                f" {', '.join(self.inputs)}",
                where=f"reader of the input {self.spec.name!r}",
            )

    @classmethod
    def of_training(
        cls, stored: InputSpec, paths: Sequence[str | Path], normaliser: Normaliser | None
    ) -> Self:
        """Return the reader of an input of training shards, see `nascent.reader.fitted_reader`.

        Raises
        ------
        StoreError
            Where there is no normaliser.
        """
        if normaliser is None:
            raise StoreError(
                f"the input {stored.name!r} is an image, and there are no channel statistics",
                mend="Give the normaliser of the study.",
            )
        return cls.of(normaliser, stored)

    @classmethod
    def of_shard(cls, normaliser: Normaliser, path: str | Path) -> Self:
        """Return the reader of the images of a shard, and of all that are like them.

        Parameters
        ----------
        normaliser
            From the shard's images to the model's input.
        path
            Of the shard; its first input is read.

        Raises
        ------
        StoreError
            Where its channels are not those of the normaliser.
        """
        with open_store(path) as shard:
            normaliser.refuse_other(shard)
            return cls.of(normaliser, shard.input())

    @classmethod
    def of(cls, normaliser: Normaliser, stored: InputSpec) -> Self:
        """Return the reader of an input, as it is on disk, by a normaliser of its channels."""
        parts = {key: getattr(normaliser, key) for key in ("channels", "inputs", "steps")}
        statistics = {key: getattr(normaliser, key) for key in _STATISTICS}
        return cls(**parts, **statistics, spec=_with_features(stored, normaliser.inputs))

    @property
    def stored(self) -> InputSpec:
        """Specification of the input on disk."""
        return _with_features(self.spec, self.channels)

    def refuse_other(self, store: "Store") -> None:
        """Raise StoreError unless the examples of a store are like those the model learnt from."""
        refuse_unlike(self.stored, store)

    def to_plain(self) -> dict[str, Any]:
        """Return the reader as JSON can hold it; floats come back to the same bits."""
        statistics = {key: getattr(self, key) for key in _STATISTICS}
        return {
            "spec": self.spec.to_plain(),
            "channels": list(self.channels),
            "steps": asdict(self.steps),
            "statistics": {
                key: None if values is None else [float(value) for value in values]
                for key, values in statistics.items()
            },
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the reader of which `to_plain` was made.

        Raises
        ------
        KeyError
            Where a part is missing.
        NascentError
            Where the parts contradict each other, or there is a part that nobody knows.
        """
        spec = InputSpec.from_plain(plain["spec"])
        statistics = {
            key: None if plain["statistics"][key] is None else tuple(plain["statistics"][key])
            for key in _STATISTICS
        }
        return cls(
            channels=tuple(plain["channels"]),
            inputs=spec.features,
            steps=Steps.of(plain["steps"]),
            **statistics,
            spec=spec,
        )


READER = ImageReader


def _with_features(spec: InputSpec, features: tuple[str, ...]) -> InputSpec:
    return replace(spec, shape=(*spec.places, len(features)), features=features)
