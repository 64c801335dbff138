"""Random draws that belong to an example: they depend on seed, example, purpose and number alone.

Neither the batch an example falls into nor the point where a killed job goes on changes them.
"""

import hashlib
from collections.abc import Hashable

import numpy as np


def stream(seed: int, example_id: Hashable, purpose: str, draw: int = 0) -> np.random.Generator:
    """Return the generator of one draw of one example.

    Parameters
    ----------
    seed
        Not negative.
    example_id
        5 and "5" are one example.
    purpose
        Draws for different purposes are independent.
    draw
        Its number.
    """
    digest = hashlib.sha256(f"{seed}\n{purpose}\n{draw}\n{example_id}".encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, "<u4").tolist())


def measured_noise(
    mask: np.ndarray, channels: int, sigma: float, stream: np.random.Generator
) -> np.ndarray:
    """Return an image (places …, channels) float32 of N(0, sigma²) where `mask` is True, else 0."""
    noise = np.zeros((*mask.shape, channels), np.float32)
    drawn = stream.standard_normal((int(mask.sum()), channels), np.float32)
    noise[mask] = drawn * np.float32(sigma)
    return noise
