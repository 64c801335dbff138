"""Where the pixels of a nucleus lie in its crop."""

from collections.abc import Callable

import numpy as np

from nascent.places import bounding_box

# Chooses what is shown of a nucleus larger than the crop: (v, u, size) -> (pixels, places).
Fit = Callable[[np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def margin(length: int | np.ndarray, size: int) -> np.ndarray:
    """Return the empty lines before a nucleus of that height or width in a crop of edge `size`.

    The box of the crop starts at length/2 - size/2 of the nucleus' own rectangle, rounded half to
    even; a nucleus larger than the crop has a negative margin: so many lines fall off.
    """
    return -np.rint(np.asarray(length) / 2 - size / 2).astype(np.int64)


def centre(v: np.ndarray, u: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Place a nucleus in the middle of the crop; pixels that fall off it are left out.

    Parameters
    ----------
    v, u
        (n,) rows and columns within the nucleus' bounding box.
    size
        Edge S of the crop.

    Returns
    -------
    pixels : numpy.ndarray
        (m,) which of the n pixels are shown.
    places : numpy.ndarray
        (m,) where they are shown, as flat indices into (S, S).
    """
    row, column = v + margin(v.max() + 1, size), u + margin(u.max() + 1, size)
    inside = np.flatnonzero((row >= 0) & (row < size) & (column >= 0) & (column < size))
    return inside, row[inside] * size + column[inside]


def shrink(v: np.ndarray, u: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Shrink a nucleus by nearest neighbour until its longer side fits; then place it as `centre`.

    Image and mask shrink alike: the shrunk pixel (i, j) shows the pixel of the bounding box that
    its centre falls on, and is measured where that one is. Parameters and returns as `centre`.
    """
    height, width = int(v.max()) + 1, int(u.max()) + 1
    scale = min(1.0, size / max(height, width))
    small = [max(1, round(scale * length)) for length in (height, width)]
    at = np.full((height, width), -1, np.intp)
    at[v, u] = np.arange(len(v))
    rows, columns = (
        ((np.arange(n) + 0.5) * length / n).astype(np.intp)
        for n, length in zip(small, (height, width), strict=True)
    )
    sampled = at[np.ix_(rows, columns)]
    i, j = np.nonzero(sampled >= 0)
    top, left = (int(margin(n, size)) for n in small)
    return sampled[i, j], (i + top) * size + (j + left)


def size_ratio(mask: np.ndarray) -> float:
    """Return 1 - 2 d / S, d the smallest of the four empty margins of a mask (S, S).

    It is 1 where the nucleus touches the border, and where the crop shows none of it.
    """
    size = len(mask)
    margins = [end for line in bounding_box(mask) for end in (line.start, size - line.stop)]
    return 1 - 2 * (min(margins) / size)
