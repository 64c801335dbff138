"""A trained model: what it predicts, and where its predictions come from."""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nascent import integrity
from nascent.config.sections import Study as Config
from nascent.errors import NascentError, StoreError, did_you_mean
from nascent.examples import GROUP
from nascent.files import read_json, read_table
from nascent.kind import Words
from nascent.notebook.methods import chosen_method
from nascent.reader import FILE as READER
from nascent.reader import Reader, read_reader
from nascent.store import Store, open_store
from nascent.task import Task, task_of
from nascent.words import speaking

if TYPE_CHECKING:
    from nascent.notebook.maps import Maps
    from nascent.notebook.study import Study

NETWORK = "model.keras"
BATCH = 32


class Model:
    """A trained model; `Study.model` and `open_model` give it.

    Attributes
    ----------
    folder : Path
        Holds `model.keras`, `reader.json` and, of a study, history and card.
    name : str
        As in the study.
    fold, seed : str or None, int or None
        Of its training; None outside a study.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        study: "Study | None" = None,
        fold: str | None = None,
        seed: int | None = None,
    ) -> None:
        self.folder, self.name, self.fold, self.seed = folder, name, fold, seed
        self._study = study
        self._ready: dict[str, Any] = {}

    @property
    def path(self) -> Path:
        """The file of the network."""
        return self.folder / NETWORK

    @cached_property
    def reader(self) -> Reader:
        """What the model reads, and with which statistics; see `nascent.reader`."""
        self._refuse_changed(self.folder / READER)
        return read_reader(self.folder)

    @cached_property
    def network(self) -> Any:
        """The Keras model itself, loaded when it is first asked for."""
        from nascent.train.models import load_model

        self._refuse_changed(self.path)
        return load_model(self.path)

    @property
    def targets(self) -> tuple[str, ...]:
        """Columns that it predicts."""
        return tuple(self.reader.columns)

    @property
    def channels(self) -> tuple[str, ...]:
        """Features of its first input that it sees, of cells their channels."""
        return self.reader.specs[0].features

    @property
    def card(self) -> dict[str, Any]:
        """How it was trained: architecture, options, chosen epoch, parameters."""
        return read_json(self._file("card.json"))

    @property
    def history(self) -> pd.DataFrame:
        """The training epoch by epoch."""
        return read_table(self._file("history.tsv"))

    def predict(
        self,
        ids: Iterable[Hashable] | Hashable | None = None,
        *,
        split: str | None = None,
        store: str | Path | Store | None = None,
    ) -> pd.DataFrame:
        """Predict examples.

        Parameters
        ----------
        ids
            Of examples of the study, in the order wanted, or a single one.
        split
            `train`, `val` or `test`, for its examples in the model's fold; nothing given: `test`.
        store
            A store of examples instead, or its path: those of a new well too.

        Returns
        -------
        pandas.DataFrame
            A row an example and target; the index is `id`. Of numbers `y` (measured, NaN where
            unknown) and `y_hat` (predicted); of classes the true and predicted class and the
            probability of each; beside them `group` and `target`.

        Raises
        ------
        NascentError
            Where there is no such example or split, more than one of the three is given, the store
            holds other inputs than the model reads, or files were changed since they were made.
        """
        if sum(one is not None for one in (ids, split, store)) > 1:
            raise NascentError("ids, split and store exclude each other", mend="Give one of them.")
        with speaking(self.words.plain()):
            if store is not None:
                with _opened(store) as given:
                    return self._predicted(given, range(len(given)))
            study = self._known_study("predict examples by their ids or split")
            if ids is None:
                ids = study.ids_of(split or "test", self.fold)
            elif isinstance(ids, str) or not isinstance(ids, Iterable):
                ids = [ids]
            ids = list(ids)
            if not ids:
                raise NascentError(f"no {self.words.example} was asked for")
            tables = []
            for path, rows in study.finder.stores(ids).items():
                with open_store(path) as opened:
                    tables.append(self._predicted(opened, rows))
            return _in_order(pd.concat(tables), ids)

    def explain(
        self,
        example_id: Hashable,
        method: str = "integrated_gradients",
        *,
        store: str | Path | Store | None = None,
        of_input: str | None = None,
        read_out: str | None = None,
        **options: Any,
    ) -> "Maps":
        """Return the map of one example: where the prediction of it comes from.

        Parameters
        ----------
        example_id
            Of an example of the study, or of the store.
        method
            A method of the study by its name there, with the options it has there; or one of
            nascent, such as `integrated_gradients`, with the defaults of the config.
        store
            A store of examples instead of the study's, or its path.
        of_input
            Which input of a model with several; None: the first.
        read_out
            A target or class that the model predicts; None: what the study explains.
        **options
            Of the method, in the place of others: `steps=100`, `baseline="training_mean"`.

        Returns
        -------
        Maps

        Raises
        ------
        NascentError
            Where there is no such example, method or option (the nearest is named), or a file was
            changed since it was made.

        Notes
        -----
        It is computed as the workflow computes maps: of an example that has a map on disk it
        equals that, but for the rounding of stored maps (float16, 11 bits) and of sums whose order
        depends on how many examples are computed together.
        """
        with speaking(self.words.plain()):
            if store is None:
                study = self._known_study("explain an example by its id")
                with study.finder.opened(example_id) as (found, row):
                    return self._explained(found, row, method, of_input, read_out, options)
            with _opened(store) as given:
                row = _row_of(given, example_id)
                return self._explained(given, row, method, of_input, read_out, options)

    def _predicted(self, store: Store, rows: Sequence[int]) -> pd.DataFrame:
        from nascent.notebook.predicting import outputs_of

        self.reader.refuse_other(store)
        forward = self._settings.get("prediction", "plain")
        size = self._settings.get("batch_size", BATCH)
        outputs = outputs_of(self.network, self.reader, store, rows, batch_size=size, how=forward)
        return _answers(self._task, self.reader, store.examples.iloc[list(rows)], outputs)

    def _explained(
        self,
        store: Store,
        row: int,
        method: str,
        of_input: str | None,
        read_out: str | None,
        options: Mapping[str, Any],
    ) -> "Maps":
        from nascent.notebook.explaining import Asked, explained

        methods = {} if self._study is None else self._study.record.methods
        name, chosen = chosen_method(method, options, methods)
        if read_out is None and self._study is not None:
            read_out = self._study.record.target.read_out
        asked = Asked(name, chosen, of_input, read_out, self._seed_of_draws)
        key = json.dumps([name, chosen, of_input, read_out], sort_keys=True)
        return explained(self, store, row, asked, self._ready.setdefault(key, {}))

    def training_shards(self) -> list[Path]:
        """Return the shards that it learnt from; none outside a study."""
        return [] if self._study is None else self._study.training_shards(self.fold)

    def _known_study(self, what: str) -> "Study":
        if self._study is None:
            raise NascentError(
                f"this model belongs to no study, and cannot {what}",
                where=self.folder,
                mend="Give a store: store='results/<study>/crops/<part>.h5'.",
            )
        return self._study

    @property
    def study(self) -> "Study | None":
        """The study that it belongs to."""
        return self._study

    @property
    def words(self) -> Words:
        """What its examples, groups and features are called."""
        return Words() if self._study is None else self._study.words

    @property
    def pixel_size(self) -> float | None:
        """Edge of a pixel in µm, where the study knows it."""
        return None if self._study is None else self._study.pixel_size

    @property
    def target_channel(self) -> str | None:
        """The channel whose mean it predicts, where there is one."""
        return None if self._study is None else self._study.target_channel

    @property
    def _task(self) -> Task:
        return task_of(self.reader.task)

    @property
    def _settings(self) -> Mapping[str, Any]:
        """What the study's config says of the model."""
        return (
            {} if self._study is None else self._study.record.config["train"]["models"][self.name]
        )

    @property
    def _seed_of_draws(self) -> int:
        if self._study is None:
            return Config.model_fields["seed"].default
        return self._study.record.config["seed"]

    def _file(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise NascentError(f"the training of this model left no {name}", where=self.folder)
        self._refuse_changed(path)
        return path

    def _refuse_changed(self, path: Path) -> None:
        """Raise ResultError where a file was changed since its job made it."""
        integrity.checked(path)

    def __repr__(self) -> str:
        run = "" if self.seed is None else f", fold {self.fold}, seed {self.seed}"
        inputs = ", ".join(
            f"{spec.name} {'×'.join(map(str, spec.shape))}" for spec in self.reader.specs
        )
        return f"Model {self.name}{run}: {inputs} → {', '.join(self.targets)}"


@contextmanager
def _opened(store: str | Path | Store) -> Iterator[Store]:
    """Open a store given by its path, once it is sure that it was not changed."""
    if isinstance(store, Store):
        yield store
        return
    integrity.checked(store)
    with open_store(store) as opened:
        yield opened


def _row_of(store: Store, example_id: Hashable) -> int:
    ids = store.columns([]).index.astype(str)
    if str(example_id) not in ids:
        raise StoreError(
            f"the store has no example {example_id!r}",
            where=store.path,
            mend=did_you_mean(str(example_id), ids[:20]),
        )
    return int(ids.get_loc(str(example_id)))


def _answers(
    task: Task, reader: Reader, examples: pd.DataFrame, outputs: np.ndarray
) -> pd.DataFrame:
    """Return a table of what is known and what is predicted, target by target."""
    tables = []
    for target, y_hat in zip(reader.columns, task.of_targets(outputs, reader.loss), strict=True):
        known = np.zeros(len(examples), bool)
        y = np.zeros((len(examples),), np.int64 if reader.levels else np.float64)
        if target in examples:
            known = task.known(examples[target])
            y[known] = task.encode(examples[target][known], reader.levels)
        table = task.table(examples.index, y, y_hat, reader.levels)
        if table is None:
            raise NascentError(f"answers of the task {reader.task} fit into no table")
        first = table.columns[1]
        table[first] = table[first].where(known)
        groups = examples[GROUP].to_numpy() if GROUP in examples else None
        tables.append(table.assign(group=groups, target=target).set_index("id"))
    return pd.concat(tables)


def _in_order(table: pd.DataFrame, ids: Sequence[Hashable]) -> pd.DataFrame:
    """Return the rows of a table target by target, the examples of each as they were asked for."""
    place = {str(example_id): number for number, example_id in enumerate(ids)}
    at = table.index.astype(str).map(place).to_numpy()
    targets = pd.factorize(table["target"])[0]
    return table.iloc[np.lexsort((at, targets))]
