"""From maps, shards and channel scores to the explorer's page."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.attribute.maps import Maps, open_maps
from nascent.errors import AttributionError
from nascent.explain.exports.h5ad import read_h5ad
from nascent.explain.exports.scores import ChannelScores
from nascent.explain.standing import ORDER, nothing_passes
from nascent.explain.truth.planted import Planted
from nascent.figures.palettes import palette, ramps
from nascent.files import written
from nascent.places import refuse_unless_plane
from nascent.provenance import file_digest
from nascent.report.explorer import planes
from nascent.report.explorer.assets import parts_of_page
from nascent.report.explorer.belief import Belief, beliefs
from nascent.report.explorer.choose import balanced
from nascent.report.explorer.packing import SCALE, cut, packed, size
from nascent.report.explorer.pictures import Pictures, pictures_of
from nascent.report.explorer.shown import (
    as_shown,
    cells_of,
    columns_of_page,
    facts_of,
    image_channels,
    names_of_methods,
)
from nascent.store import open_store
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

MEGABYTE = 1_000_000
IN_REPORT = 1.4  # 10⁶ bytes
EDGE_IN_REPORT = 64  # pixels

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Explanation:
    """One model and method: its scores, and its map files in the order of the shards."""

    scores: str | Path
    maps: Sequence[str | Path]


@dataclass(frozen=True)
class Limits:
    """How much of a study a page holds.

    Attributes
    ----------
    cells : int
        At most so many cells.
    channels : int
        Maps of so many channels of each explanation, those of the largest mean share.
    megabytes : float
        Largest page, in 10⁶ bytes; fewer cells are shown if need be.
    edge : int or None
        Longest side of a cell's window in pixels; larger ones are binned. None: as measured.
    seed : int
        Of the choice of cells.
    """

    cells: int
    channels: int
    megabytes: float
    edge: int | None
    seed: int


@dataclass(frozen=True)
class About:
    """What a page says of its study.

    Attributes
    ----------
    study : str
        Its name.
    labels : mapping
        Predicted column → what it is in words, with its unit.
    task : str
        Name of what is predicted.
    factors, batches : sequence of str
        Columns that the page filters by and names first, see `nascent.kind.Kind`.
    references : mapping
        Words of the reference predictors that its kind alone has, see `nascent.kind.Kind`.
    hidden : str
        Feature that the target is measured in and no model sees; empty where there is none.
    pixel_size : float or None
        Edge of a pixel in µm; None where it is not known.
    """

    study: str
    labels: Mapping[str, str]
    task: str = REGRESSION
    factors: Sequence[str] = ()
    batches: Sequence[str] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    hidden: str = ""
    pixel_size: float | None = None


def in_report(limits: Limits) -> tuple[Limits, str]:
    """Return the limits of the page that stands in the report, and what it says of itself.

    Snakemake's report shows a page by its data: URI, and Chromium opens none above 2 MiB, which is
    1.57 MB before base64.
    """
    small = replace(
        limits,
        megabytes=min(limits.megabytes, IN_REPORT),
        edge=min(limits.edge or EDGE_IN_REPORT, EDGE_IN_REPORT),
    )
    return small, "An excerpt; the whole explorer is report/explorer.html, beside the report."


def write_explorer(
    explanations: Sequence[Explanation],
    shard_paths: Sequence[str | Path],
    out: str | Path,
    about: About,
    *,
    limits: Limits,
    standings: pd.DataFrame | None = None,
    verdicts: pd.DataFrame | None = None,
    planted: Planted | None = None,
    note: str = "",
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the page.

    Parameters
    ----------
    explanations
        What can be picked; all of the same cells. The page opens with that of the best standing,
        and those that fail a check come last. Of models with several inputs the first that is a
        plane is shown.
    shard_paths
        The shards that the maps were made from, in the order of each explanation's map files.
    out
        The page.
    about
        What it says of the study.
    limits
        How much the page holds. Cells are left out where it would grow too large, which is logged.
    standings
        The columns of `nascent.explain.standing.STANDING`; None where nothing was checked.
    verdicts
        How well the models predict, see `nascent.evaluate.stage.model_verdicts`.
    planted
        What was planted in simulated cells: it is outlined.
    note
        A sentence at the head of the page.
    record
        Provenance, shown at its foot.

    Raises
    ------
    AttributionError
        Where maps were made from other shards, or none are of a plane.
    """
    with ExitStack() as stack:
        shards = [stack.enter_context(open_store(path)) for path in shard_paths]
        digests = [file_digest(path) for path in shard_paths] if explanations else []
        pictured, explanations = with_pictures(explanations)
        opened = []
        for explanation in explanations:
            files = [stack.enter_context(open_maps(path, pictured)) for path in explanation.maps]
            _refuse_other_shards(files, digests)
            opened.append((read_h5ad(explanation.scores), files))
        methods = names_of_methods([scores.facts for scores, _ in opened])
        known = _beliefs(standings, verdicts, about, methods)
        opened, believed = _by_standing(opened, known)
        every = opened[0][0].cells["stratum"] if opened else pd.Series(dtype=object)
        order = balanced(every, limits.seed)[: limits.cells]
        shown = [
            as_shown(scores, files, order, limits.channels, belief)
            for (scores, files), belief in zip(opened, believed, strict=True)
        ]
        images = image_channels(shown, limits.channels)
        pictures = Pictures("", [])
        if pictured is not None:
            pictures = pictures_of(shards[0], pictured, images, about.hidden, planted)
        index = {
            "study": about.study,
            "note": note,
            "warning": "" if standings is None else nothing_passes(standings),
            "provenance": record or {},
            "palettes": {
                "strata": palette("stratum"),
                "series": list(palette("hue").values()),
                "ramps": {kind: ramps(kind) for kind in ("plain", "signed")},
                "composites": ramps("composite"),
                "outlines": palette("outline"),
                "overlay": palette("overlay"),
            },
            "explained": len(every),
            "images": images,
            "target": pictures.target,
            "outlines": pictures.outlines,
            "pixel_size": about.pixel_size,
            "tail": planes.TAIL,
            "scale": SCALE,
            "edge": limits.edge,
            "explanations": [facts_of(one, order, about.labels, methods) for one in shown],
            "words": spoken().captions(),
            **cells_of(shown, order),
        }
        index |= columns_of_page(index["columns"], spoken(), about.factors, about.batches)
        room = limits.megabytes * MEGABYTE - size(about.study, cut(index, 0))
        windows, blobs = packed(order, shards, shown, pictures, index, room)
        if len(windows) < len(order):
            logger.warning(
                f"%s: %d of %d {spoken().examples} fit into %g MB",
                out,
                len(windows),
                len(order),
                limits.megabytes,
            )
        index = cut(index, len(windows)) | {"windows": windows}
        with written(out) as beside, beside.open("w", encoding="utf-8") as stream:
            stream.writelines(parts_of_page(f"Explorer of {about.study}", index, blobs))


def _beliefs(
    standings: pd.DataFrame | None,
    verdicts: pd.DataFrame | None,
    about: About,
    methods: Mapping[tuple[str, str], str],
) -> dict[tuple[str, str], Belief]:
    if standings is None:
        return {}
    return beliefs(
        standings,
        pd.DataFrame({"model": []}) if verdicts is None else verdicts,
        task=task_of(about.task),
        methods=methods,
        references=about.references,
    )


def with_pictures(
    explanations: Sequence[Explanation],
) -> tuple[str | None, list[Explanation]]:
    """Return the input whose images and maps are shown, and the explanations that have its maps.

    It is the first of which any explanation has maps of a plane; None where nothing is explained.
    Explanations of other inputs alone are left out, which is logged.

    Raises
    ------
    AttributionError
        Where no explained input is a plane.
    """
    if not explanations:
        return None, []
    each = [_places_by_input(explanation.maps[0]) for explanation in explanations]
    every = {name: places for of_one in each for name, places in of_one.items()}
    planes = [name for name, places in every.items() if len(places) == 2]
    if not planes:
        refuse_unless_plane(next(iter(every.values())), "the explorer")
    shown = []
    for explanation, of_one in zip(explanations, each, strict=True):
        if planes[0] in of_one:
            shown.append(explanation)
        else:
            logger.warning("%s: not shown, it explains no %s", explanation.scores, planes[0])
    return planes[0], shown


def _places_by_input(path: str | Path) -> dict[str, tuple[int, ...]]:
    with open_maps(path) as maps:
        names = maps.inputs
    found = {}
    for name in names:
        with open_maps(path, name) as maps:
            found[name] = maps.places
    return found


def _refuse_other_shards(files: Sequence[Maps], digests: Sequence[str]) -> None:
    for maps, digest in zip(files, digests, strict=True):
        if maps.source.shard_sha256 != digest:
            raise AttributionError(
                "these maps were made from another shard",
                where=maps.path,
                mend="Delete them and run again: they will be made from this shard.",
            )


def _by_standing(
    opened: Sequence[tuple[ChannelScores, Sequence[Maps]]],
    known: Mapping[tuple[str, str], Belief],
) -> tuple[list[tuple[ChannelScores, Sequence[Maps]]], list[Belief]]:
    """Return the explanations in the order of their standing, and what is said of each."""
    keys = [(one.facts["model"], one.facts["method"]) for one, _ in opened]
    places = {key: place for place, key in enumerate(known)}
    believed = [known.get(key, Belief()) for key in keys]
    order = sorted(
        range(len(opened)),
        key=lambda n: (ORDER.index(believed[n].standing), places.get(keys[n], len(known))),
    )
    return [opened[n] for n in order], [believed[n] for n in order]
