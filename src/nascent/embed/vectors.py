"""Vectors of examples: what a trained network hands to its output layer."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError, did_you_mean
from nascent.examples import GROUP
from nascent.frameworks import keras
from nascent.reader import Reader
from nascent.shards.batches import Batches
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)

OUTPUT = "output"
"""The layer with weights that every head ends in, see `nascent.head`."""


@dataclass(frozen=True)
class Layer:
    """What of a network is read: `name` of the layer, and a network that gives its values.

    Attributes
    ----------
    name : str
        Of the layer that puts the vectors out.
    network : keras.Model
        From the model's inputs to (n, d).
    """

    name: str
    network: keras.Model


def embedding_layer(model: keras.Model, name: str | None = None) -> Layer:
    """Return the layer whose values are the vectors, with a network that ends there.

    Values at places are averaged over them, so that each example has one vector.

    Parameters
    ----------
    model
        Trained.
    name
        Of one of its layers; None for that which the output layer reads.

    Raises
    ------
    TrainError
        Where it has no such layer; the nearest is named.
    """
    layers = {layer.name: layer for layer in model.layers}
    wanted = OUTPUT if name is None else name
    if wanted not in layers:
        raise TrainError(
            f"the model {model.name} has no layer {wanted!r}",
            where="embed.layer",
            mend=did_you_mean(wanted, layers),
        )
    values = layers[wanted].input if name is None else layers[wanted].output
    places = tuple(range(1, len(values.shape) - 1))
    vectors = keras.ops.mean(values, axis=places) if places else values
    if len(vectors.shape) == 1:
        raise TrainError(f"the layer {wanted!r} gives no vectors", where="embed.layer")
    source = values._keras_history.operation.name
    return Layer(source, keras.Model(model.input, vectors))


def embed(
    layer: Layer, shards: Mapping[str, Sequence[str | Path]], reader: Reader, *, batch_size: int
) -> pd.DataFrame:
    """Return the vectors of the examples of shards.

    Parameters
    ----------
    layer
        See `embedding_layer`.
    shards
        Split → its shards, see `nascent.shards.plan.shards_of`.
    reader
        Of the model, see `nascent.reader.read_reader`.
    batch_size
        Examples at a time.

    Returns
    -------
    pandas.DataFrame
        Index `id`, split by split and as the examples lie in the shards; columns `split`, `group`
        and 0 … d − 1, float32.

    Raises
    ------
    TrainError
        Where a value is not finite; the example is named.
    """
    parts = [
        _of_split(layer, Batches(paths, reader, batch_size=batch_size, target=None), split)
        for split, paths in shards.items()
        if paths
    ]
    if not parts:
        return pd.DataFrame({"split": [], "group": []}, index=pd.Index([], name="id"))
    return pd.concat(parts)


def _of_split(layer: Layer, batches: Batches, split: str) -> pd.DataFrame:
    examples = batches.examples
    vectors = np.concatenate(
        [np.asarray(layer.network.predict_on_batch(batch.inputs), np.float32) for batch in batches]
    )
    wrong = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(wrong):
        raise TrainError(
            f"the values of layer {layer.name!r} for {spoken().example}"
            f" {examples.index[wrong[0]]} are not finite ({len(wrong)} of {len(vectors)})",
            where="embed",
            mend="Train with a lower learning_rate.",
        )
    _LOGGER.info(
        "%d %s %s: %d numbers each, of layer %s",
        *(len(vectors), split, spoken().examples, vectors.shape[1], layer.name),
    )
    known: dict[Any, Any] = {"split": split, "group": examples[GROUP].to_numpy(str)}
    table = pd.DataFrame(known, index=examples.index)
    return pd.concat([table, pd.DataFrame(vectors, index=examples.index)], axis=1)
