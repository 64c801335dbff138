"""The record that describes a kind of data, and the kinds there are, found by name.

A kind is a folder of modules. Those that come with nascent lie in `nascent/kinds`. A lab's own lies
anywhere: a study names its folder, as in `kind: path/to/toy`, or its name, where the environment
variable `NASCENT_KINDS` lists the folder that it lies in. Either way its modules are
`nascent.kinds.<name>.*`, in the workflow and in every job.

Every kind has the modules `kind`, `config` and `parts`. It may have `floors` (reference predictors
of its own), `explanation` and `planted` (what is known of the truth), `background`, `contents`,
`commands`, `needs`, `answers` (what the report says first beside what all kinds say) and `methods`
(paragraphs of the methods section). docs/kinds.md tells what each holds.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

import nascent.kinds
from nascent.errors import ConfigError, did_you_mean, nearest

DEFAULT = "cells"
PACKAGE = "nascent.kinds"
SHIPPED = Path(__file__).parent / "kinds"

FOLDERS = "NASCENT_KINDS"
"""Environment variable: folders in which kinds lie, besides those of nascent, as in `PATH`."""

_SHARES = ("channel_share", "pixel_share", "pixel_precision")
_TOP = ("top_channel", "top_channels", "all_top_channels")
HEADED = frozenset(
    (
        *("cell", "cells", "cells_in", "cells_out", "low_cells", "high_cells"),
        *("zero_cells", "undefined_cells", "pixel", "pixels", "pixel_correlation"),
        *("channel", "channels", "map_channel", "image_channel"),
        *_SHARES,
        *_TOP,
        *(f"{name}_chance" for name in (*_SHARES, *_TOP)),
    )
)
"""Columns of tables of every study that are named for cells, channels and pixels."""


@dataclass(frozen=True)
class Words:
    """What people who work with a kind of data call what general code has general names for.

    Figures, captions, pages and messages speak these words; tables have the general ones.

    Attributes
    ----------
    example, examples
        What one prediction is of, a row of a table: cell, gene.
    group, groups
        What is held out and resampled whole: well, chromosome.
    part, parts
        The raw data of one job: well, file.
    feature, features
        A name on the last axis of an input: channel, base.
    place, places
        A point of an input that has features: pixel, position.
    object
        The region that an example is, among the places of its input.
    """

    example: str = "example"
    examples: str = "examples"
    group: str = "group"
    groups: str = "groups"
    part: str = "part"
    parts: str = "parts"
    feature: str = "feature"
    features: str = "features"
    place: str = "place"
    places: str = "places"
    object: str = "object"

    def column(self, name: str) -> str:
        """Return a column of the table of examples in words: `half_life` is the half life."""
        return self.group if name == "group" else name.replace("_", " ")

    def grouped(self, column: str | None) -> "Words":
        """Return the words of a study whose groups are the values of a column; None: its kind's."""
        if column is None:
            return self
        group = column.replace("_", " ")
        return replace(self, group=group, groups=plural(group))

    def header(self, name: str) -> str:
        """Return the name of a column in these words, where it is one of `HEADED`.

        Of genes the column `zero_cells` is headed zero_genes. Columns that a user or a kind brings,
        such as `cell_type` or `well`, keep their names.
        """
        if name not in HEADED:
            return name
        known = {
            **{"cell": self.example, "cells": self.examples},
            **{"channel": self.feature, "channels": self.features},
            **{"pixel": self.place, "pixels": self.places},
        }
        return "_".join(known.get(word, word) for word in name.split("_"))

    def plain(self) -> dict[str, str]:
        """Return name → word, as a job is told them."""
        return asdict(self)

    def captions(self) -> dict[str, str]:
        """Return the words as captions use them.

        `a_example` has its article before it, `Example` and `A_example` begin a sentence.
        """
        own = self.plain()
        own |= {f"a_{name}": with_article(word) for name, word in own.items()}
        return own | {capital(name): capital(word) for name, word in own.items()}


def with_article(word: str) -> str:
    """Return a word with its indefinite article: a cell, an example."""
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def plural(word: str) -> str:
    """Return a noun of which there are several: cells, batches, assays, studies."""
    if re.search("(ch|sh|s|x|z)$", word, re.IGNORECASE):
        return f"{word}es"
    if re.search("[^aeiou]y$", word, re.IGNORECASE):
        return f"{word[:-1]}ies"
    return f"{word}s"


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


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
        Column of the table of examples that a model predicts, where the config names none.
    floors
        Task that a study of this kind can do → names of the floors shown beside every model, of
        those in the kind's module `floors`.
    readers
        Names of the readers of its inputs, see `nascent.reader.usual_reader`.
    figures
        Names of the figures of data that its examples have, beside those that all kinds have (see
        `nascent.figures.table`).
    words
        What its figures, pages and messages call examples, groups and the like.
    factors
        Columns of the table of examples that tell them apart, beside their group, from the coarsest
        to the finest: models are measured at each of their levels, and figures show them.
    batches
        Columns of what groups lie in, which may explain a target as groups may.
    references
        Floor that this kind alone has → what it is in words, see
        `nascent.plain_words.reference_words`.
    """

    name: str
    first_stage: str
    target: str
    floors: Mapping[str, tuple[str, ...]]
    readers: tuple[str, ...] = ("image",)
    figures: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    factors: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_images(self) -> bool:
        """Whether some input is an image, with channels, outlines and neighbours."""
        return "image" in self.readers


@dataclass(frozen=True)
class Columns:
    """Which columns the table of examples will have, as far as it is known before the first job.

    Attributes
    ----------
    measured
        Those of numbers that are measured of each example.
    further
        Name → whether it holds numbers.
    source
        Where the further ones come from, for messages.
    """

    measured: tuple[str, ...]
    further: Mapping[str, bool]
    source: str | Path


def known_kinds() -> tuple[str, ...]:
    """Return the names of the kinds of studies, those of a lab too."""
    return tuple(sorted({name for folder in kind_folders() for name in _kinds_in(folder)}))


def shipped_kinds() -> tuple[str, ...]:
    """Return the names of the kinds of studies that come with nascent."""
    return tuple(sorted(_kinds_in(SHIPPED)))


def kind_of(kind: str) -> Kind:
    """Return the record of a kind of study.

    Parameters
    ----------
    kind
        Its name, or the path of its folder.

    Raises
    ------
    ConfigError
        Where there is no such kind; the nearest is named.
    """
    return module_of(kind, "kind").KIND


def module_of(kind: str, module: str) -> ModuleType:
    """Return a module of a kind, `nascent.kinds.<kind>.<module>`.

    Raises
    ------
    ConfigError
        Where there is no such kind (the nearest is named), or it has no such module.
    """
    file_of_kind(kind, module)
    return import_module(f"{PACKAGE}.{_name_of(kind)}.{module}")


def file_of_kind(kind: str, module: str) -> Path:
    """Return the file of a module of a kind; parameters and errors as in `module_of`."""
    file = folder_of_kind(kind) / f"{module}.py"
    if not file.is_file():
        raise ConfigError(f"the kind {kind!r} has no module {module!r}", where=file.parent)
    return file


def has_module(kind: str, module: str) -> bool:
    """Return whether a kind has a module that it need not have; errors as in `folder_of_kind`."""
    return (folder_of_kind(kind) / f"{module}.py").is_file()


def folder_of_kind(kind: str) -> Path:
    """Return the folder of a kind's modules; one that is named by its path is known from then on.

    Raises
    ------
    ConfigError
        Where there is no such kind (the nearest is named), or another one has its name.
    """
    name = _name_of(kind)
    if name != kind:
        _make_known(Path(kind))
    for folder in kind_folders():
        if name.isidentifier() and (folder / name / "kind.py").is_file():
            return folder / name
    known = known_kinds()
    raise ConfigError(f"there is no kind {kind!r}", where="kind", mend=did_you_mean(kind, known))


def kind_folders() -> tuple[Path, ...]:
    """Return the folders in which kinds lie."""
    return (SHIPPED, *map(Path, filter(None, os.environ.get(FOLDERS, "").split(os.pathsep))))


def _kinds_in(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/kind.py")}


def _name_of(kind: str) -> str:
    return Path(kind).name if os.sep in kind else kind


def _make_known(place: Path) -> None:
    """Let this process, and all that it starts, find the kind that lies in a folder."""
    if not (place / "kind.py").is_file():
        close = nearest(place.name, _kinds_in(place.parent))
        raise ConfigError(
            f"there is no kind in the folder {place}",
            where="kind",
            mend="Name a folder with a file kind.py, as seen from the working folder."
            if close is None
            else f"Did you mean {str(place.parent / close)!r}?",
        )
    alike = [folder / place.name for folder in kind_folders()]
    alike = [folder for folder in alike if (folder / "kind.py").is_file()]
    if any(folder.samefile(place) for folder in alike):
        return
    if alike or not place.name.isidentifier():
        what = "the name of another kind" if alike else "no name of a Python package"
        raise ConfigError(
            f"the kind in {place} cannot be called {place.name!r}: that is {what}",
            where="kind",
            mend="Rename its folder.",
        )
    folder = str(place.resolve().parent)
    os.environ[FOLDERS] = os.pathsep.join(filter(None, [os.environ.get(FOLDERS), folder]))
    nascent.kinds.__path__.append(folder)
    invalidate_caches()
