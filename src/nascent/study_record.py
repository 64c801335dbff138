"""What a study is, in one file of its results: `study.json`.

The workflow writes it before anything else. Whatever reads the results of a study later, its report
or a notebook, learns here which config made them, and needs neither the config file nor Snakemake.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from nascent import integrity
from nascent.errors import ResultError
from nascent.kind import Words

FILE = "study.json"
"""Its name in the folder of the study's results."""

RESULTS_VERSION = 1
"""Of the layout of results; it grows when a reader of an older version would misread them."""


@dataclass(frozen=True)
class RecordedTarget:
    """What the study predicts.

    Attributes
    ----------
    name
        Column of the table of examples.
    words
        What it is called.
    unit
        None where it has none.
    label
        The words with the unit in brackets.
    levels
        The classes; empty where it is a number.
    read_out
        What the maps explain: the column, or the class whose logit it is.
    """

    name: str
    words: str
    unit: str | None
    label: str
    levels: tuple[str, ...]
    read_out: str


@dataclass(frozen=True)
class RecordedModel:
    """A model of the study.

    Attributes
    ----------
    architecture
        Its name.
    seeds
        One training a seed.
    features
        Input → the features of it that the model sees.
    also_predict
        Further columns that it predicts.
    explained
        Whether it has maps.
    """

    architecture: str
    seeds: tuple[int, ...]
    features: Mapping[str, tuple[str, ...]]
    also_predict: tuple[str, ...]
    explained: bool


@dataclass(frozen=True)
class RecordedFold:
    """One way in which the examples are split.

    Attributes
    ----------
    design
        `example`, `group`, `leave_one_group_out` or `shuffle`.
    group
        The group that tests, where it is named.
    """

    design: str
    group: str | None


@dataclass(frozen=True)
class RecordedMethod:
    """How one kind of map is made.

    Attributes
    ----------
    method
        What is computed.
    options
        All that it takes.
    models
        Those that it explains.
    """

    method: str
    options: Mapping[str, Any]
    models: tuple[str, ...]


@dataclass(frozen=True)
class StudyRecord:
    """What a study is: its config with all defaults, and what follows from it.

    Attributes
    ----------
    folder
        Of its results.
    results_version
        Of their layout.
    nascent
        The version of nascent that wrote the record.
    study, kind, task
        The names of the study, of its kind of data, and of its task.
    target
        What is predicted.
    words
        What its examples, groups and features are called.
    first_stage
        Folder of the examples and their table.
    factors, batches
        Columns that tell examples apart, and of what groups lie in.
    features
        Input → all features that the study reads of it.
    floors
        Names of the reference predictors.
    folds
        By name; the first is the one whose models are explained.
    models, methods
        By name, in the order of the config.
    config
        The whole config as plain data.
    """

    folder: Path
    results_version: int
    nascent: str
    study: str
    kind: str
    task: str
    target: RecordedTarget
    words: Words
    first_stage: str
    factors: tuple[str, ...]
    batches: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]]
    floors: tuple[str, ...]
    folds: Mapping[str, RecordedFold]
    models: Mapping[str, RecordedModel]
    methods: Mapping[str, RecordedMethod]
    config: Mapping[str, Any]

    @property
    def explained_fold(self) -> str:
        """The fold whose models are explained."""
        return next(iter(self.folds))

    def plain(self) -> dict[str, Any]:
        """Return the record as JSON-able values, without its folder."""
        return {name: value for name, value in asdict(self).items() if name != "folder"}


def read_study_record(folder: str | Path) -> StudyRecord:
    """Read what the study is whose results lie in a folder.

    Parameters
    ----------
    folder
        `results/<study>`.

    Raises
    ------
    ResultError
        Where there is no such folder, it holds no study, its results have the layout of a newer
        version of nascent, or its record is damaged or was changed since it was made.
    """
    folder = Path(folder)
    path = folder / FILE
    if not folder.is_dir():
        raise ResultError(
            "there is no such folder",
            where=folder,
            mend="Give the folder of a study's results, such as results/demo.",
        )
    if not path.is_file():
        raise ResultError(
            f"this folder holds no study: it has no {FILE}", where=folder, mend=_other(folder)
        )
    plain = _parsed(path)
    version = plain.get("results_version")
    if isinstance(version, int) and version > RESULTS_VERSION:
        raise ResultError(
            f"these results were made by nascent {plain.get('nascent')} and have layout {version};"
            f" this nascent reads layouts up to {RESULTS_VERSION}",
            where=folder,
            mend="Install the newer nascent.",
        )
    integrity.checked(path)
    try:
        return _record_of(plain, folder)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


def _parsed(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(plain, dict):
        raise _damaged(path, "it is no object")
    return plain


def _record_of(plain: Mapping[str, Any], folder: Path) -> StudyRecord:
    def named(key: str, kind: type) -> dict[str, Any]:
        return {name: kind(**_frozen(one)) for name, one in plain[key].items()}

    told = _frozen({field.name: plain[field.name] for field in fields(StudyRecord)[1:]})
    return StudyRecord(
        folder=folder,
        **told
        | {
            "target": RecordedTarget(**_frozen(plain["target"])),
            "words": Words(**plain["words"]),
            "folds": named("folds", RecordedFold),
            "models": named("models", RecordedModel),
            "methods": named("methods", RecordedMethod),
            "features": {name: tuple(own) for name, own in plain["features"].items()},
            "config": plain["config"],
        },
    )


def _frozen(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's values with its lists as tuples, those of a mapping too."""
    frozen = {}
    for name, value in plain.items():
        if name == "features":
            value = {key: tuple(own) for key, own in value.items()}
        frozen[name] = tuple(value) if isinstance(value, list) else value
    return frozen


def _damaged(path: Path, how: str) -> ResultError:
    return ResultError(
        f"the record of the study is damaged ({how})",
        where=path,
        mend=f"Delete it and make it anew: `snakemake {path}` with the study's config.",
    )


def _other(folder: Path) -> str:
    """Return what to do where a folder holds no study."""
    inside = sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))
    if inside:
        return f"Studies in it: {', '.join(inside)}."
    above = next((each for each in folder.absolute().parents if (each / FILE).is_file()), None)
    if above is not None:
        return f"It is part of the study in {above}."
    if (folder / "splits").is_dir() or (folder / "evaluate").is_dir():
        return (
            f"An older nascent made it, or it has just begun: `snakemake {folder / FILE}` with the"
            " study's config writes the file and repeats nothing else."
        )
    return "Give the folder of a study's results, such as results/demo."
