"""Pixels as the explorer keeps them: bytes of the measured pixels of a cell's window, deflated.

A plane is one channel of a cell's image or map. Its values are kept as whole numbers q of 0 to 255
with value = low + (q − zero) · step. Of an image, low is the 0.1th and low + 255 · step the 99.9th
percentile of the cell's measured pixels, and zero is 0. Of a map low is 0 and the largest number
stands for the 99.9th percentile of |score|; zero is 127 where the maps have both signs and 0 where
they have one, so that a score of 0 is kept as exactly 0. Values beyond are kept as the limit;
within, the error is at most half a step.
"""

import base64
import zlib

import numpy as np

TAIL = 0.1  # percent of a plane's pixels beyond its limits, at each end
DARKEST, MIDDLE, BRIGHTEST = 0, 127, 255


def binning(shape: tuple[int, int], edge: int | None) -> int:
    """Return how many pixels become one along each side, so that none is longer than `edge`."""
    return 1 if edge is None else -(-max(shape) // edge)


def binned(values: np.ndarray, mask: np.ndarray, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of the measured pixels of squares of `factor` × `factor`.

    Parameters
    ----------
    values
        (H, W, K).
    mask
        (H, W) bool.
    factor
        1 changes nothing. Squares at the far edges may be cut off.

    Returns
    -------
    values : (h, w, K) float64
        0 where not measured.
    mask : (h, w) bool
        True where a pixel of the square was measured.
    """
    if factor == 1:
        return np.where(mask[..., None], values, 0).astype(np.float64), mask
    short = [-size % factor for size in mask.shape]
    inside = np.pad(mask, [(0, gap) for gap in short])
    filled = np.pad(np.where(mask[..., None], values, 0.0), [*((0, gap) for gap in short), (0, 0)])
    rows, columns = (size // factor for size in inside.shape)
    squares = (rows, factor, columns, factor)
    count = inside.reshape(squares).sum(axis=(1, 3))
    total = filled.reshape(*squares, -1).sum(axis=(1, 3))
    return total / np.maximum(count, 1)[..., None], count > 0


def quantised_image(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whole numbers (K, P) uint8 of an image's pixels (P, K), and (K, 2) low and step."""
    if not len(pixels):
        return _nothing(pixels)
    low, high = np.percentile(pixels, [TAIL, 100 - TAIL], axis=0)
    return _whole(pixels, low, (high - low) / BRIGHTEST, DARKEST, BRIGHTEST)


def quantised_map(scores: np.ndarray, zero: int) -> tuple[np.ndarray, np.ndarray]:
    """Return whole numbers (K, P) uint8 of a map's scores (P, K), and (K, 2) low (0) and step.

    `zero` is MIDDLE for maps of both signs, else DARKEST.
    """
    if not len(scores):
        return _nothing(scores)
    high = np.percentile(np.abs(scores), 100 - TAIL, axis=0)
    # A few bright pixels in a map of zeros: nothing is within the percentile but 0.
    high = np.where(high > 0, high, np.abs(scores).max(axis=0))
    steps = BRIGHTEST if zero == DARKEST else MIDDLE
    return _whole(scores, np.zeros_like(high), high / steps, zero, zero + steps)


def _nothing(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((pixels.shape[1], 0), np.uint8), np.zeros((pixels.shape[1], 2), np.float32)


def _whole(
    values: np.ndarray, low: np.ndarray, step: np.ndarray, zero: int, most: int
) -> tuple[np.ndarray, np.ndarray]:
    # The page reads low and step as float32; the numbers are rounded by what it will read.
    scale = np.column_stack([low, step]).astype(np.float32)
    divisor = np.where(scale[:, 1] > 0, scale[:, 1], 1).astype(np.float64)
    numbers = np.rint((values - scale[:, 0]) / divisor) + zero
    return np.clip(numbers, 0, most).astype(np.uint8).T.copy(), scale


def packed(*parts: np.ndarray) -> str:
    """Return the bytes of some arrays, one after the other, deflated (zlib) and in base64."""
    raw = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def bits(mask: np.ndarray) -> np.ndarray:
    """Return a mask as bits, row by row, the first pixel in the highest bit of the first byte."""
    return np.packbits(mask.ravel())
