"""The attribute stage: the maps of one shard's cells, written as they come."""

import hashlib
import json
import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nascent.attribute.baselines import training_mean_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, MethodData
from nascent.attribute.maps import MapSource, join_maps, open_maps, write_maps
from nascent.attribute.method import Method, method_of
from nascent.attribute.options import options_of
from nascent.attribute.references import References, drawn_references
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError, StoreError
from nascent.files import explained, read_json, write_json
from nascent.logs import progress
from nascent.provenance import file_digest
from nascent.shards.normalise import Normaliser
from nascent.store import Store, open_store
from nascent.train.models import load_model

BATCHES_A_FLUSH = 16
"""Batches after which maps go to disk: what a kill can cost, and no more."""

SIGN = "fingerprint.json"

_LOGGER = logging.getLogger(__name__)


def attribute_shard(
    model_path: str | Path,
    shard_path: str | Path,
    out: str | Path,
    *,
    normaliser: Normaliser,
    method: str,
    options: Mapping[str, Any],
    seed: int,
    state_dir: str | Path,
    record: Mapping[str, Any],
    target: int = 0,
    precision: str = "float16",
    training_paths: Sequence[str | Path] = (),
) -> None:
    """Explain a model's prediction of every cell of a shard, and write the maps to `out`.

    Finished batches wait in `state_dir`. A job that was killed goes on behind the last of them,
    where model, shard, normaliser, method, seed and record are still the same; otherwise it starts
    anew. The result has the same bytes either way.

    Parameters
    ----------
    model_path
        A `.keras` file.
    shard_path
        A shard of cells.
    out
        The map file; see `nascent.attribute.maps`.
    normaliser
        From the shard's pixels as measured to the model's input.
    method, options
        Name in `nascent.attribute.method.known_methods`, and just the options that it takes.
    seed
        Of the methods that draw.
    state_dir
        A folder of this job alone, outside the declared outputs.
    record
        Provenance, kept in the file.
    target
        Column of the model's outputs that is explained.
    precision
        Of the stored maps, in `nascent.attribute.maps.PRECISIONS`.
    training_paths
        The training shards, of which methods with the option `references` draw cells.

    Raises
    ------
    AttributionError
        Where model and shard do not fit each other, the method cannot be had of the model, or an
        attribution is not finite.
    """
    chosen, wanted = method_of(method), options_of(method, options)
    source = MapSource(
        normaliser.inputs,
        method,
        wanted,
        seed,
        file_digest(model_path),
        file_digest(shard_path),
        chosen.axes(wanted),
        target,
        precision,
    )
    data = MethodData(
        seed,
        training_mean_of(normaliser),
        _references(training_paths, normaliser, wanted, seed),
    )
    state = _resumed_state(Path(state_dir), source, normaliser, data, record)
    with open_store(shard_path) as shard:
        normaliser.refuse_other(shard)
        shape = (*shard.input().places, len(normaliser.inputs))
        flushes = _flushes(len(shard), chosen, wanted, shape)
        parts = [state / f"{cells.start:06d}-{cells.stop:06d}.h5" for cells in flushes]
        left = [
            (cells, part) for cells, part in zip(flushes, parts, strict=True) if not _is_whole(part)
        ]
        if 0 < len(left) < len(flushes):
            _LOGGER.info("going on behind cell %d of %d", left[0][0].start, len(shard))
        if left:
            model = load_model(model_path)
            _check_fit(model, shape, model_path)
            attribute = chosen.prepare(ExplainedModel(model, target), data, wanted)
            evaluations = chosen.evaluations(wanted, shape)
            _LOGGER.info("%s: up to %d evaluations of the model a cell", method, evaluations)
            for cells, part in progress(left, total=len(left), what=f"{method}: batches of cells"):
                batch = _read(shard, cells, normaliser)
                attributions = attribute(batch)
                _check_finite(attributions, batch.ids, model_path)
                write_maps(
                    part,
                    attributions,
                    ids=batch.ids,
                    masks=batch.masks,
                    source=source,
                )
        join_maps(parts, out, places=shape[:-1], source=source, record=record)
    _tell_what_fell_short(out)
    _clear(state)
    state.rmdir()


def _references(
    paths: Sequence[str | Path], normaliser: Normaliser, options: Mapping[str, Any], seed: int
) -> References | None:
    if "references" not in options:
        return None
    return drawn_references(paths, normaliser, count=options["references"], seed=seed)


def _flushes(
    cells: int, method: Method, options: Mapping[str, Any], shape: tuple[int, ...]
) -> list[range]:
    # The borders depend on the shard and the method alone, so that a resumed job evaluates the
    # same batches as an undisturbed one. No more cells than a batch has: their maps wait in memory.
    evaluations = BATCHES_A_FLUSH * options["batch_size"]
    count = max(1, evaluations // method.evaluations(options, shape))
    count = min(count, options["batch_size"])
    return [range(first, min(cells, first + count)) for first in range(0, cells, count)]


def _tell_what_fell_short(path: str | Path) -> None:
    with open_maps(path) as maps:
        zero = sum(not values.any() for values in maps)
        missed, count = int((~maps.cells["converged"]).sum()) if len(maps) else 0, len(maps)
    if missed:
        _LOGGER.warning(
            "%d of %d cells do not meet the tolerance at the largest number of steps;"
            " they are marked (converged)",
            missed,
            count,
        )
    if zero:
        _LOGGER.warning("%d of %d maps are zero everywhere", zero, count)


def _resumed_state(
    folder: Path,
    source: MapSource,
    normaliser: Normaliser,
    data: MethodData,
    record: Mapping[str, Any],
) -> Path:
    told = {"source": asdict(source), "normaliser": asdict(normaliser), "record": record}
    told["references"] = data.references.digest() if data.references is not None else None
    fingerprint = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    sign = folder / SIGN
    if not (sign.is_file() and read_json(sign) == {"fingerprint": fingerprint}):
        if folder.exists():
            _LOGGER.info("what was begun here was made from something else: starting anew")
            _clear(folder)
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_json({"fingerprint": fingerprint}, sign)
    return folder


def _clear(folder: Path) -> None:
    # By name, so that a folder given by mistake loses nothing.
    # A job killed as it wrote leaves a file that is not yet renamed (`nascent.files.written`).
    for part in [*folder.glob("*.h5"), *folder.glob(".*.part.json")]:
        part.unlink()
    (folder / SIGN).unlink(missing_ok=True)


def _is_whole(part: Path) -> bool:
    try:
        open_maps(part).close()
    except StoreError:
        return False
    return True


def _read(shard: Store, cells: range, normaliser: Normaliser) -> CellBatch:
    images, masks = shard.read(slice(cells.start, cells.stop))
    ids = shard.cells.index[cells.start : cells.stop].tolist()
    return CellBatch(normaliser(images, masks), masks, ids)


def _check_fit(model: Any, shape: tuple[int, ...], model_path: str | Path) -> None:
    expected = tuple(model.input["image"].shape[1:])
    if expected != shape:
        raise AttributionError(
            f"the model takes images of shape {expected}, the shard holds {shape}",
            where=model_path,
            mend="Explain it with shards of the crop size and channels it was trained on.",
        )


def _check_finite(
    attributions: Attributions, ids: Sequence[Hashable], model_path: str | Path
) -> None:
    finite = np.isfinite(attributions.maps).all(axis=tuple(range(1, attributions.maps.ndim)))
    if not finite.all():
        raise AttributionError(
            f"the attribution of cell {ids[int(np.argmin(finite))]} is not finite",
            where=model_path,
            mend="Look at the model's history: its training may have diverged.",
        )
