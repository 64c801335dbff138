"""Which features of a network with global pooling answer to the example, and which to the frame.

Before a global pooling a feature is a map, (h, w) of an image; its share inside the example takes
one forward pass, for all features at once. A place of a coarse map counts as inside by the part of
it that was measured. What the head makes of a feature is its gradient behind the pooling.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.attribute.explained import ExplainedModel
from nascent.explain.attention.feature_table import FEATURES, FeatureShares, feature_table
from nascent.files import write_table
from nascent.frameworks import keras
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import read_input
from nascent.store import open_store
from nascent.train.layers import MaskedAverage, averaged_along, shares
from nascent.train.models import load_model

POOLINGS = (
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalAveragePooling3D,
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalMaxPooling3D,
    MaskedAverage,
)
"""Layers that pool a whole feature map into one number a feature."""

CELLS = ("id", "split", "group", "chance", "all", "raising", "lowering")
"""First columns of the table of examples; those of the features follow."""

CELLS_AT_A_TIME = 32
DECIMALS = 5  # of a share in the table of examples, which has a column a feature

_LOGGER = logging.getLogger(__name__)


def pooled_layer(model: keras.Model) -> str | None:
    """Return the name of the layer whose feature map the model pools globally, last of all.

    Backbones pool inside of their blocks too, so the last pooling counts. None where there is no
    global pooling, or the image itself is pooled, which has no features.
    """
    pooling = next((layer for layer in reversed(model.layers) if isinstance(layer, POOLINGS)), None)
    if pooling is None:
        return None
    given = pooling.input[0] if isinstance(pooling.input, list | tuple) else pooling.input
    before = next((layer for layer in model.layers if _gives(layer, given)), None)
    if before is None or isinstance(before, keras.layers.InputLayer):
        return None
    return before.name


def inside_weights(masks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the measured part (n, h, w) float64 of each place of a feature map.

    Parameters
    ----------
    masks
        (n, places …) bool.
    shape
        (h, w) of the feature map, or as many places as the masks have.
    """
    weight = masks.astype(np.float64)
    for axis, (pixels, places) in enumerate(zip(masks.shape[1:], shape, strict=True), start=1):
        parts = shares(pixels, places)
        if parts is not None:
            weight = np.einsum(averaged_along(axis, weight.ndim), parts, weight)
    return weight


def feature_shares(features: np.ndarray, gradients: np.ndarray, masks: np.ndarray) -> FeatureShares:
    """Return how much of each feature lies in the example.

    Parameters
    ----------
    features, gradients
        (n, places …, F), what the layer gives, and the gradient of the prediction there.
    masks
        (n, places …) bool.
    """
    positive = np.maximum(features, 0).astype(np.float64)
    weight = inside_weights(masks, features.shape[1:-1])
    places = tuple(range(1, masks.ndim))
    return FeatureShares(
        inside=np.einsum(weight, [0, *places], positive, [0, *places, masks.ndim], [0, masks.ndim]),
        total=positive.sum(axis=places),
        chance=masks.mean(axis=places),
        gradient=gradients.sum(axis=places, dtype=np.float64),
    )


def check_features(
    model_path: str | Path,
    shard_paths: Sequence[str | Path],
    reader: Reader | InputReader | Normaliser,
    *,
    out: str | Path,
    cells_out: str | Path,
    confidence: float,
) -> None:
    """Write which features of a model lie in the example, over the examples of some shards.

    Parameters
    ----------
    model_path
        A `.keras` file; its first target is explained.
    shard_paths, reader
        The examples, and how they become model input.
    out
        The columns of `FEATURES`. A model without features that are pooled globally has one row,
        without numbers, that tells so in `told`; so has one of several inputs, or of an input
        without a mask.
    cells_out
        A row an example: the columns of `CELLS`, then `feature_0`, `feature_1` … Where no feature
        is pooled there are no rows. `all`, `raising` and `lowering` are shares over all features,
        over those that raise the prediction and those that lower it, each weighted by its
        gradient.
    confidence
        Of the intervals, see `nascent.explain.statistics.intervals`.
    """
    network = load_model(model_path)
    inputs = reader_of(reader, shard_paths).inputs
    layer, told = pooled_layer(network), "no feature map is pooled globally"
    if len(inputs) > 1:
        layer, told = None, "features of a model of several inputs lie in no one of them"
    elif not inputs[0].spec.masks:
        layer, told = None, "no mask tells where the object lies"
    if layer is None:
        _LOGGER.info("%s: there is nothing to look at", told)
        write_table(pd.DataFrame([{"told": told}], columns=FEATURES), out)
        write_table(pd.DataFrame(columns=CELLS), cells_out)
        return
    cut = ExplainedModel(network, name=inputs[0].spec.name).at_layer(layer)
    parts = list(_of_shards(shard_paths, inputs[0], cut))
    cells = pd.concat([table for table, _ in parts])
    found = _joined([shares for _, shares in parts])
    tables = []
    for split in cells["split"].unique():
        rows = (cells["split"] == split).to_numpy()
        of_split = FeatureShares(
            found.inside[rows], found.total[rows], found.chance[rows], found.gradient[rows]
        )
        groups = cells.loc[rows, "group"].to_numpy(str)
        told = feature_table(of_split, groups, confidence=confidence)
        tables.append(told.assign(layer=layer, split=split, told=""))
    write_table(pd.concat(tables, ignore_index=True)[list(FEATURES)], out)
    weights = {
        "all": np.ones_like(found.gradient),
        "raising": np.maximum(found.gradient, 0),
        "lowering": np.maximum(-found.gradient, 0),
    }
    first = cells.assign(
        chance=found.chance, **{name: found.weighted(given) for name, given in weights.items()}
    )[list(CELLS)]
    names = [f"feature_{number}" for number in range(found.total.shape[1])]
    values = pd.DataFrame(found.shares, first.index, names)
    write_table(pd.concat([first, values], axis=1).round(DECIMALS), cells_out)


def _of_shards(
    shard_paths: Sequence[str | Path], reader: InputReader, cut: Any
) -> Iterator[tuple[pd.DataFrame, FeatureShares]]:
    for path in shard_paths:
        with open_store(path) as shard:
            reader.refuse_other(shard)
            table = shard.examples.reset_index()
            for first in range(0, len(shard), CELLS_AT_A_TIME):
                rows = slice(first, min(first + CELLS_AT_A_TIME, len(shard)))
                images, masks = read_input(shard, reader, range(rows.start, rows.stop))
                features = cut.features(images, masks)
                _, gradients = cut.gradients(features, masks)
                yield (
                    table.loc[rows.start : rows.stop - 1, ["id", "split", "group"]],
                    feature_shares(features, gradients, masks),
                )


def _joined(parts: Sequence[FeatureShares]) -> FeatureShares:
    names = [field.name for field in fields(FeatureShares)]
    return FeatureShares(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def _gives(layer: Any, tensor: Any) -> bool:
    # A layer that is used twice has no one output.
    try:
        return layer.output is tensor
    except AttributeError:
        return False
