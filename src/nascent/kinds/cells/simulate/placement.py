"""Where nuclei lie: on the sites of a well, apart from each other, some at the border."""

from dataclasses import dataclass

import numpy as np

from nascent.errors import ConfigError

FIELD_WIDTH, FIELD_HEIGHT = 2560, 2160
"""Pixels of the camera's field; every site of a well reuses the same coordinates."""
SITES = (6, 5)
"""Rows and columns of sites in a well."""
BORDER_SHARE = 0.30
"""Share of cells that touch the edge of their field."""
_TRIES = 40
_CANDIDATES = 64


@dataclass(frozen=True)
class Place:
    """Site (row, column) and middle (x, y; pixels) of a nucleus, and whether its cell is cut."""

    site: tuple[int, int]
    x: float
    y: float
    at_border: bool


def place_nuclei(reaches: np.ndarray, rng: np.random.Generator) -> list[Place]:
    """Spread nuclei over the sites of a well so that no two overlap.

    Each is kept clear of a circle around the others. Three in ten lie so near the edge of the
    field that their cell is cut, some of them so near that the nucleus is cut too; never its
    middle.

    Parameters
    ----------
    reaches
        (n,) distance from the middle of each nucleus to its farthest point, pixels.

    Raises
    ------
    ConfigError
        Where they do not fit.
    """
    n_sites = SITES[0] * SITES[1]
    order = np.resize(rng.permutation(n_sites), len(reaches))
    at_border = rng.random(len(reaches)) < BORDER_SHARE
    # A cell is about one nuclear radius wider than its nucleus on each side.
    margin = min(2.2 * float(np.mean(reaches)), FIELD_HEIGHT / 3) if len(reaches) else 0.0
    taken: list[list[tuple[float, float, float]]] = [[] for _ in range(n_sites)]
    places = []
    for reach, site, border in zip(reaches, order, at_border, strict=True):
        x, y = _free_spot(float(reach), bool(border), margin, taken[site], rng)
        taken[site].append((x, y, float(reach)))
        row, column = divmod(int(site), SITES[1])
        places.append(Place((row, column), x, y, bool(border)))
    return places


def _free_spot(
    reach: float,
    at_border: bool,
    margin: float,
    taken: list[tuple[float, float, float]],
    rng: np.random.Generator,
) -> tuple[float, float]:
    others = np.array(taken).reshape(-1, 3)
    for _ in range(_TRIES):
        x = rng.uniform(0, FIELD_WIDTH, _CANDIDATES)
        y = rng.uniform(0, FIELD_HEIGHT, _CANDIDATES)
        distance = np.minimum(np.minimum(x, FIELD_WIDTH - x), np.minimum(y, FIELD_HEIGHT - y))
        wanted = (distance < margin) & (distance > 0.6 * reach) if at_border else distance >= margin
        apart = np.hypot(x[:, None] - others[:, 0], y[:, None] - others[:, 1])
        clear = (apart > reach + others[:, 2] + 2).all(axis=1)
        good = np.flatnonzero(wanted & clear)
        if good.size:
            return float(x[good[0]]), float(y[good[0]])
    raise ConfigError(
        f"the nuclei do not fit on the {SITES[0]} x {SITES[1]} sites of a well"
        f" ({FIELD_WIDTH} x {FIELD_HEIGHT} pixels each)",
        where="simulate.nuclei",
        mend="Ask for fewer nuclei or a smaller mean_area.",
    )
