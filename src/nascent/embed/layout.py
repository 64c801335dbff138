"""Two numbers an example, by which its vector is drawn: UMAP, or principal components."""

import warnings

import numpy as np

from nascent.embed.neighbours import Neighbours
from nascent.hiding import hidden

UMAP, PCA = "UMAP", "PCA"
FEWEST = 15
"""Examples below which UMAP has no neighbourhoods to keep."""


def layout(
    vectors: np.ndarray, neighbours: Neighbours | None, *, min_dist: float, seed: int
) -> tuple[np.ndarray, str]:
    """Return places in a plane, and by which method.

    UMAP (McInnes et al. 2018) starts from the principal components (Kobak & Linderman 2021) and
    works on one thread, so that equal vectors give equal places.

    Parameters
    ----------
    vectors
        (n, d), standardised.
    neighbours
        Of all n; None, or fewer than `FEWEST` examples: principal components.
    min_dist
        How near UMAP puts like examples, 0 to 1.
    seed
        Of UMAP.

    Returns
    -------
    (n, 2) float32, and UMAP or PCA.
    """
    if neighbours is None or len(vectors) < FEWEST or np.ptp(vectors, axis=0).max(initial=0) == 0:
        return _principal(vectors), PCA
    return _umap(vectors, neighbours, min_dist, seed), UMAP


def _principal(vectors: np.ndarray) -> np.ndarray:
    left, sizes, right = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    # The sign of a component is arbitrary: its largest loading shall be positive.
    loadings = right[np.arange(len(right)), np.abs(right).argmax(axis=1)]
    places = np.zeros((len(vectors), 2), np.float32)
    kept = min(2, len(sizes))
    places[:, :kept] = (left * sizes * np.where(loadings < 0, -1, 1))[:, :kept]
    return places


def _umap(vectors: np.ndarray, neighbours: Neighbours, min_dist: float, seed: int) -> np.ndarray:
    # With TensorFlow it would load a network that is not used here.
    with hidden("tensorflow"):
        from umap import UMAP as Umap
    itself = np.arange(len(vectors))[:, None]
    known = (
        np.hstack([itself, neighbours.places]).astype(np.int32),
        np.hstack([np.zeros(itself.shape), neighbours.distances]).astype(np.float32),
    )
    with warnings.catch_warnings():
        # That new examples could not be placed later.
        warnings.filterwarnings("ignore", category=UserWarning, module="umap")
        placed = Umap(
            n_neighbors=known[0].shape[1],
            min_dist=min_dist,
            init=_started(vectors),
            precomputed_knn=known,
            random_state=seed,
            n_jobs=1,
        ).fit_transform(vectors.astype(np.float32))
    return np.asarray(placed, np.float32)


def _started(vectors: np.ndarray) -> np.ndarray:
    """Return the principal components, about as wide as UMAP's own start."""
    places = _principal(vectors)
    return 10 * places / max(float(np.abs(places).max()), 1e-12)
