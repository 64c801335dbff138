"""A trained model as attribution asks it: loaded when it is first needed, input by input."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.read_outs import ReadOut
from nascent.errors import AttributionError, did_you_mean
from nascent.examples import InputSpec
from nascent.reader import Reader
from nascent.shards.read import mask_of_measured
from nascent.store import Store
from nascent.train.models import load_model


class LoadedModel:
    """A model that is loaded when it is first asked.

    Parameters
    ----------
    path
        A `.keras` file.
    reader
        What it reads.
    read_out
        What is explained.
    stores
        Open; their examples are explained.

    Attributes
    ----------
    path, reader
    """

    def __init__(
        self, path: str | Path, reader: Reader, read_out: ReadOut, stores: Sequence[Store]
    ) -> None:
        self.path, self.reader = path, reader
        self._read_out, self._stores = read_out, stores

    @cached_property
    def network(self) -> Any:
        """The model itself.

        Raises
        ------
        AttributionError
            Where it lacks an input of the reader, or takes it in another shape.
        """
        network = load_model(self.path)
        for spec in self.reader.specs:
            _check_fit(network, spec, self.path)
        return network

    def of_input(self, name: str) -> ExplainedModel:
        """Return the model as a function of one of its inputs."""
        mask = mask_of_measured(self._stores, self.reader, name)
        enters = self.reader.input(name).spec.enters
        return ExplainedModel(self.network, self._read_out, name=name, mask=mask, enters=enters)

    def features(self, name: str) -> tuple[str, ...]:
        """Return the features of an input as they are explained.

        They are its own; of an input that enters by a layer, those that the layer makes of it.
        """
        spec = self.reader.input(name).spec
        if spec.enters is None:
            return spec.features
        width = self.of_input(name).entrance.shape[-1]
        return tuple(f"{spec.enters}_{number}" for number in range(width))


def _check_fit(model: Any, spec: InputSpec, model_path: str | Path) -> None:
    if spec.name not in model.input:
        raise AttributionError(
            f"the model has no input {spec.name!r}, which the shard holds",
            where=model_path,
            mend=did_you_mean(spec.name, model.input),
        )
    expected = tuple(model.input[spec.name].shape[1:])
    if expected != spec.shape:
        raise AttributionError(
            f"the model takes {spec.name} of shape {expected}, the shard holds {spec.shape}",
            where=model_path,
            mend="Explain it with shards of the crop size and channels it was trained on.",
        )
