"""What a trained model reads and predicts: the file beside it that says how its input is made.

Whoever asks a trained model takes the reader from the model's folder, and so gives the model what
it was trained with: the same features, in the same order, normalised by the same statistics.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from nascent.by_name import file_of, load
from nascent.errors import ExampleError, NascentError, StoreError, did_you_mean
from nascent.examples import InputSpec, TargetSpec
from nascent.files import write_json

if TYPE_CHECKING:
    import numpy as np

    from nascent.shards.normalise import Normaliser
    from nascent.store import Store

PACKAGE = "nascent.readers"

IMAGE, COLUMNS, VALUES = "image", "columns", "values"

FILE = "reader.json"
FORMAT, VERSION = "nascent reader", 2


class InputReader(Protocol):
    """How one input of a model is made of examples: the class `READER` of a file of readers.

    Attributes
    ----------
    name : str
        Of the file.
    spec : InputSpec
        Of the model's input.
    stored : InputSpec
        Of the input on disk.
    """

    name: ClassVar[str]
    spec: InputSpec
    stored: InputSpec

    @classmethod
    def of_training(
        cls, stored: InputSpec, paths: Sequence[str | Path], normaliser: "Normaliser | None"
    ) -> Self:
        """Return the reader of an input, with its statistics of the training shards."""

    def into(self, values: "np.ndarray", measured: "np.ndarray | None", out: "np.ndarray") -> None:
        """Write the model's input of one example to `out`, float32 in the shape of `spec`.

        Parameters
        ----------
        values
            As on disk.
        measured
            Where values were measured; None where everywhere.
        out
            Zero afterwards where nothing was measured.
        """

    def refuse_other(self, store: "Store") -> None:
        """Raise StoreError unless the examples of a store are like those the model learnt from."""

    def to_plain(self) -> dict[str, Any]:
        """Return the reader as JSON can hold it."""

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the reader of which `to_plain` was made; KeyError where a part is missing."""


@dataclass(frozen=True)
class Reader:
    """How the inputs of a model are made of examples, and what it predicts.

    Attributes
    ----------
    inputs : tuple
        One reader an input of the model, of a class `READER` of `nascent.readers`.
    targets : tuple of TargetSpec
        What the model predicts, in the order of its outputs; all of one task.
    loss : str
        By which it learnt, which says what its outputs are; empty for the usual one of the task.
    """

    inputs: tuple[InputReader, ...]
    targets: tuple[TargetSpec, ...] = ()
    loss: str = ""

    @property
    def specs(self) -> tuple[InputSpec, ...]:
        """Specifications of the model's inputs, in order."""
        return tuple(one.spec for one in self.inputs)

    @property
    def task(self) -> str:
        """Name of the task of the targets.

        Raises
        ------
        StoreError
            Where it knows no target.
        """
        if not self.targets:
            raise StoreError("the reader knows no target of the model", where=FILE)
        return self.targets[0].task

    @property
    def columns(self) -> list[str]:
        """Columns of the targets, or their names where they are arrays."""
        return [one.column or one.name for one in self.targets]

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the outputs; numbers have none."""
        return self.targets[0].levels if self.targets else ()

    def input(self, name: str) -> InputReader:
        """Return the reader of an input.

        Raises
        ------
        StoreError
            Where the model reads no such input; the nearest is named.
        """
        named = {one.spec.name: one for one in self.inputs}
        if name not in named:
            raise StoreError(f"the model reads no input {name!r}", mend=did_you_mean(name, named))
        return named[name]

    def refuse_other(self, store: "Store") -> None:
        """Raise StoreError unless the examples of a store are like those the model learnt from."""
        for one in self.inputs:
            one.refuse_other(store)

    def to_plain(self) -> dict[str, Any]:
        """Return the reader as JSON can hold it."""
        inputs = [{"reader": one.name} | one.to_plain() for one in self.inputs]
        targets = [one.to_plain() for one in self.targets]
        plain = {"format": FORMAT, "version": VERSION, "inputs": inputs, "targets": targets}
        return plain | ({"loss": self.loss} if self.loss else {})


def usual_reader(spec: InputSpec) -> str:
    """Return the name of the reader of an input, by its axes.

    Without places it is read as columns; where the features are channels (`c`) as an image, stacks
    too; all else as values.
    """
    if not spec.places:
        return COLUMNS
    return IMAGE if spec.axes.endswith("c") else VALUES


def fitted_reader(paths: Sequence[str | Path], normaliser: "Normaliser | None" = None) -> Reader:
    """Return the readers of all inputs of examples, fitted to the training shards.

    Parameters
    ----------
    paths
        Of the training shards.
    normaliser
        Of images, by the channel statistics of the study; None where no input is an image.

    Raises
    ------
    StoreError
        Where there is no shard, shards differ in what they hold, or an image has no normaliser.
    """
    from nascent.store import open_store

    if not paths:
        raise StoreError(
            "there are no training shards",
            where="splits",
            mend="Give train a share in splits.fractions.",
        )
    with open_store(paths[0]) as shard:
        specs = shard.inputs
    readers = [load(PACKAGE, usual_reader(one), ExampleError, "reader").READER for one in specs]
    return Reader(
        tuple(
            one.of_training(spec, paths, normaliser)
            for one, spec in zip(readers, specs, strict=True)
        )
    )


def reader_of(given: "Reader | InputReader | Normaliser", paths: Sequence[str | Path]) -> Reader:
    """Return a reader of examples.

    Parameters
    ----------
    given
        It itself, the reader of one input, or the normaliser of the first input, an image.
    paths
        Shards that are read.

    Raises
    ------
    StoreError
        Where the channels of a shard are not those of the normaliser.
    """
    if isinstance(given, Reader):
        return given
    if hasattr(given, "spec"):
        return Reader((given,))
    image = load(PACKAGE, IMAGE, ExampleError, "reader").READER
    return Reader((image.of_shard(given, paths[0]),) if paths else ())


def write_reader(
    inputs: Sequence[InputReader],
    path: str | Path,
    *,
    targets: Sequence[TargetSpec] = (),
    loss: str = "",
) -> None:
    """Write the readers of a model's inputs, what it predicts, and by which loss it learnt to."""
    write_json(Reader(tuple(inputs), tuple(targets), loss).to_plain(), path)


def read_reader(path: str | Path) -> Reader:
    """Return what a model reads.

    Parameters
    ----------
    path
        Its `reader.json`, or the folder of the model.

    Raises
    ------
    StoreError
        Where there is none, or the file is malformed.
    """
    path = Path(path)
    path = path / FILE if path.is_dir() else path
    plain = _plain(path)
    try:
        targets = tuple(map(TargetSpec.from_plain, plain["targets"]))
        return Reader(tuple(map(_input, plain["inputs"])), targets, str(plain.get("loss", "")))
    except NascentError as error:
        raise StoreError(str(error).rstrip("."), where=path) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StoreError(
            f"a part of the reader is missing or malformed ({error!r})", where=path
        ) from error


def reader_file(name: str) -> Path:
    """Return the file of a type of reader, of which the code of the jobs that use it is a part."""
    return file_of(PACKAGE, name, ExampleError, "reader")


def _plain(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(
            "there is no such file, which says what a model reads",
            where=path,
            mend="Train the model again: its training writes it.",
        ) from None
    except ValueError as error:
        raise StoreError(f"this is no JSON ({error})", where=path) from error
    form = plain.get("format") if isinstance(plain, dict) else None
    if form != FORMAT:
        raise StoreError(f"this file is no reader of a model (format: {form})", where=path)
    if plain.get("version") != VERSION:
        raise StoreError(
            f"the reader has version {plain.get('version')}, this nascent reads {VERSION}",
            where=path,
            mend="Update nascent, or train the model again.",
        )
    return plain


def _input(plain: dict[str, Any]) -> InputReader:
    module = load(PACKAGE, plain["reader"], ExampleError, "reader")
    return module.READER.from_plain({key: plain[key] for key in plain if key != "reader"})
