"""The outline of a nucleus: area, elongation and a smooth, slightly irregular edge."""

from dataclasses import dataclass

import numpy as np

from nascent.places import bounding_box

MEAN_AREA = 13209.0
"""Mean area of a nucleus on the published plate, pixels; the scale at which sizes are given."""

_ANGLES = np.linspace(-np.pi, np.pi, 257, dtype=np.float32)
_HARMONICS = np.arange(2, 8)


@dataclass(frozen=True)
class Outline:
    """A nucleus on its bounding box.

    Attributes
    ----------
    mask
        (h, w) bool: the measured pixels.
    depth
        (h, w) float32: 0 in the middle, 1 at the edge, larger outside.
    reach
        Distance of the farthest edge point from the middle, pixels.
    middle
        (row, column) of the middle in the box.
    """

    mask: np.ndarray
    depth: np.ndarray
    reach: float
    middle: tuple[float, float]


def scale_of(mean_area: float) -> float:
    """Return the length scale: 1 where nuclei are as large as on the published plate."""
    return float(np.sqrt(mean_area / MEAN_AREA))


def draw_outline(area: float, rng: np.random.Generator) -> Outline:
    """Draw a nucleus of about `area` pixels.

    The edge is an ellipse (axis ratio 1.05 to 1.7) whose radius is modulated by harmonics of
    decreasing amplitude; the second and third give beans and rounded triangles.
    """
    elongation = 1.05 + 0.6 * rng.beta(1.6, 4.0)
    turn = rng.uniform(-np.pi, np.pi)
    amplitudes = rng.normal(0, 0.055, _HARMONICS.size) * (2 / _HARMONICS) ** 1.3
    phases = rng.uniform(-np.pi, np.pi, _HARMONICS.size)
    along = _ANGLES - turn
    radius = 1 / np.sqrt((np.cos(along) ** 2) / elongation + (np.sin(along) ** 2) * elongation)
    waves = np.cos(_HARMONICS[:, None] * _ANGLES + phases[:, None])
    radius *= 1 + np.tanh(amplitudes @ waves * 2.5) / 2.5
    radius *= np.sqrt(area / (0.5 * np.mean(radius[:-1] ** 2) * 2 * np.pi))
    return _rasterised(radius.astype(np.float32), rng.uniform(-0.5, 0.5, 2))


def _rasterised(radius: np.ndarray, shift: np.ndarray) -> Outline:
    reach = float(radius.max())
    half = int(np.ceil(reach)) + 1
    axis = np.arange(-half, half + 1, dtype=np.float32)
    dy, dx = np.meshgrid(
        axis - np.float32(shift[0]), axis - np.float32(shift[1]), indexing="ij", sparse=True
    )
    edge = np.interp(np.arctan2(dy, dx), _ANGLES, radius).astype(np.float32)
    depth = np.hypot(dy, dx) / edge
    mask = depth < 1
    box = bounding_box(mask)
    middle = (half + shift[0] - box[0].start, half + shift[1] - box[1].start)
    return Outline(mask[box], depth[box], reach, middle)
