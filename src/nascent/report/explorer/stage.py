"""From maps, shards and channel scores to the explorer's page."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.attribute.maps import Maps, open_maps
from nascent.errors import AttributionError
from nascent.explain.exports.h5ad import read_h5ad
from nascent.explain.exports.scores import ChannelScores
from nascent.explain.standing import OPEN, ORDER, STANDING, nothing_passes
from nascent.figures.palettes import palette, ramps
from nascent.files import written
from nascent.places import refuse_unless_plane
from nascent.provenance import file_digest
from nascent.report.explorer import planes
from nascent.report.explorer.assets import parts_of_page
from nascent.report.explorer.choose import balanced
from nascent.report.explorer.packing import SCALE, cut, packed, size
from nascent.report.explorer.shown import (
    as_shown,
    cells_of,
    columns_of_page,
    facts_of,
    image_channels,
)
from nascent.store import open_store
from nascent.words import spoken

MEGABYTE = 1_000_000
IN_REPORT = 1.4  # 10⁶ bytes
EDGE_IN_REPORT = 64  # pixels
UNCHECKED = "No check says whether these maps can be relied on."

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
    *,
    study: str,
    labels: Mapping[str, str],
    limits: Limits,
    factors: Sequence[str] = (),
    batches: Sequence[str] = (),
    standings: pd.DataFrame | None = None,
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
    study
        Name of the study.
    labels
        Predicted column → what it is in words, with its unit.
    limits
        How much the page holds. Cells are left out where it would grow too large, which is logged.
    factors, batches
        Columns that the page filters by and names first, see `nascent.kind.Kind`.
    standings
        The columns of `nascent.explain.standing.STANDING`; None where nothing was checked.
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
        opened, words = _by_standing(opened, standings)
        every = opened[0][0].cells["stratum"] if opened else pd.Series(dtype=object)
        order = balanced(every, limits.seed)[: limits.cells]
        shown = [
            as_shown(scores, files, order, limits.channels, *said)
            for (scores, files), said in zip(opened, words, strict=True)
        ]
        images = image_channels(shown, limits.channels)
        index = {
            "study": study,
            "note": note,
            "warning": "" if standings is None else nothing_passes(standings),
            "provenance": record or {},
            "palettes": {
                "strata": palette("stratum"),
                "series": list(palette("hue").values()),
                "ramps": {kind: ramps(kind) for kind in ("plain", "signed")},
            },
            "explained": len(every),
            "images": images,
            "tail": planes.TAIL,
            "scale": SCALE,
            "edge": limits.edge,
            "explanations": [facts_of(one, order, labels) for one in shown],
            "words": spoken().captions(),
            **cells_of(shown, order),
        }
        index |= columns_of_page(index["columns"], spoken(), factors, batches)
        room = limits.megabytes * MEGABYTE - size(study, cut(index, 0))
        windows, blobs = packed(order, shards, shown, index, room)
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
            stream.writelines(parts_of_page(f"Explorer of {study}", index, blobs))


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
    opened: Sequence[tuple[ChannelScores, Sequence[Maps]]], standings: pd.DataFrame | None
) -> tuple[list[tuple[ChannelScores, Sequence[Maps]]], list[tuple[str, str]]]:
    """Return the explanations in the order of their standing, and standing and sentence of each."""
    table = pd.DataFrame(columns=list(STANDING)) if standings is None else standings
    rows = table.assign(sentence=table["sentence"].fillna("")).to_dict("records")
    known = {
        (row["model"], row["method"]): (row["place"], (row["standing"], row["sentence"]))
        for row in rows
    }
    unknown = (len(known) + 1, (OPEN, UNCHECKED))
    found = [known.get((one.facts["model"], one.facts["method"]), unknown) for one, _ in opened]
    order = sorted(
        range(len(opened)), key=lambda number: (ORDER.index(found[number][1][0]), found[number][0])
    )
    return [opened[k] for k in order], [found[k][1] for k in order]
