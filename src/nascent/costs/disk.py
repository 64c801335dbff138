"""How much room the large files of a study take: examples, shards and maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nascent.attribute.options import axes_of
from nascent.costs.estimate import HERE, PlannedJob
from nascent.costs.facts import Facts
from nascent.costs.work import ATTRIBUTION, shard_cells
from nascent.errors import NascentError
from nascent.kind import kind_of
from nascent.stages import stage_of

ASSUMED_COMPRESSION = 6.0
"""Of stores, where none exists yet: that of the simulated examples of `benchmarks/crops.py`."""

PLACES: Mapping[str, str] = {
    "shards": "shards/{fold}/{split}-{number}.h5",
    "attribute": "attribute/{model}/{seed}/{method}/{split}-{number}.h5",
    "explain_targets_attribute": "randomised/{model}/{seed}/{method}/{split}-{number}.h5",
}
"""Rule → where its large file lies in the results of a study, of whatever kind."""


@dataclass(frozen=True)
class Disk:
    """Room that a stage's large files take.

    Attributes
    ----------
    to_write, whole
        Bytes of the jobs still to run, and of all; missing where nothing tells the compression.
    source
        Where the compression is from.
    """

    to_write: float
    whole: float
    source: str


def disk(
    jobs: Sequence[PlannedJob], facts: Facts, results: Sequence[tuple[str, Path, Facts]]
) -> dict[str, Disk]:
    """Return the room that examples, shards and maps will take, stage by stage.

    Their sizes without compression follow from examples and features; the compression is that
    of files which are there.

    Parameters
    ----------
    jobs
        Of the study.
    facts
        How large it is.
    results
        Name, folder of results and size of each study whose files tell the compression, in the
        order in which they are asked.
    """
    found: dict[str, Disk] = {}
    places = _places(facts)
    for stage in dict.fromkeys(map(stage_of, places)):
        own = [job for job in jobs if job.rule in places and stage_of(job.rule) == stage]
        if not own:
            continue
        kept, source = _kept(own[0].rule, results)
        found[stage] = Disk(
            kept * sum(dense_bytes(job.rule, job.wildcards, facts) for job in own if job.to_run),
            kept * sum(dense_bytes(job.rule, job.wildcards, facts) for job in own),
            source,
        )
    return found


def dense_bytes(rule: str, wildcards: Mapping[str, str], facts: Facts) -> float:
    """Return the bytes of a job's pixels and masks, or maps, without compression."""
    if rule == kind_of(facts.study.kind).first_stage:
        return float(facts.raw[wildcards["part"]] * facts.stored_bytes)
    if rule == "shards":
        return float(shard_cells(wildcards, facts) * facts.stored_bytes)
    method = facts.study.attribute.methods[wildcards["method"].partition(".")[0]]
    features, pixels = facts.inputs(wildcards["model"]), facts.pixels
    values = {"entry": pixels * features, "place": pixels, "feature": features}
    a_cell = 4 * values[axes_of(method.method, method.options())]
    return float(shard_cells(wildcards, facts) * a_cell)


def _places(facts: Facts) -> dict[str, str]:
    first = kind_of(facts.study.kind).first_stage
    return {first: f"{first}/{{part}}.h5", **PLACES}


def _kept(rule: str, results: Sequence[tuple[str, Path, Facts]]) -> tuple[float, str]:
    """Return bytes on disk over bytes without compression, and whose files told it."""
    for name, folder, facts in results:
        there = dense = 0.0
        for path, wildcards in _files(_places(facts)[rule], folder):
            try:
                dense += dense_bytes(rule, wildcards, facts)
            except (KeyError, NascentError):
                # Of a model, method or part that the study no longer has.
                continue
            there += path.stat().st_size
        if dense:
            where = name if name == HERE else f"in {name}"
            return there / dense, f"{dense / there:.1f}× compression measured {where}"
    if rule not in ATTRIBUTION:
        return 1 / ASSUMED_COMPRESSION, f"{ASSUMED_COMPRESSION:g}× compression assumed"
    return np.nan, "no measurement"


def _files(place: str, results: Path) -> list[tuple[Path, dict[str, str]]]:
    """Return the files at a place with `{wildcards}`, and what these stand for."""
    pattern, names = place, []
    for part in place.replace("-", "/").removesuffix(".h5").split("/"):
        if part.startswith("{"):
            names.append(part.strip("{}"))
            pattern = pattern.replace(part, "*")
    found = []
    for path in sorted(results.glob(pattern)):
        parts = path.relative_to(results).with_suffix("").parts
        last = parts[-1].rsplit("-", 1) if "split" in names else [parts[-1]]
        values = [*parts[1:-1], *last]
        if len(values) == len(names):
            found.append((path, dict(zip(names, values, strict=True))))
    return found
