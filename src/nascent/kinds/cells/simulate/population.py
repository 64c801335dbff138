"""The nuclei of a well: who they are, how they are shaped and where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nascent.kinds.cells.simulate.biology import Cell, Perturbation, draw_cell
from nascent.kinds.cells.simulate.nuclei import Outline, draw_outline
from nascent.kinds.cells.simulate.placement import FIELD_HEIGHT, FIELD_WIDTH, Place, place_nuclei


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


def draw_population(
    seed: int,
    position: int,
    n: int,
    mean_area: float,
    effect: Perturbation,
    rng: np.random.Generator,
) -> list[Nucleus]:
    """Draw the nuclei of a well and place them; each draws from its own seed.

    Parameters
    ----------
    position
        Index of the well in its study.
    n
        Number of nuclei.
    mean_area
        Pixels.
    rng
        Of the well; it decides only where nuclei lie.
    """
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
    rows, columns = (axis.astype(np.int32) for axis in np.nonzero(outline.mask))
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


def by_site(population: Sequence[Nucleus]) -> list[list[int]]:
    """Return the indices of the nuclei of each site, site by site."""
    sites: dict[tuple[int, int], list[int]] = {}
    for k, nucleus in enumerate(population):
        sites.setdefault(nucleus.place.site, []).append(k)
    return [sites[site] for site in sorted(sites)]


def site_labels(places: Sequence[Place]) -> list[int]:
    """Number the nuclei of each site from 1."""
    seen: dict[tuple[int, int], int] = {}
    labels = []
    for place in places:
        seen[place.site] = seen.get(place.site, 0) + 1
        labels.append(seen[place.site])
    return labels
