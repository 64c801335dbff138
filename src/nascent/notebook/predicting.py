"""What a network puts out for some examples of a store."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nascent.examples import mask_inputs
from nascent.reader import Reader
from nascent.shards.read import read_input, read_object
from nascent.store import Store


def outputs_of(
    network: Any,
    reader: Reader,
    store: Store,
    rows: Sequence[int],
    *,
    batch_size: int,
    how: str = "plain",
) -> np.ndarray:
    """Return the outputs of a network, (n, T) float64.

    Parameters
    ----------
    network
        The model.
    reader
        Of its inputs.
    store
        Open.
    rows
        Of the examples in it.
    batch_size
        Examples at a time.
    how
        `plain`, or `eight_fold`: the mean over the crop's eight flips and quarter turns.
    """
    from nascent.train.augment.eight_fold import predict_eight_fold

    def forward(inputs: dict[str, np.ndarray]) -> np.ndarray:
        if how == "eight_fold":
            return predict_eight_fold(network, inputs)
        return network.predict_on_batch(inputs)

    rows = list(rows)
    parts = [
        np.asarray(forward(inputs_of(store, reader, rows[first : first + batch_size])), np.float64)
        for first in range(0, len(rows), batch_size)
    ]
    return np.concatenate(parts)


def inputs_of(store: Store, reader: Reader, rows: Sequence[int]) -> dict[str, np.ndarray]:
    """Return all that a model is given of some examples: name → (n, …)."""
    found, masks = {}, mask_inputs(reader.specs)
    for one in reader.inputs:
        name = one.spec.name
        found[name], _ = read_input(store, one, rows)
        if name in masks:
            found[masks[name]] = read_object(store, one.stored, rows)
    return found
