"""The maps of a model and method on disk, found by the ids of their examples."""

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent import integrity
from nascent.attribute.maps import PLACE, MapSource, open_maps
from nascent.errors import AttributionError, did_you_mean
from nascent.extras import of_extra
from nascent.notebook.maps import Maps
from nascent.notebook.model import Model
from nascent.provenance import file_digest
from nascent.shards.read import read_input
from nascent.words import speaking

if TYPE_CHECKING:
    from anndata import AnnData


class MapSet:
    """The maps that the workflow made of a model by a method; `Study.maps` gives it.

    Attributes
    ----------
    model : Model
        Whose predictions are explained.
    method : str
        As in the study.
    source : MapSource
        How the maps were made: options, seed of draws, channels.
    table : pandas.DataFrame
        A row an example, index `id`: `prediction`, `prediction_baseline`, `completeness_gap`,
        `steps`, `converged`, and `loss`, the rounding of the stored map.

    Examples
    --------
    >>> maps = study.maps("simple_cnn", "ig")   # doctest: +SKIP
    >>> maps[100004].plot()                     # doctest: +SKIP
    >>> maps.shares.mean().sort_values()        # doctest: +SKIP
    """

    def __init__(
        self, model: Model, method: str, paths: Sequence[Path], of_input: str | None = None
    ) -> None:
        self.model, self.method = model, method
        self._places: dict[str, tuple[Path, int, int]] = {}
        digest, tables = file_digest(model.path), []
        for path in paths:
            integrity.checked(path)
            with open_maps(path, of_input) as maps:
                if maps.source.model_sha256 != digest:
                    raise AttributionError(
                        f"these maps are not of the model {model.path}, but of another",
                        where=path,
                        mend="Run the study again: they will be made of this model.",
                    )
                self.source: MapSource = maps.source
                tables.append(maps.cells)
                for index, example_id in enumerate(maps.ids):
                    self._places[str(example_id)] = path, index, len(self._places)
        self.table: pd.DataFrame = pd.concat(tables)

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Maps]:
        return (self[example_id] for example_id in self.table.index)

    def __getitem__(self, example_id: Hashable) -> Maps:
        """Return the map of one example.

        Raises
        ------
        AttributionError
            Where it has none.
        """
        if str(example_id) not in self._places:
            words = self.model.words
            raise AttributionError(
                f"{words.example} {example_id!r} has no map by {self.method}",
                mend=did_you_mean(str(example_id), list(self._places)[:20])
                + f" Any {words.example} can be explained: study.explain(…).",
            )
        path, index, place = self._places[str(example_id)]
        with speaking(self.model.words.plain()), open_maps(path, self.source.input) as maps:
            row = self.table.iloc[place]
            return self._maps(row, maps[index], maps.mask(index), maps.channels)

    @property
    def shares(self) -> pd.DataFrame:
        """Each example's shares of channels, as the study has read them out of the maps.

        Raises
        ------
        AttributionError
            Where the method tells places apart and no channels.
        """
        study = self.model.study
        if self.source.axes == PLACE:
            words = self.model.words
            raise AttributionError(
                f"maps by {self.method} have no shares of {words.features}: the method scores"
                f" {words.places} alone",
                mend=f"Take a method that scores {words.features}, too.",
            )
        seed = self.model.seed
        table = study.table(f"explain/{self.model.name}/{seed}/{self.method}.cells")
        return table.set_index("id")[list(self.source.channels)]

    def to_anndata(self) -> "AnnData":
        """Return channel scores as AnnData, examples × channels; see docs/results.md.

        Raises
        ------
        NascentError
            Where the library anndata is not installed, or the study has not made the file yet.
        """
        study = self.model.study
        path = study.file(f"explain/{self.model.name}/{self.model.seed}/{self.method}.h5ad")
        return of_extra("anndata", "export").read_h5ad(path)

    def _maps(
        self, row: pd.Series, scores: np.ndarray, mask: np.ndarray, channels: Sequence[str]
    ) -> Maps:
        source, study = self.source, self.model.study
        reader = self.model.reader.input(source.input)
        with study.finder.opened(row.name) as (store, place):
            images, _ = read_input(store, reader, [place])
        return Maps(
            example=study.example(row.name),
            model=self.model.name,
            seed=self.model.seed,
            method=source.method,
            options=source.options,
            read_out=source.read_out,
            input=source.input,
            axes=reader.spec.axes,
            channels=tuple(channels),
            scores=scores,
            image=images[0],
            mask=mask,
            kind=source.axes,
            prediction=float(row["prediction"]),
            prediction_baseline=float(row["prediction_baseline"]),
            completeness_gap=float(row["completeness_gap"]),
            steps=int(row["steps"]),
            converged=bool(row["converged"]),
            target=self.model.target_channel,
        )

    def __repr__(self) -> str:
        words = self.model.words
        return f"{len(self)} maps of {words.examples} by {self.method}, {self.model!r}"
