"""What lies inside a nucleus: chromatin, nucleoli, speckles, bodies, polymerase and its foci.

Every structure is a field on the nucleus' bounding box. Round things are sums of Gaussians, which
separate into rows and columns: n of them on an (h, w) box are one (h, n) by (n, w) product.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nascent.kinds.cells.simulate.biology import Cell, Perturbation
from nascent.kinds.cells.simulate.nuclei import Outline
from nascent.kinds.cells.simulate.textures import Textures, crop

STRUCTURES = (
    "pool",
    "body",
    "rim",
    "haze",
    "chromatin",
    "euchromatin",
    "nucleoli",
    "nucleolar_rim",
    "speckles",
    "pml",
    "cajal",
    "foci",
    "initiation",
    "elongation",
    "replication",
)
"""Names of the fields in the order in which they are stacked."""

PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"speckles": ("speckles",), "foci": ("foci", "initiation", "elongation")}
)
"""Part of the nucleus whose arrangement shows the transcriptional state → its fields."""

CAUSAL = tuple(name for fields in PARTS.values() for name in fields)
"""The fields that show the transcriptional state."""

_SPECKLES = 15.0
_SPECKLE_SHARE = 0.085
_SPECKLE_SENSITIVITY = 0.65
_FOCI = 40.0
_FOCUS_RADIUS = 2.3
_FOCI_SENSITIVITY = 0.75
_NUCLEOLAR_SHARE = 0.115


@dataclass(frozen=True)
class Structures:
    """Fields over the measured pixels, peaks near 1, and where the causal ones lie.

    Attributes
    ----------
    fields
        (len(STRUCTURES), P) float32, in row-major order of the mask's pixels.
    causal
        (len(PARTS), P) bool: inside a speckle, inside a polymerase focus.
    """

    fields: np.ndarray
    causal: np.ndarray


def draw_structures(
    outline: Outline,
    cell: Cell,
    effect: Perturbation,
    textures: Textures,
    scale: float,
    rng: np.random.Generator,
) -> Structures:
    """Draw the inside of a nucleus.

    The transcriptional state sets the arrangement: active nuclei have many small, ragged speckles
    and many polymerase foci; silent ones a few large round speckles (as under inhibitors of
    transcription) and few foci. The area that speckles cover does not depend on the state.
    """
    depth, mask, shape = outline.depth, outline.mask, outline.mask.shape
    area = float(np.count_nonzero(mask))
    relative_area = area / (13209.0 * scale**2)
    chromatin_texture = crop(textures.chromatin, shape, rng)
    territory = crop(textures.territory, shape, rng)
    inner = np.clip(depth, 0, 1)

    nucleoli = _nucleoli(outline, area, effect, rng)
    nucleolar_rim = 4 * nucleoli * (1 - nucleoli)
    free = mask & (nucleoli < 0.35) & (depth < 0.9)
    speckles = _speckles(free, territory, cell.structure, area, relative_area, rng)
    foci, initiation, elongation = _foci(
        free, speckles, chromatin_texture, cell.structure, relative_area, scale, rng
    )

    # The nucleus thins out over the last pixels: its edge is half as bright, not a step.
    radius = np.sqrt(area / np.pi)
    fade = np.clip(0.4 + (1 - inner) * radius / (4 * scale), 0, 1)
    edge = np.exp(-(((1 - inner) * 13) ** 2))
    body = 1.35 * np.sqrt(np.clip(1 - inner**4, 0, 1)) - 0.05
    density = 0.42 * chromatin_texture + 0.28 * territory
    open_space = 1 - 0.75 * nucleoli - 0.35 * speckles
    chromatin = np.exp(density + 0.35 * edge + 0.5 * nucleolar_rim) * open_space
    euchromatin = np.exp(-0.8 * density - 0.3 * edge) * (1 - 0.8 * nucleoli)

    fields = {
        "pool": np.ones(shape, np.float32),
        "body": body,
        "rim": edge,
        "haze": np.exp(0.35 * territory) * (0.8 + 0.5 * inner**2),
        "chromatin": chromatin,
        "euchromatin": euchromatin,
        "nucleoli": nucleoli,
        "nucleolar_rim": nucleolar_rim,
        "speckles": speckles,
        "pml": _bodies(free, rng.poisson(11 * relative_area) + 2, 2.4 * scale, rng),
        "cajal": _bodies(free, rng.integers(1, 5), 2.2 * scale, rng),
        "foci": foci,
        "initiation": initiation,
        "elongation": elongation,
        "replication": _replication(free, cell.phase, relative_area, edge, scale, rng),
    }
    stacked = np.stack([(fields[name] * fade)[mask] for name in STRUCTURES]).astype(np.float32)
    causal = np.stack([speckles[mask] > 0.5, foci[mask] > 0.5])
    return Structures(stacked, causal)


def _gaussians(
    shape: tuple[int, int],
    rows: np.ndarray,
    columns: np.ndarray,
    sigma: np.ndarray | float,
    heights: np.ndarray | float = 1.0,
) -> np.ndarray:
    """Sum n round Gaussians; `sigma` in pixels, (h, w) float32."""
    spread = np.broadcast_to(np.asarray(sigma, np.float32), rows.shape)[:, None]
    height = np.broadcast_to(np.asarray(heights, np.float32), rows.shape)[:, None]
    down = np.arange(shape[0], dtype=np.float32) - rows[:, None].astype(np.float32)
    across = np.arange(shape[1], dtype=np.float32) - columns[:, None].astype(np.float32)
    down = np.exp(-0.5 * (down / spread) ** 2)
    across = np.exp(-0.5 * (across / spread) ** 2)
    return (down * height).T @ across


def _places(weights: np.ndarray, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw n places (rows, columns; sub-pixel) with probability proportional to `weights`."""
    total = np.cumsum(weights.reshape(-1), dtype=np.float64)
    flat = np.searchsorted(total, rng.random(n) * total[-1], side="right")
    rows, columns = np.divmod(np.minimum(flat, total.size - 1), weights.shape[1])
    jitter = rng.uniform(-0.5, 0.5, (2, n))
    return rows + jitter[0], columns + jitter[1]


def _spaced(
    weights: np.ndarray, n: int, distance: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw n places that keep `distance` pixels where the first 4 n draws allow it."""
    rows, columns = _places(weights, 4 * n, rng)
    chosen: list[int] = []
    crowded: list[int] = []
    # Of the chosen ones; a table of all distances would grow with the square of a nucleus.
    down, across = np.empty(n), np.empty(n)
    for candidate, (row, column) in enumerate(zip(rows, columns, strict=True)):
        taken = slice(len(chosen))
        near = (down[taken] - row) ** 2 + (across[taken] - column) ** 2 < distance**2
        if near.any():
            crowded.append(candidate)
            continue
        down[len(chosen)], across[len(chosen)] = row, column
        chosen.append(candidate)
        if len(chosen) == n:
            break
    chosen += crowded[: n - len(chosen)]
    return rows[chosen], columns[chosen]


def _whole(expected: float, rng: np.random.Generator) -> int:
    """Round up or down at random so that the mean is `expected`."""
    return int(expected + rng.random())


def _nucleoli(
    outline: Outline, area: float, effect: Perturbation, rng: np.random.Generator
) -> np.ndarray:
    """Two to five smooth lobed bodies in the inner nucleus; soft edges, top 1."""
    n = max(1, round(int(rng.integers(2, 6)) * effect.nucleolar_count))
    share = _NUCLEOLAR_SHARE * np.exp(rng.normal(-0.03, 0.25)) * effect.nucleolar_area
    sizes = rng.dirichlet(np.full(n, 4.0)) * share * area
    radius = np.sqrt(sizes / np.pi)
    inner = (outline.mask & (outline.depth < 0.62)).astype(np.float32)
    if not inner.any():
        inner = outline.mask.astype(np.float32)
    rows, columns = _spaced(inner, n, 2.4 * float(radius.mean()), rng)
    lobes = 3
    angle = rng.uniform(-np.pi, np.pi, (n, lobes))
    # A drug that shrinks nucleoli also rounds them: the lobes fall together.
    away = radius[:, None] * rng.uniform(0.2, 0.75, (n, lobes)) * min(1, effect.nucleolar_area)
    lump = _gaussians(
        outline.mask.shape,
        (rows[:, None] + away * np.sin(angle)).reshape(-1),
        (columns[:, None] + away * np.cos(angle)).reshape(-1),
        np.repeat(radius * 0.72, lobes),
    )
    return _plateau(lump, 0.85, 0.16)


def _plateau(lump: np.ndarray, level: float, softness: float) -> np.ndarray:
    """Turn a sum of Gaussians into blobs of height 1 with the edge at `level`."""
    return 1 / (1 + np.exp(np.clip((level - lump) / softness, -30, 30)))


def _speckles(
    free: np.ndarray,
    territory: np.ndarray,
    state: float,
    area: float,
    relative_area: float,
    rng: np.random.Generator,
) -> np.ndarray:
    expected = _SPECKLES * relative_area * np.exp(_SPECKLE_SENSITIVITY * state)
    n = max(2, _whole(expected, rng))
    share = _SPECKLE_SHARE * np.exp(rng.normal(0, 0.1))
    radius = np.sqrt(share * area / (max(expected, 2.0) * np.pi)) * np.exp(rng.normal(0, 0.18, n))
    weights = np.where(free, np.exp(-0.5 * territory), 0)
    rows, columns = _spaced(weights, n, 2.2 * float(radius.mean()), rng)
    lobes = 4
    ragged = 1 / (1 + np.exp(-1.2 * state - 0.4))
    angle = rng.uniform(-np.pi, np.pi, (n, lobes))
    away = radius[:, None] * rng.uniform(0.3, 1.35, (n, lobes)) * ragged
    lump = _gaussians(
        free.shape,
        (rows[:, None] + away * np.sin(angle)).reshape(-1),
        (columns[:, None] + away * np.cos(angle)).reshape(-1),
        np.repeat(np.maximum(radius * (0.64 - 0.14 * ragged), 0.5), lobes),
        np.repeat(rng.uniform(0.75, 1.25, n), lobes) / lobes * (1 + 0.9 * ragged),
    )
    return 1.05 * (1 - np.exp(-2.0 * lump**1.3))


def _foci(
    free: np.ndarray,
    speckles: np.ndarray,
    chromatin_texture: np.ndarray,
    state: float,
    relative_area: float,
    scale: float,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Polymerase foci, in open chromatin and at the rims of speckles.

    Three fields share the places: all polymerase, the initiating and the elongating form, which
    differ in how much of each a focus holds.
    """
    n = max(2, _whole(_FOCI * relative_area * np.exp(_FOCI_SENSITIVITY * state), rng))
    rim = speckles * (1 - np.minimum(speckles, 1))
    weights = np.where(free, np.exp(-0.7 * chromatin_texture) * (1 + 8 * rim), 0)
    radius = max(_FOCUS_RADIUS * scale, 0.6)
    rows, columns = _spaced(weights, n, 2.0 * radius, rng)
    heights = (rng.uniform(0.7, 1.3, n), *np.exp(rng.normal(-0.06, 0.35, (2, n))))
    return [_gaussians(free.shape, rows, columns, radius, height) for height in heights]


def _bodies(free: np.ndarray, n: int, radius: float, rng: np.random.Generator) -> np.ndarray:
    """Discrete bright round bodies of unequal size."""
    n = int(n)
    rows, columns = _spaced(free.astype(np.float32), n, 4 * radius, rng)
    sigma = np.maximum(radius * np.exp(rng.normal(0, 0.22, n)), 0.55)
    return _gaussians(free.shape, rows, columns, sigma, np.exp(rng.normal(-0.1, 0.45, n)))


def _replication(
    free: np.ndarray,
    phase: str,
    relative_area: float,
    edge: np.ndarray,
    scale: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Replication foci of S phase: early many and everywhere, late few, large and at the rim."""
    if phase != "S":
        return np.zeros(free.shape, np.float32)
    late = rng.random()
    n = 4 + round((150 - 100 * late) * relative_area)
    weights = np.where(free, 1 + 12 * late * edge, 0)
    rows, columns = _places(weights, n, rng)
    radius = max((1.7 + 2.0 * late) * scale, 0.55)
    return _gaussians(free.shape, rows, columns, radius, rng.uniform(0.6, 1.4, n))
