"""What a trained model reads: the file beside it that says how its input is made.

Whoever asks a trained model takes the reader from the model's folder, and so gives the model what
it was trained with: the same features, in the same order, normalised by the same statistics.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nascent.by_name import file_of, load
from nascent.errors import ExampleError, NascentError, StoreError
from nascent.files import write_json

if TYPE_CHECKING:
    from nascent.readers.image import ImageReader

PACKAGE = "nascent.readers"

IMAGE = "image"
"""The reader of all inputs today."""

FILE = "reader.json"
FORMAT, VERSION = "nascent reader", 1


@dataclass(frozen=True)
class Reader:
    """How the inputs of a model are made of examples.

    Attributes
    ----------
    inputs : tuple
        One reader an input of the model, of a class `READER` of `nascent.readers`.
    """

    inputs: tuple["ImageReader", ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the reader as JSON can hold it."""
        inputs = [{"reader": one.name} | one.to_plain() for one in self.inputs]
        return {"format": FORMAT, "version": VERSION, "inputs": inputs}


def write_reader(inputs: Sequence["ImageReader"], path: str | Path) -> None:
    """Write the readers of a model's inputs."""
    write_json(Reader(tuple(inputs)).to_plain(), path)


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
        return Reader(tuple(map(_input, plain["inputs"])))
    except NascentError as error:
        raise StoreError(str(error).rstrip("."), where=path) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StoreError(
            f"a part of the reader is missing or malformed ({error!r})", where=path
        ) from error


def image_reader(path: str | Path) -> "ImageReader":
    """Return the reader of a model that reads one image.

    Parameters
    ----------
    path
        As in `read_reader`.

    Raises
    ------
    StoreError
        As `read_reader`, and where the model has another number of inputs.
    """
    inputs = read_reader(path).inputs
    if len(inputs) != 1:
        names = ", ".join(one.spec.name for one in inputs)
        raise StoreError(f"the model reads {len(inputs)} inputs, not one ({names})", where=path)
    return inputs[0]


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


def _input(plain: dict[str, Any]) -> "ImageReader":
    module = load(PACKAGE, plain["reader"], ExampleError, "reader")
    return module.READER.from_plain({key: plain[key] for key in plain if key != "reader"})
