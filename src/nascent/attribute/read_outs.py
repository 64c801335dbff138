"""What a map explains: a number an example, made of the outputs of a network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nascent.errors import StoreError, did_you_mean
from nascent.reader import FILE, Reader
from nascent.task import task_of


@dataclass(frozen=True)
class ReadOut:
    """A number an example.

    Attributes
    ----------
    name
        Among the read-outs of a task; empty where no target of the model is known.
    of
        Outputs of a network (n, …) → (n,), by operations of Keras, through which gradients go.
    """

    name: str
    of: Callable[[Any], Any]


def _output(outputs: Any, place: int) -> Any:
    return outputs[:, place] if len(outputs.shape) == 2 else outputs


def output(place: int, name: str = "") -> ReadOut:
    """Return the read-out of one output of outputs (n, T); of outputs (n,) it is they."""
    return ReadOut(name, partial(_output, place=place))


FIRST = output(0)
"""What is explained of a model of which no target is known."""


def read_out_of(reader: Reader, name: str | None = None) -> ReadOut:
    """Return a read-out of the task of a model.

    Parameters
    ----------
    reader
        Of the model. Where it knows no target, there is the first output alone, without a name.
    name
        Among `nascent.task.Task.read_outs`; None or empty for the task's usual one.

    Raises
    ------
    StoreError
        Where the model has no such read-out; the nearest is named.
    """
    if not reader.targets and not name:
        return FIRST
    names = output_names(reader)
    known = task_of(reader.task).read_outs(names) if reader.targets else {}
    name = name or task_of(reader.task).usual_read_out(names)
    if name not in known:
        raise StoreError(
            f"the model predicts no {name!r}, but {', '.join(known) or 'nothing known'}",
            where=FILE,
            mend=did_you_mean(name, known),
        )
    return ReadOut(name, known[name])


def output_names(reader: Reader) -> Sequence[str]:
    """Return the names of a model's outputs, in their order: of its classes, or of its targets."""
    return reader.levels or [one.name for one in reader.targets]
