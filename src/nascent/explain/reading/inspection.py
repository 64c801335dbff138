"""An explanation opened for the checks that ask the model again: its maps, pixels and method."""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nascent.attribute.baselines import Baseline, training_mean_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import MethodData
from nascent.attribute.maps import MapSource, open_maps
from nascent.attribute.method import Prepared, method_of
from nascent.attribute.read_outs import output_names, read_out_of
from nascent.attribute.references import drawn_references
from nascent.errors import AttributionError
from nascent.explain.reading.cells import ExplainedCell, explained_cells
from nascent.explain.reading.map_sets import refuse_unlike
from nascent.jobs import Described
from nascent.provenance import file_digest
from nascent.reader import InputReader, Reader, read_reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import mask_of_measured
from nascent.store import open_store
from nascent.train.models import load_model
from nascent.words import spoken

PLAIN = {"baseline": "black"}
"""Baseline of the methods that have none."""


class Inspection:
    """The maps of one model by one method, with all that made them.

    Parameters
    ----------
    model_path
        The model.
    map_paths, shard_paths
        Its maps, and for each file the shard that it was made from.
    reader
        From the shards' examples to the model's inputs.
    training_paths
        Training shards, for methods and baselines that draw examples of them.
    name
        Of the input whose maps are read; None for the first.
    network
        The model, where it is loaded already.

    Attributes
    ----------
    map_paths : list
    explained : ExplainedModel
        The model, by the read-out that is explained.
    source : MapSource
        How the maps were made; of all files alike but for the shard.
    data : MethodData
        What the method is given besides its options: it is asked for maps and predictions alone.
    ids : list
        Of all maps, in their order.

    Raises
    ------
    AttributionError
        Where there are no maps, or they are of another model or were not all made alike.
    """

    def __init__(
        self,
        model_path: str | Path,
        map_paths: Sequence[str | Path],
        shard_paths: Sequence[str | Path],
        reader: Reader | InputReader | Normaliser,
        *,
        training_paths: Sequence[str | Path] = (),
        name: str | None = None,
        network: Any = None,
    ) -> None:
        self.map_paths = list(map_paths)
        self._shard_paths, self._reader = list(shard_paths), reader_of(reader, shard_paths)
        self.source, self.ids = _read(map_paths, name)
        _refuse_other_model(model_path, map_paths)
        network = load_model(model_path) if network is None else network
        one = self._reader.input(self.source.input)
        self.explained = ExplainedModel(
            network,
            read_out_of(self._reader, self.source.read_out),
            name=self.source.input,
            mask=self._mask(),
            enters=one.spec.enters,
        )
        options = self.source.options
        references = None
        if "references" in options:
            references = drawn_references(
                training_paths, one, count=options["references"], seed=self.source.seed
            )
        self.data = MethodData(self.source.seed, training_mean_of(one), references, ends=False)

    def _mask(self) -> str | None:
        """Return the name under which the model takes where the explained input was measured."""
        with ExitStack() as stack:
            stores = [stack.enter_context(open_store(path)) for path in self._shard_paths]
            return mask_of_measured(stores, self._reader, self.source.input)

    def of_first_output(self) -> bool:
        """Return whether the first output is explained, of the first target."""
        return self.source.read_out in ("", *output_names(self._reader)[:1])

    def cells(self, chosen: Collection[Hashable] | None = None) -> Iterator[ExplainedCell]:
        """Yield the examples with their maps, all or the chosen ones, in the order of the maps."""
        return explained_cells(
            self.map_paths, self._shard_paths, self._reader, chosen=chosen, name=self.source.input
        )

    def method(self) -> Prepared:
        """Return the method, with the options that it had; it is prepared once.

        It reads the model's weights whenever it explains: maps are those of the model as it is
        then, redrawn or trained.
        """
        return self._method

    @cached_property
    def _method(self) -> Prepared:
        method = method_of(self.source.method)
        return method.ready(self.explained, self.data, self.source.options)

    def outputs_of(self, cell: ExplainedCell) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        """Return the model as a function of the explained input, all else as in an example."""

        def outputs(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
            others = {
                name: np.repeat(values[None], len(images), 0)
                for name, values in cell.others.items()
            }
            return self.explained.outputs(self.explained.entered(images), masks, others)

        return outputs

    def baseline(self) -> Baseline:
        """Return the baseline of the method; black where it has none."""
        return self.data.baseline(PLAIN | dict(self.source.options))


def open_inspection(described: Described) -> Inspection:
    """Open the explanation that a check reads; checks that are parts of one job share it.

    So a model is loaded, and what a method computes is compiled, once a job. Whoever changes the
    model's weights puts the trained ones back.

    Parameters
    ----------
    described
        The job, or its part. Of its files, `model`, `maps`, `shards` and `training` are those of
        `Inspection`, and `reader` is the model's `reader.json`.
    """
    return _shared_inspection(described, None, None)


def open_inspections(described: Described) -> list[Inspection]:
    """Open the explanations of all inputs of a model that have maps; see `open_inspection`."""
    first = open_inspection(described)
    with open_maps(described.input.maps[0]) as maps:
        others = [name for name in maps.inputs if name != first.source.input]
    network = first.explained.model
    return [first, *(_shared_inspection(described, name, network) for name in others)]


def _shared_inspection(described: Described, name: str | None, network: Any) -> Inspection:
    given = described.input
    opened = getattr(described, "shared", {}).setdefault("inspections", {})
    key = (given.model, tuple(given.maps), tuple(given.shards), given.reader, name)
    if key not in opened:
        opened[key] = Inspection(
            given.model,
            given.maps,
            given.shards,
            read_reader(given.reader),
            training_paths=given.training,
            name=name,
            network=network,
        )
    return opened[key]


def _refuse_other_model(model_path: str | Path, map_paths: Sequence[str | Path]) -> None:
    digest = file_digest(model_path)
    for path in map_paths:
        with open_maps(path) as maps:
            if maps.source.model_sha256 != digest:
                raise AttributionError(
                    f"these maps are not of the model {model_path}, but of another",
                    where=path,
                    mend="Delete them and run again: they will be made of this model.",
                )


def _read(paths: Sequence[str | Path], name: str | None) -> tuple[MapSource, list[Hashable]]:
    source, ids = None, []
    for path in paths:
        with open_maps(path, name) as maps:
            source = source or maps.source
            refuse_unlike(source, maps)
            ids += maps.ids
    if source is None:
        raise AttributionError(
            "there are no maps",
            mend=f"Explain a split that has {spoken().examples}: attribute.splits.",
        )
    return source, ids
