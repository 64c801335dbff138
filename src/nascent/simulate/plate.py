"""A simulated well, nucleus by nucleus: a job of its own, the same however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import ConfigError
from nascent.simulate import tables
from nascent.simulate.biology import (
    BRIGHTNESS_SPREAD,
    Cell,
    Perturbation,
    draw_cell,
    perturbation,
)
from nascent.simulate.intensities import (
    CALIBRATIONS,
    CHANNELS,
    PROBABILITY_MAPS,
    TARGET,
    TARGET_BACKGROUND,
    checked_channels,
    digitised,
    exposed,
    with_mean,
)
from nascent.simulate.layouts import Pixels, checked_layout, open_well
from nascent.simulate.markers import lit, patterns, probability_map
from nascent.simulate.nuclei import MEAN_AREA, Outline, draw_outline, scale_of
from nascent.simulate.placement import FIELD_HEIGHT, FIELD_WIDTH, Place, place_nuclei
from nascent.simulate.structures import draw_structures
from nascent.simulate.textures import Textures, draw_textures, scattered
from nascent.simulate.truth import Plan, Truth, brightness_of, draw_plan, rates, write_truth

STAIN_SPREAD = 0.2
"""SD of the logarithm of a channel's staining between wells at a well effect of 1."""


@dataclass(frozen=True)
class Nucleus:
    """A nucleus in its place, before it is rendered.

    `x`, `y` (P,) are its pixels in the site's field, `rows`, `columns` (P,) the same pixels on the
    outline's box; `rng` is what it is rendered with.
    """

    cell: Cell
    outline: Outline
    place: Place
    cut: bool
    rows: np.ndarray
    columns: np.ndarray
    x: np.ndarray
    y: np.ndarray
    rng: np.random.Generator


def simulate_well(
    folder: str | Path,
    *,
    plate: str,
    well: str,
    position: int,
    truth_path: str | Path,
    cycle_path: str | Path,
    perturbation_name: str | None = None,
    nuclei: int = 200,
    channels: Sequence[str] | None = None,
    truth: str = "structure",
    mean_area: float = MEAN_AREA,
    well_effect: float = 0.0,
    noise: float = 0.1,
    layout: str = "text",
    seed: int = 123,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Simulate one well and write it as raw data, with its truth and its cell-cycle table.

    Nucleus k of the well at `position` is drawn from its own seed (seed, position, k): wells may
    be made in any order, by any number of jobs.

    Parameters
    ----------
    folder
        Gets the pixels in the layout, `channels.csv` (no header) and `metadata.csv`.
    plate, well
        Names.
    position
        Index of the well in its study, from 0; sets its seed and its ids.
    truth_path
        HDF5 with what was planted (`nascent.simulate.truth.read_truth`).
    cycle_path
        CSV with the phase of the curated cells, a piece of the plate's table.
    perturbation_name
        A compound of `nascent.simulate.biology.PERTURBATIONS`; None: untreated.
    nuclei
        Number of nuclei.
    channels
        Names in the order wanted; None: the 38 of the published plate.
    truth
        structure, intensity or both.
    mean_area
        Mean area of a nucleus, pixels; every size scales with it.
    well_effect
        Staining batch of the well: the target shifts by this many of its SDs times a standard
        normal draw, and each channel's intensity by a factor of its own that tells the well.
    noise
        Share of the target's variance that nothing shows.
    layout
        text, numpy or campa.
    record
        Provenance, kept in the truth file.

    Raises
    ------
    ConfigError
        Where an argument is unknown or impossible, or the nuclei do not fit.
    """
    folder = Path(folder)
    names = checked_channels(channels)
    checked_layout(layout)
    if not 0 <= nuclei <= tables.IDS_A_WELL - 100:
        raise ConfigError(
            f"{nuclei} nuclei a well are not possible",
            where="simulate.nuclei",
            mend=f"Ask for 0 to {tables.IDS_A_WELL - 100}.",
        )
    effect = perturbation(perturbation_name)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(position,)))
    plan = draw_plan(truth, names, noise=noise, well_effect=well_effect, rng=rng)
    stain = np.exp(STAIN_SPREAD * well_effect * rng.standard_normal(len(CHANNELS)))
    population = _population(seed, position, nuclei, mean_area, effect, rng)

    nucleus_ids, cell_ids = tables.object_ids(position, nuclei, rng)
    labels = _labels([nucleus.place for nucleus in population])
    metadata = tables.well_metadata(
        plate=plate,
        well=well,
        nuclei=nucleus_ids,
        cells=cell_ids,
        places=[nucleus.place for nucleus in population],
        labels=labels,
        cut=[nucleus.cut for nucleus in population],
        rng=rng,
    )
    phases = [nucleus.cell.phase for nucleus in population]
    cycles = tables.cell_cycle_of(metadata, phases, rng)

    scale = scale_of(mean_area)
    textures = draw_textures(seed, scale)
    planted = np.zeros((nuclei, 2))
    causal: list[np.ndarray] = [np.zeros(0, dtype=bool)] * nuclei
    n_pixels = sum(nucleus.x.size for nucleus in population)
    with open_well(folder, layout, names, n_pixels) as append:
        for members in _by_site(population):
            parts = []
            for k in members:
                nucleus = population[k]
                counts, causal[k], planted[k] = render(
                    nucleus, names, plan, effect, stain, textures, scale
                )
                parts.append(
                    Pixels(
                        counts.T,
                        np.full(nucleus.x.size, nucleus_ids[k], np.uint32),
                        nucleus.x,
                        nucleus.y,
                        np.full(nucleus.x.size, labels[k], np.uint16),
                    )
                )
            append(_shuffled(parts, rng))
    tables.write_csv(
        pd.DataFrame({"name": names}), folder / "channels.csv", index=True, header=False
    )
    tables.write_csv(metadata, folder / "metadata.csv", index=True)
    tables.write_csv(cycles, Path(cycle_path))
    inside = [np.flatnonzero(part) for part in causal]
    write_truth(
        Truth(
            cell_id=cell_ids,
            mapobject_id=nucleus_ids,
            target_planted=planted[:, 0],
            target=planted[:, 1],
            causal_channels=plan.causal_channels,
            offsets=np.cumsum([0, *(len(part) for part in inside)]),
            x=_joined([nucleus.x[part] for nucleus, part in zip(population, inside, strict=True)]),
            y=_joined([nucleus.y[part] for nucleus, part in zip(population, inside, strict=True)]),
            attributes={
                "truth": truth,
                "seed": seed,
                "noise": noise,
                "well_shift": plan.well_shift,
                "provenance": dict(record or {}),
            },
        ),
        truth_path,
    )


def render(
    nucleus: Nucleus,
    channels: tuple[str, ...],
    plan: Plan,
    effect: Perturbation,
    stain: np.ndarray,
    textures: Textures,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Render a nucleus.

    After rendering, each channel's nuclear mean is what was drawn for it, so that structure does
    not leak into means; the target's is the rate, to within rounding over all its pixels.

    Parameters
    ----------
    stain
        (38,) factors of the well on the light of each channel.

    Returns
    -------
    counts : numpy.ndarray
        (C, P) int32.
    causal : numpy.ndarray
        (P,) bool, pixels that show what sets the rate.
    rates : tuple of float
        Planted without noise, and shown; the latter as it can be measured from the counts.
    """
    cell, rng = nucleus.cell, nucleus.rng
    brightness = brightness_of(cell, plan, effect)
    planted, shown = rates(cell, brightness, plan)
    structures = draw_structures(nucleus.outline, cell, effect, textures, scale, rng)
    grains = scattered(textures.grain, nucleus.rows, nucleus.columns, len(channels), rng)
    counts = np.empty(grains.shape, np.int32)

    stained = tuple(name for name in channels if name not in PROBABILITY_MAPS)
    rows = [channels.index(name) for name in stained]
    known = [CHANNELS.index(name) for name in stained]
    pattern = patterns(stained, structures, grains[rows], effect)
    relative = 1 + BRIGHTNESS_SPREAD * brightness[known]
    gain = (cell.exposure * stain)[known]
    # The target's light is the rate: neither staining nor a spread of its own.
    relative[stained.index(TARGET)] = 1.0
    gain[stained.index(TARGET)] = (shown - TARGET_BACKGROUND) / CALIBRATIONS[TARGET].mean
    light = lit(stained, pattern, cell, relative, gain, rng)
    read_noise = np.array([[CALIBRATIONS[name].read_noise] for name in stained], np.float32)
    offsets = np.array([[CALIBRATIONS[name].offset] for name in stained], np.float32)
    counts[rows] = digitised(exposed(light, read_noise, rng) + offsets)
    for name in channels:
        row = channels.index(name)
        if name in PROBABILITY_MAPS:
            counts[row] = digitised(probability_map(name, structures, grains[row], rng))
    target = channels.index(TARGET)
    counts[target] = with_mean(counts[target], shown, rng)
    shown = float(counts[target].mean(dtype=np.float64))
    causal = np.ones(nucleus.x.size, dtype=bool) if plan.truth == "intensity" else structures.causal
    return counts, causal, (planted, shown)


def _population(
    seed: int,
    position: int,
    n: int,
    mean_area: float,
    effect: Perturbation,
    rng: np.random.Generator,
) -> list[Nucleus]:
    drawn = []
    for k in range(n):
        sequence = np.random.SeedSequence(seed, spawn_key=(position, k))
        own = np.random.default_rng(sequence)
        cell = draw_cell(mean_area, effect, own)
        drawn.append((cell, draw_outline(cell.area, own), own))
    places = place_nuclei(np.array([outline.reach for _, outline, _ in drawn]), rng)
    return [
        _placed(cell, outline, place, own)
        for (cell, outline, own), place in zip(drawn, places, strict=True)
    ]


def _placed(cell: Cell, outline: Outline, place: Place, rng: np.random.Generator) -> Nucleus:
    rows, columns = np.nonzero(outline.mask)
    y = rows + round(place.y - outline.middle[0])
    x = columns + round(place.x - outline.middle[1])
    inside = (x >= 0) & (x < FIELD_WIDTH) & (y >= 0) & (y < FIELD_HEIGHT)
    cut = not inside.all()
    if cut:
        mask = np.zeros_like(outline.mask)
        mask[rows[inside], columns[inside]] = True
        outline = Outline(mask, outline.depth, outline.reach, outline.middle)
        rows, columns, x, y = rows[inside], columns[inside], x[inside], y[inside]
    x, y = x.astype(np.uint16), y.astype(np.uint16)
    return Nucleus(cell, outline, place, cut, rows, columns, x, y, rng)


def _by_site(population: Sequence[Nucleus]) -> list[list[int]]:
    sites: dict[tuple[int, int], list[int]] = {}
    for k, nucleus in enumerate(population):
        sites.setdefault(nucleus.place.site, []).append(k)
    return [sites[site] for site in sorted(sites)]


def _labels(places: Sequence[Place]) -> list[int]:
    """Number the nuclei of each site from 1."""
    seen: dict[tuple[int, int], int] = {}
    labels = []
    for place in places:
        seen[place.site] = seen.get(place.site, 0) + 1
        labels.append(seen[place.site])
    return labels


def _shuffled(parts: Sequence[Pixels], rng: np.random.Generator) -> Pixels:
    """Mix the pixels of a site: those of one nucleus do not come together."""
    counts = np.concatenate([part.counts for part in parts])
    order = rng.permutation(len(counts))
    one_axis = (
        _joined([getattr(p, name) for p in parts])[order] for name in ("ids", "x", "y", "labels")
    )
    return Pixels(counts[order], *one_axis)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, np.uint16)
