from collections.abc import Callable

import numpy as np
import pytest

CHANNELS = 3


def nuclei(n: int, size: int = 32, seed: int = 0) -> dict[str, np.ndarray]:
    """Ellipses off the centre of their crops; channel 0 shows the mask, the others noise."""
    rng = np.random.default_rng(seed)
    line = np.arange(size) - (size - 1) / 2
    centres = rng.uniform(-3, 3, (2, n, 1))
    radii = rng.uniform(0.15, 0.3, (2, n, 1)) * size
    v, u = ((line - centres) / radii) ** 2
    masks = v[:, :, None] + u[:, None, :] <= 1
    images = rng.normal(size=(*masks.shape, CHANNELS))
    images[..., 0] = 1
    return {"image": (images * masks[..., None]).astype(np.float32), "mask": masks}


@pytest.fixture(name="nuclei")
def make_nuclei() -> Callable[..., dict[str, np.ndarray]]:
    return nuclei


@pytest.fixture
def cells() -> dict[str, np.ndarray]:
    return nuclei(6)
