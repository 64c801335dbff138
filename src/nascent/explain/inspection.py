"""An explanation opened for the checks that ask the model again: its maps, pixels and method."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from pathlib import Path

import keras

from nascent.attribute.baselines import Baseline, training_mean_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import MethodData
from nascent.attribute.maps import MapSource, open_maps
from nascent.attribute.methods import Prepared, method_of
from nascent.attribute.references import drawn_references
from nascent.errors import AttributionError
from nascent.explain.cells import ExplainedCell, explained_cells, inspected_model
from nascent.shards.normalise import Normaliser

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
    normaliser
        From the shards' pixels as measured to the model's input.
    training_paths
        Training shards, for methods and baselines that draw cells of them.

    Attributes
    ----------
    model : keras.Model
    source : MapSource
        How the maps were made; of all files alike but for the shard.
    data : MethodData
        What the method is given besides its options.
    cell_ids : list
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
        normaliser: Normaliser,
        *,
        training_paths: Sequence[str | Path] = (),
    ) -> None:
        self._paths, self._normaliser = (map_paths, shard_paths), normaliser
        self.source, self.cell_ids = _read(map_paths)
        self.model: keras.Model = inspected_model(model_path, map_paths, self.source.target).model
        options = self.source.options
        references = None
        if "references" in options:
            references = drawn_references(
                training_paths, normaliser, count=options["references"], seed=self.source.seed
            )
        self.data = MethodData(self.source.seed, training_mean_of(normaliser), references)

    def cells(self, chosen: Collection[Hashable] | None = None) -> Iterator[ExplainedCell]:
        """Yield the cells with their maps, all or the chosen ones, in the order of the maps."""
        maps, shards = self._paths
        return explained_cells(maps, shards, self._normaliser, chosen=chosen)

    def explained(self, model: keras.Model | None = None) -> ExplainedModel:
        """Return the explained output of the model, or of another in its place."""
        return ExplainedModel(self.model if model is None else model, self.source.target)

    def method(self, model: keras.Model | None = None) -> Prepared:
        """Return the method, with the options that it had, of the model or of another."""
        method = method_of(self.source.method)
        return method.prepare(self.explained(model), self.data, self.source.options)

    def baseline(self) -> Baseline:
        """Return the baseline of the method; black where it has none."""
        return self.data.baseline(PLAIN | dict(self.source.options))


def _read(paths: Sequence[str | Path]) -> tuple[MapSource, list[Hashable]]:
    source, cell_ids = None, []
    for path in paths:
        with open_maps(path) as maps:
            source = source or maps.source
            for what in ("method", "options", "seed", "target", "channels"):
                if getattr(maps.source, what) != getattr(source, what):
                    raise AttributionError(
                        f"these maps differ in {what} from those before them",
                        where=path,
                        mend="Delete them: the job that makes them will be repeated.",
                    )
            cell_ids += maps.cell_ids
    if source is None:
        raise AttributionError(
            "there are no maps", mend="Explain a split that has cells: attribute.splits."
        )
    return source, cell_ids
