"""The record a kind of study is described by, and the kinds there are, found by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from nascent.by_name import known_names, load
from nascent.errors import ConfigError

PACKAGE = "nascent.kinds"


@dataclass(frozen=True)
class Kind:
    """A kind of study: what its examples are, what is predicted, and how that is judged.

    Names stand for things that other packages look up, so that a workflow can read a kind
    without loading them.

    Attributes
    ----------
    name
        As in the config.
    first_stage
        The stage that turns raw data into examples.
    target
        Column of the cell table that a model predicts.
    target_label
        The target in words, with its unit, for axes and captions.
    floors
        Task that a study of this kind can do → names of the floors shown beside every model (see
        `nascent.evaluate.floors`).
    category
        Column of the cell table that the floor of plain covariates one-hot encodes.
    readers
        Names of the readers of its inputs, see `nascent.reader.usual_reader`.
    """

    name: str
    first_stage: str
    target: str
    target_label: str
    floors: Mapping[str, tuple[str, ...]]
    category: str
    readers: tuple[str, ...] = ("image",)


def known_kinds() -> tuple[str, ...]:
    """Return the names of the kinds of studies."""
    return known_names(PACKAGE)


def kind_of(name: str) -> Kind:
    """Return the kind of study called `name`.

    Raises
    ------
    ConfigError
        Where there is no such kind; the nearest is named.
    """
    load(PACKAGE, name, ConfigError, "kind")
    return import_module(f"{PACKAGE}.{name}.kind").KIND
