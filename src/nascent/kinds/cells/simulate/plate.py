"""A simulated well, nucleus by nucleus: a job of its own, the same however many there are."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import ConfigError
from nascent.files import write_table
from nascent.kinds.cells.simulate import tables
from nascent.kinds.cells.simulate.biology import perturbation
from nascent.kinds.cells.simulate.intensities import CHANNELS, checked_channels
from nascent.kinds.cells.simulate.layouts import Pixels, checked_layout, open_well
from nascent.kinds.cells.simulate.nuclei import scale_of
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.population import by_site, draw_population, site_labels
from nascent.kinds.cells.simulate.rendering import render
from nascent.kinds.cells.simulate.textures import draw_textures
from nascent.kinds.cells.simulate.truth import Truth, draw_plan, write_truth

STAIN_SPREAD = 0.2
"""SD of the logarithm of a channel's staining between wells at a well effect of 1."""


def simulate_well(
    folder: str | Path,
    well: WellPlace,
    simulation: Simulation,
    *,
    truth_path: str | Path,
    cycle_path: str | Path,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Simulate one well and write it as raw data, with its truth and its cell-cycle table.

    Nucleus k of a well is drawn from its own seed (seed, position, k): wells may be made in any
    order, by any number of jobs.

    Parameters
    ----------
    folder
        Gets the pixels in the layout, `channels.csv` (no header) and `metadata.csv`.
    well
        Its names and place.
    simulation
        How its nuclei are drawn.
    truth_path
        HDF5 with what was planted (`nascent.kinds.cells.simulate.truth.read_truth`).
    cycle_path
        CSV with the phase of the curated cells, a piece of the plate's table.
    record
        Provenance, kept in the truth file.

    Raises
    ------
    ConfigError
        Where an option is unknown or impossible, or the nuclei do not fit.
    """
    folder = Path(folder)
    names = checked_channels(simulation.channels)
    checked_layout(simulation.layout)
    _refuse_impossible(simulation)
    seed, nuclei, position = simulation.seed, simulation.nuclei, well.position
    noise, well_effect = simulation.noise, simulation.well_effect
    effect = perturbation(well.perturbation)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(position,)))
    plan = draw_plan(simulation.truth, names, noise=noise, well_effect=well_effect, rng=rng)
    stain = np.exp(_stain_spread(simulation) * rng.standard_normal(len(CHANNELS)))
    nucleus_ids, ids = tables.object_ids(position, nuclei, rng)
    population = draw_population(seed, position, nuclei, simulation.mean_area, effect, rng)
    labels = site_labels([nucleus.place for nucleus in population])
    metadata = tables.well_metadata(
        plate=well.plate,
        well=well.well,
        nuclei=nucleus_ids,
        cells=ids,
        places=[nucleus.place for nucleus in population],
        labels=labels,
        cut=[nucleus.cut for nucleus in population],
        rng=rng,
    )
    phases = [nucleus.cell.phase for nucleus in population]
    cycles = tables.cell_cycle_of(metadata, phases, rng)

    scale = scale_of(simulation.mean_area)
    textures = draw_textures(seed, scale)
    planted = np.zeros((nuclei, 2))
    causal: list[np.ndarray] = [np.zeros(0, np.uint8)] * nuclei
    n_pixels = sum(nucleus.x.size for nucleus in population)
    with open_well(folder, simulation.layout, names, n_pixels) as append:
        for members in by_site(population):
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
    inside = [np.flatnonzero(parts) for parts in causal]
    write_truth(
        Truth(
            id=ids,
            mapobject_id=nucleus_ids,
            target_planted=planted[:, 0],
            target=planted[:, 1],
            causal_channels=plan.causal_channels,
            offsets=np.cumsum([0, *(len(part) for part in inside)]),
            x=_joined([nucleus.x[part] for nucleus, part in zip(population, inside, strict=True)]),
            y=_joined([nucleus.y[part] for nucleus, part in zip(population, inside, strict=True)]),
            parts=_joined([parts[part] for parts, part in zip(causal, inside, strict=True)]),
            shown_by=plan.shown_by,
            attributes={
                "truth": simulation.truth,
                "seed": seed,
                "noise": noise,
                "well_shift": plan.well_shift,
                "provenance": dict(record or {}),
            },
        ),
        truth_path,
    )


def simulate_plate(
    folder: str | Path,
    wells: pd.DataFrame,
    simulation: Simulation,
    *,
    jobs: int = 1,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Simulate a plate: raw wells, plate tables, truth and a wells table to run a study on.

    Parameters
    ----------
    folder
        Gets one folder a well, the three plate tables, `wells.tsv` and `truth/`.
    wells
        Columns `plate`, `well`, `perturbation`; one row a well.
    simulation
        How the nuclei of all wells are drawn.
    jobs
        Wells made at once; their number does not change the result.
    record
        Provenance, kept in the truth files.
    """
    folder = Path(folder)
    tasks = []
    for position, row in enumerate(wells.itertuples(index=False)):
        tasks.append(
            {
                "folder": folder / row.well,
                "well": WellPlace(row.plate, row.well, position, row.perturbation),
                "simulation": simulation,
                "truth_path": folder / "truth" / f"{row.plate}_{row.well}.h5",
                "cycle_path": folder / row.well / "cell_cycle.csv",
                "record": record,
            }
        )
    if jobs == 1:
        for task in tasks:
            simulate_well(**task)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            list(pool.map(_simulate, tasks))
    pieces = [task["cycle_path"] for task in tasks]
    tables.write_plate_tables(folder, wells, pieces, simulation.channels)
    write_table(wells, folder / "wells.tsv")


def _simulate(task: Mapping[str, Any]) -> None:
    simulate_well(**task)


def _refuse_impossible(simulation: Simulation) -> None:
    for name, value, low, high in (
        ("nuclei", simulation.nuclei, 0, tables.IDS_A_WELL - 100),
        ("mean_area", simulation.mean_area, 100, float("inf")),
        ("well_effect", simulation.well_effect, 0, float("inf")),
        ("well_stain", simulation.well_stain or 0, 0, float("inf")),
        ("seed", simulation.seed, 0, float("inf")),
    ):
        if not low <= value <= high:
            raise ConfigError(
                f"{name} cannot be {value}",
                where=f"simulate.{name}",
                mend=f"Ask for {low} to {high}." if high < float("inf") else f"At least {low}.",
            )


def _stain_spread(simulation: Simulation) -> float:
    """Return the SD of the logarithm of the staining factors of a well."""
    if simulation.well_stain is None:
        return STAIN_SPREAD * simulation.well_effect
    return simulation.well_stain


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
