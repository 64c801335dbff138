"""A study that has run, or is running: its tables, examples, models and maps."""

from collections.abc import Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nascent import integrity
from nascent.errors import NascentError, ResultError, did_you_mean
from nascent.examples import PART
from nascent.files import read_table
from nascent.kind import Words
from nascent.notebook.example import Example, read_example
from nascent.notebook.finder import Finder
from nascent.notebook.model import Model
from nascent.notebook.summary import html, summary
from nascent.study_record import StudyRecord, read_study_record

if TYPE_CHECKING:
    from nascent.notebook.map_sets import MapSet
    from nascent.notebook.maps import Maps


def open_study(path: str | Path) -> "Study":
    """Open the results of a study.

    Parameters
    ----------
    path
        `results/<study>`. A study that is still running has what is done so far.

    Returns
    -------
    Study

    Raises
    ------
    ResultError
        Where there is no such folder, it holds no study, its results were made by a newer nascent,
        or what says what it is was changed.

    Examples
    --------
    >>> import nascent
    >>> study = nascent.open_study("results/demo")                          # doctest: +SKIP
    >>> maps = study.explain("simple_cnn", 100004, "integrated_gradients")  # doctest: +SKIP
    >>> maps.plot()                                                         # doctest: +SKIP
    """
    return Study(read_study_record(path))


class Study:
    """The results of a study; `open_study` gives it.

    Its tables are read anew each time, after a check that they are as their jobs left them; ids and
    names of wells come as they are written, `01` as `"01"`. What the kind of data calls its
    examples is a name, too: `study.cells` is `study.examples` and `study.cell(id)` is
    `study.example(id)`.

    Attributes
    ----------
    record : StudyRecord
        What the study is: its config with all defaults, models, methods, words.
    """

    def __init__(self, record: StudyRecord) -> None:
        self.record = record

    # What it is.

    @property
    def name(self) -> str:
        """Of the study."""
        return self.record.study

    @property
    def folder(self) -> Path:
        """Of its results."""
        return self.record.folder

    @property
    def words(self) -> Words:
        """What its examples, groups and features are called."""
        return self.record.words

    @property
    def models(self) -> tuple[str, ...]:
        """Names of its models."""
        return tuple(self.record.models)

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of its methods of attribution."""
        return tuple(self.record.methods)

    # Tables.

    @property
    def examples(self) -> pd.DataFrame:
        """The examples, a row each, index `id`; of a study of cells also `study.cells`."""
        return read_table(self.file(self._examples_table)).set_index("id")

    @property
    def predictions(self) -> pd.DataFrame:
        """Every model's and reference predictor's prediction of every example."""
        return self.table("evaluate/predictions")

    @property
    def metrics(self) -> pd.DataFrame:
        """Metrics of every training, split by split."""
        return self.table("evaluate/metrics")

    @property
    def comparison(self) -> pd.DataFrame:
        """Models beside reference predictors on test examples, with 95 % intervals and verdicts."""
        return self.table("evaluate/comparison")

    @property
    def importance(self) -> pd.DataFrame:
        """Shares of channels in the maps, with intervals and what maps of chance have."""
        return self.table("explain/channel_importance")

    @property
    def use(self) -> pd.DataFrame:
        """What models lose without each channel."""
        return self.table("explain/use")

    @property
    def standing(self) -> pd.DataFrame:
        """How far each explanation can be relied on, the best first."""
        return self.table("explain/standing")

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the study by its path, such as `explain/truth`.

        Parameters
        ----------
        name
            Path in the folder of the study, with or without `.tsv`.

        Raises
        ------
        ResultError
            Where there is no such table (the nearest is named), or it was changed since it was
            made.
        """
        path = f"{name.removesuffix('.tsv')}.tsv"
        return read_table(self.file(path))

    @property
    def tables(self) -> list[str]:
        """Names of all tables that are there, as `table` takes them."""
        found = (path.relative_to(self.folder) for path in self.folder.glob("*/**/*.tsv"))
        return sorted(
            path.with_suffix("").as_posix()
            for path in found
            if not any(part.startswith(".") for part in path.parts)
        )

    def file(self, name: str) -> Path:
        """Return the path of a result, once it is sure that it is as its job left it.

        Parameters
        ----------
        name
            Path in the folder of the study.

        Raises
        ------
        ResultError
            Where it is not there, or was changed since it was made.
        """
        path = self.folder / name
        integrity.checked(path)
        if not path.is_file():
            near = did_you_mean(name.removesuffix(".tsv"), self.tables)
            make = f"If it is to be made yet: `snakemake {path}` with the study's config."
            raise ResultError("there is no such result", where=path, mend=f"{near} {make}")
        return path

    # Examples.

    def example(self, example_id: Hashable) -> Example:
        """Return one example: image, mask and row; of a study of cells also `study.cell(id)`.

        Raises
        ------
        StoreError
            Where there is no such example; the nearest id is named.
        """
        with self.finder.opened(example_id) as (store, row):
            return read_example(store, row, self.words, pixel_size=self.pixel_size)

    def ids_of(self, split: str, fold: str | None = None) -> list[Hashable]:
        """Return the ids of the examples of a split.

        Parameters
        ----------
        split
            `train`, `val` or `test`.
        fold
            None: that whose models are explained.
        """
        fold = self._fold(fold)
        table = self.table(f"splits/{fold}/splits")
        known = sorted(set(table["split"]))
        if split not in known:
            raise NascentError(f"there is no split {split!r}", mend=did_you_mean(split, known))
        return table["id"][table["split"] == split].tolist()

    @cached_property
    def finder(self) -> Finder:
        """Finds examples in their stores."""
        return Finder(self.folder / self.record.first_stage, self.examples[PART], self.words)

    # Models and maps.

    def model(
        self, name: str | None = None, seed: int | None = None, fold: str | None = None
    ) -> Model:
        """Return a trained model.

        Parameters
        ----------
        name
            None: the model of the explanation that can be relied on most, or the first.
        seed
            Of its training; None: the lowest.
        fold
            None: that whose models are explained.

        Returns
        -------
        Model

        Raises
        ------
        NascentError
            Where there is no such model, seed or fold (the nearest is named), or it is not trained
            yet.
        """
        name = self._known(name or self.default[0], self.models, "model")
        seeds = self.record.models[name].seeds
        seed = min(seeds) if seed is None else seed
        if seed not in seeds:
            raise NascentError(
                f"{name} was not trained with seed {seed}",
                mend=f"Seeds: {', '.join(map(str, seeds))}.",
            )
        fold = self._fold(fold)
        folder = self.folder / "train" / name / fold / str(seed)
        if not (folder / "model.keras").is_file():
            raise ResultError(
                f"{name} is not trained yet",
                where=folder,
                mend=f"`snakemake {folder / 'model.keras'}` with the study's config trains it.",
            )
        return Model(folder, name=name, study=self, fold=fold, seed=seed)

    def explain(
        self,
        model: str | Model | None,
        example_id: Hashable,
        method: str | None = None,
        *,
        seed: int | None = None,
        **options: Any,
    ) -> "Maps":
        """Return the map of one example: where a model's prediction of it comes from.

        Parameters
        ----------
        model
            Its name, or a model; None: the model of the explanation that can be relied on most. A
            model that is kept explains further examples without being loaded anew.
        example_id
            Of any example of the study, whatever its split.
        method
            Of the study, such as `ig`, with the options that it has there; or of nascent, such as
            `integrated_gradients`, with the defaults of the config. None: the method of the
            explanation that can be relied on most.
        seed
            Of the model's training; None: the lowest.
        **options
            As of `Model.explain`.

        Raises
        ------
        NascentError
            Where there is no such model, example, method or option; the nearest is named.
        """
        chosen = model if isinstance(model, Model) else self.model(model, seed)
        if seed not in (None, chosen.seed):
            raise NascentError(
                f"this model was trained with seed {chosen.seed}, and seed {seed} is asked for",
                mend="Give the name of the model with the seed, or the model alone.",
            )
        return chosen.explain(example_id, method or self.default[1], **options)

    def maps(
        self,
        model: str | None = None,
        method: str | None = None,
        seed: int | None = None,
        *,
        of_input: str | None = None,
    ) -> "MapSet":
        """Return the maps that the workflow has made of a model by a method.

        Parameters
        ----------
        model, method
            By their names in the study; None: those of the explanation that can be relied on most.
        seed
            Of the model's training; None: the lowest.
        of_input
            Which input of a model with several; None: the first.

        Raises
        ------
        NascentError
            Where there is no such model or method (the nearest is named), the maps are not made
            yet, are of another model than the one that is there, or were changed.
        """
        from nascent.notebook.map_sets import MapSet

        opened = self.model(model, seed)
        name = method or self.default[1]
        self._known(name.partition(".")[0], self.methods, "method")
        folder = self.folder / "attribute" / opened.name / str(opened.seed) / name
        paths = sorted(folder.glob("*.h5"))
        if not paths:
            models = self.record.methods[name.partition(".")[0]].models
            raise ResultError(
                f"there are no maps of {opened.name} by {name}",
                where=folder,
                mend="Run the study to its end."
                if opened.name in models
                else f"The study explains {', '.join(models)} by {name}; any model can be explained"
                " here: study.explain(…).",
            )
        return MapSet(opened, name, paths, of_input)

    @property
    def default(self) -> tuple[str, str]:
        """Model and method of the explanation that can be relied on most.

        Before that is known: the first of each.
        """
        if (self.folder / "explain" / "standing.tsv").is_file():
            table = self.standing
            first = table[table["default"]] if "default" in table else table[:0]
            if len(first):
                return str(first["model"].iloc[0]), str(first["method"].iloc[0])
        return self.models[0], next(iter(self.methods), "integrated_gradients")

    def training_shards(self, fold: str | None = None) -> list[Path]:
        """Return the shards that the models of a fold learn from."""
        from nascent.shards.plan import shards_of

        manifest = self.file(f"shards/{self._fold(fold)}/shards.tsv")
        paths = shards_of(manifest, "train")
        for path in paths:
            integrity.checked(path)
        return paths

    @property
    def pixel_size(self) -> float | None:
        """Edge of a pixel in µm, where the config says it."""
        return (self.record.config.get("crops") or {}).get("pixel_size")

    @property
    def target_channel(self) -> str | None:
        """The channel whose mean is predicted, where there is one."""
        target = self.record.config["target"]
        return target.get("channel") if target.get("column") is None else None

    # Names.

    def __getattr__(self, name: str) -> Any:
        words = self.__dict__["record"].words if "record" in self.__dict__ else Words()
        if name == words.examples:
            return self.examples
        if name == words.example:
            return self.example
        raise AttributeError(f"a study has no {name!r}")

    def __dir__(self) -> list[str]:
        own = (self.words.example, self.words.examples)
        return sorted({*super().__dir__(), *(word for word in own if word.isidentifier())})

    def __repr__(self) -> str:
        return summary(self)

    def _repr_html_(self) -> str:
        return html(self)

    @property
    def _examples_table(self) -> str:
        return f"{self.record.first_stage}/cells.tsv"

    def _fold(self, fold: str | None) -> str:
        return self._known(fold or self.record.explained_fold, tuple(self.record.folds), "fold")

    def _known(self, name: str, known: Sequence[str], what: str) -> str:
        if name not in known:
            raise NascentError(
                f"the study {self.name} has no {what} {name!r}", mend=did_you_mean(name, known)
            )
        return name
