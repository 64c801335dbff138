"""The attribute stage: the maps of one shard's examples, written as they come."""

import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nascent.attribute.baselines import training_mean_of
from nascent.attribute.inputs import CellBatch, MethodData
from nascent.attribute.loaded import LoadedModel
from nascent.attribute.map_writer import MapParts, join_maps, write_maps
from nascent.attribute.maps import MapSource, open_maps
from nascent.attribute.method import Method, method_of
from nascent.attribute.options import options_of
from nascent.attribute.read_outs import read_out_of
from nascent.attribute.references import References, drawn_references
from nascent.attribute.results import Attributions
from nascent.attribute.resumed import clear, is_whole, resumed_state
from nascent.errors import AttributionError
from nascent.kind import with_article
from nascent.logs import progress
from nascent.provenance import file_digest
from nascent.reader import InputReader, Reader, reader_of
from nascent.shards.normalise import Normaliser
from nascent.shards.read import has_one_mask, read_input, read_object, read_others
from nascent.store import Store, open_store
from nascent.words import spoken

BATCHES_A_FLUSH = 16
"""Batches after which maps go to disk: what a kill can cost, and no more."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Explanation:
    """How the predictions of a model are explained.

    Attributes
    ----------
    method, options
        Name in `nascent.attribute.method.known_methods`, and just the options that it takes.
    seed
        Of the methods that draw.
    read_out
        What is explained, among the read-outs of the task (`nascent.task.Task.read_outs`); None for
        its usual one.
    precision
        Of the stored maps, in `nascent.attribute.maps.PRECISIONS`.
    """

    method: str
    options: Mapping[str, Any]
    seed: int
    read_out: str | None = None
    precision: str = "float16"


def attribute_shard(
    model_path: str | Path,
    shard_path: str | Path,
    out: str | Path,
    *,
    reader: Reader | InputReader | Normaliser,
    how: Explanation,
    state_dir: str | Path,
    record: Mapping[str, Any],
    training_paths: Sequence[str | Path] = (),
) -> None:
    """Explain a model's prediction of every example of a shard, and write the maps to `out`.

    Each input of the model is explained by itself, the others held at what they are in the example:
    its map tells what the input adds given the others. An input that the method cannot explain is
    left out, and the log says why.

    Finished batches wait in `state_dir`. A job that was killed goes on behind the last of them,
    where model, shard, reader, method, seed and record are still the same; otherwise it starts
    anew. The result has the same bytes either way.

    Parameters
    ----------
    model_path
        A `.keras` file.
    shard_path
        A shard of examples.
    out
        The map file; see `nascent.attribute.maps`.
    reader
        From the shard's examples to the model's inputs.
    how
        What is explained, and by which method.
    state_dir
        A folder of this job alone, outside the declared outputs.
    record
        Provenance, kept in the file.
    training_paths
        The training shards, of which methods with the option `references` draw examples.

    Raises
    ------
    AttributionError
        Where model and shard do not fit each other, the method cannot be had of any input, or an
        attribution is not finite.
    """
    chosen, wanted = method_of(how.method), options_of(how.method, how.options)
    readers = reader_of(reader, [shard_path])
    read_out = read_out_of(readers, how.read_out)
    digests = file_digest(model_path), file_digest(shard_path)
    with open_store(shard_path) as shard:
        readers.refuse_other(shard)
        model = LoadedModel(model_path, readers, read_out, [shard])
        inputs = [
            _Explained(
                one,
                MapSource(
                    model.features(one.spec.name),
                    how.method,
                    wanted,
                    how.seed,
                    *digests,
                    chosen.axes(wanted),
                    how.precision,
                    one.spec.name,
                    read_out.name,
                ),
                MethodData(
                    how.seed,
                    training_mean_of(one),
                    _references(training_paths, one, wanted, how.seed),
                ),
            )
            for one in readers.inputs
        ]
        state = resumed_state(Path(state_dir), _made_from(inputs, record))
        inputs = _able(inputs, model, chosen, wanted)
        parts = [
            _attribute_input(one, shard, model, chosen, wanted, state, several=len(inputs) > 1)
            for one in inputs
        ]
        join_maps(parts, out, record=record)
    for one in inputs:
        _tell_what_fell_short(out, one.source.input)
    clear(state)
    state.rmdir()


@dataclass(frozen=True)
class _Explained:
    """An input that is explained.

    Attributes
    ----------
    reader
        Of the input.
    source
        Of its maps.
    data
        What the method is given besides its options.
    """

    reader: InputReader
    source: MapSource
    data: MethodData


def _able(
    inputs: Sequence[_Explained], model: LoadedModel, method: Method, options: Mapping[str, Any]
) -> list[_Explained]:
    """Return the inputs of several that the method can explain; of one, it itself."""
    if len(inputs) == 1:
        return list(inputs)
    able, reasons = [], []
    for one in inputs:
        try:
            method.ready(model.of_input(one.source.input), one.data, options)
        except AttributionError as error:
            reasons.append(error)
            _LOGGER.warning("the input %s is not explained: %s", one.source.input, error)
        else:
            able.append(one)
    if not able:
        raise reasons[0]
    return able


def _attribute_input(
    one: _Explained,
    shard: Store,
    model: LoadedModel,
    method: Method,
    options: Mapping[str, Any],
    state: Path,
    *,
    several: bool,
) -> MapParts:
    """Write the maps of one input that are not in `state` yet, and return where all of them are."""
    spec, name = one.reader.spec, one.source.method
    flushes = _flushes(len(shard), method, options, spec.shape)
    prefix = f"{spec.name}-" if several else ""
    parts = [state / f"{prefix}{cells.start:06d}-{cells.stop:06d}.h5" for cells in flushes]
    left = [(cells, part) for cells, part in zip(flushes, parts, strict=True) if not is_whole(part)]
    if 0 < len(left) < len(flushes):
        _LOGGER.info(f"going on behind {spoken().example} %d of %d", left[0][0].start, len(shard))
    if left:
        attribute = method.ready(model.of_input(spec.name), one.data, options)
        evaluations = method.evaluations(options, spec.shape)
        _LOGGER.info(
            f"%s: up to %d evaluations of the model {with_article(spoken().example)}",
            name,
            evaluations,
        )
        for cells, part in progress(
            left, total=len(left), what=f"{name}: batches of {spoken().examples}"
        ):
            batch = _read(shard, cells, one.reader, model.reader)
            attributions = attribute(batch)
            _check_finite(attributions, batch.ids, model.path)
            write_maps(
                part,
                attributions,
                ids=batch.ids,
                masks=batch.masks,
                source=one.source,
                objects=_objects(shard, cells, one.reader),
            )
    return MapParts(one.source, spec.places, parts)


def _made_from(inputs: Sequence[_Explained], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that the maps of inputs depend on."""
    each = [
        {
            "source": asdict(one.source),
            "reader": {"name": one.reader.name} | one.reader.to_plain(),
            "references": None if one.data.references is None else one.data.references.digest(),
        }
        for one in inputs
    ]
    return {"record": record, "inputs": each}


def _objects(shard: Store, cells: range, one: InputReader) -> np.ndarray | None:
    """Return the masks of objects; None where they are those of what was measured, or none."""
    return None if has_one_mask(shard, one.stored) else read_object(shard, one.stored, cells)


def _references(
    paths: Sequence[str | Path], reader: InputReader, options: Mapping[str, Any], seed: int
) -> References | None:
    if "references" not in options:
        return None
    return drawn_references(paths, reader, count=options["references"], seed=seed)


def _flushes(
    cells: int, method: Method, options: Mapping[str, Any], shape: tuple[int, ...]
) -> list[range]:
    # The borders depend on the shard and the method alone, so that a resumed job evaluates the
    # same batches as an undisturbed one. No more examples than a batch has: their maps wait in
    # memory.
    evaluations = BATCHES_A_FLUSH * options["batch_size"]
    count = max(1, evaluations // method.evaluations(options, shape))
    count = min(count, options["batch_size"])
    return [range(first, min(cells, first + count)) for first in range(0, cells, count)]


def _tell_what_fell_short(path: str | Path, name: str) -> None:
    with open_maps(path, name) as maps:
        zero = sum(not values.any() for values in maps)
        missed, count = int((~maps.cells["converged"]).sum()) if len(maps) else 0, len(maps)
    if missed:
        _LOGGER.warning(
            f"%d of %d {spoken().examples} do not meet the tolerance at the largest number of"
            " steps; they are marked (converged)",
            missed,
            count,
        )
    if zero:
        _LOGGER.warning("%d of %d maps are zero everywhere", zero, count)


def _read(shard: Store, cells: range, one: InputReader, reader: Reader) -> CellBatch:
    images, masks = read_input(shard, one, cells)
    others = read_others(shard, reader, cells, explained=one.spec.name)
    ids = shard.examples.index[cells.start : cells.stop].tolist()
    return CellBatch(images, masks, ids, others)


def _check_finite(
    attributions: Attributions, ids: Sequence[Hashable], model_path: str | Path
) -> None:
    finite = np.isfinite(attributions.maps).all(axis=tuple(range(1, attributions.maps.ndim)))
    if not finite.all():
        raise AttributionError(
            f"the attribution of {spoken().example} {ids[int(np.argmin(finite))]} is not finite",
            where=model_path,
            mend="Look at the model's history: its training may have diverged.",
        )
