"""Explaining one example, as the jobs of the workflow explain those of a shard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nascent.attribute.baselines import training_mean_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, MethodData
from nascent.attribute.maps import PLACE
from nascent.attribute.method import method_of
from nascent.attribute.read_outs import read_out_of
from nascent.attribute.references import References, drawn_references
from nascent.errors import AttributionError
from nascent.notebook.example import read_example
from nascent.notebook.maps import Maps
from nascent.reader import InputReader
from nascent.shards.read import mask_of_measured, read_input, read_others
from nascent.store import Store
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.notebook.model import Model


@dataclass(frozen=True)
class Asked:
    """What is explained, and how.

    Attributes
    ----------
    method, options
        Name of the method, and all options that it takes.
    input
        Of the model; None for the first.
    read_out
        None for the task's usual one.
    seed
        Of the methods that draw.
    """

    method: str
    options: Mapping[str, Any]
    input: str | None
    read_out: str | None
    seed: int


def explained(
    model: "Model",
    store: Store,
    row: int,
    asked: Asked,
    ready: dict[str | None, Any],
) -> Maps:
    """Return the map of one example.

    Parameters
    ----------
    model
        Of it the network and its reader are read.
    store, row
        The open store of the example, and its row there.
    asked
        What is explained, and how.
    ready
        Keeps what was computed once for all examples: give the same one to go on with it.

    Raises
    ------
    AttributionError
        Where the method cannot be had of this model or input, or the map is not finite.
    """
    reader = model.reader
    reader.refuse_other(store)
    one = reader.input(asked.input or reader.specs[0].name)
    name, read_out = one.spec.name, read_out_of(reader, asked.read_out)
    mask = mask_of_measured([store], reader, name)
    method = method_of(asked.method)
    if mask not in ready:
        network = ExplainedModel(
            model.network, read_out, name=name, mask=mask, enters=one.spec.enters
        )
        data = MethodData(asked.seed, training_mean_of(one), _references(asked, one, model))
        ready[mask] = network, method.ready(network, data, asked.options)
    network, attribute = ready[mask]
    images, masks = read_input(store, one, [row])
    example = read_example(store, row, model.words, pixel_size=model.pixel_size)
    others = read_others(store, reader, [row], explained=name)
    found = attribute(CellBatch(images, masks, [example.id], others))
    if not np.isfinite(found.maps).all():
        raise AttributionError(
            f"the attribution of {spoken().example} {example.id} is not finite",
            where=model.path,
            mend="Look at the model's history: its training may have diverged.",
        )
    kind = method.axes(asked.options)
    features = one.spec.features
    if one.spec.enters is not None:
        features = tuple(
            f"{one.spec.enters}_{number}" for number in range(network.entrance.shape[-1])
        )
    return Maps(
        example=example,
        model=model.name,
        seed=model.seed,
        method=asked.method,
        options=asked.options,
        read_out=read_out.name,
        input=name,
        axes=one.spec.axes,
        channels=("all",) if kind == PLACE else features,
        scores=found.maps[0],
        image=images[0],
        mask=masks[0],
        kind=kind,
        prediction=float(found.prediction[0]),
        prediction_baseline=float(found.prediction_baseline[0]),
        completeness_gap=float(found.completeness_gap[0]),
        steps=int(found.steps[0]),
        converged=bool(found.converged[0]),
        target=model.target_channel,
    )


def _references(asked: Asked, one: InputReader, model: "Model") -> References | None:
    if "references" not in asked.options:
        return None
    training = model.training_shards()
    if not training:
        raise AttributionError(
            f"{asked.method} compares with training {spoken().examples}, and this model belongs to"
            " no study",
            mend="Open it through its study, or choose another method or baseline.",
        )
    count = asked.options["references"]
    return drawn_references(training, one, count=count, seed=asked.seed)
