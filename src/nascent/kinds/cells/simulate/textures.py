"""Random textures that nuclei share: one set a job, each nucleus reads it at places of its own."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Textures:
    """Periodic Gaussian random fields of mean 0 and SD 1, each (side, side) float32.

    `grain` varies over 2 pixels at full size, as clusters of proteins do, `chromatin` over 4,
    `territory` over 14.
    """

    grain: np.ndarray
    chromatin: np.ndarray
    territory: np.ndarray

    @property
    def side(self) -> int:
        """Edge of the fields, pixels."""
        return self.grain.shape[0]


def draw_textures(seed: int, scale: float) -> Textures:
    """Draw the textures of a study.

    They depend on the seed and the scale alone, so that every well of a study shares them however
    its jobs are cut.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**32 - 1,)))
    side = 2 ** int(np.ceil(np.log2(max(128.0, 900 * scale))))
    grain, chromatin, territory = (
        _field(rng, side, max(0.45, correlation * scale)) for correlation in (1.6, 3.2, 12.0)
    )
    return Textures(grain, chromatin, territory)


def _field(rng: np.random.Generator, side: int, sigma: float) -> np.ndarray:
    """Low-pass white noise with a Gaussian of `sigma` pixels and scale it to SD 1."""
    rows = np.fft.fftfreq(side).astype(np.float32)[:, None]
    columns = np.fft.rfftfreq(side).astype(np.float32)
    spectrum = np.fft.rfft2(rng.standard_normal((side, side), dtype=np.float32))
    spectrum *= np.exp(-2 * np.pi**2 * sigma**2 * (rows**2 + columns**2))
    field = np.fft.irfft2(spectrum, s=(side, side))
    return ((field - field.mean()) / field.std()).astype(np.float32)


def crop(field: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a window of `shape` at a random place of a periodic field."""
    side = field.shape[0]
    top, left = rng.integers(side, size=2)
    rows = np.arange(top, top + shape[0]) % side
    columns = np.arange(left, left + shape[1]) % side
    return field[rows[:, None], columns]


def scattered(
    field: np.ndarray, rows: np.ndarray, columns: np.ndarray, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Read a field at the same pixels from `n` random places.

    Parameters
    ----------
    rows, columns
        (P,) integer pixel positions.

    Returns
    -------
    numpy.ndarray
        (n, P) float32.
    """
    # One flat index a place: a window that crosses the right edge goes on one row lower, where
    # the texture is nearly the same.
    flat = field.reshape(-1)
    base = rows.astype(np.int64) * field.shape[0] + columns
    starts = rng.integers(flat.size, size=n)
    return np.stack([flat.take(base + start, mode="wrap") for start in starts])
