"""Maps smoothed over the places of the image, within the measured pixels of an example."""

import numpy as np

from nascent.places import bounding_box


def smoothed(scores: np.ndarray, mask: np.ndarray, sigma: float) -> np.ndarray:
    """Return maps smoothed along every axis of places, within the mask.

    Normalised convolution (Knutsson & Westin 1993): the Gaussian mean of the measured pixels
    around each, so that nothing flows in from outside of the example or out of it. Channels do
    not touch each other.

    Parameters
    ----------
    scores
        (places …, K).
    mask
        (places …) bool.
    sigma
        SD of the Gaussian in pixels; 0 smooths nothing.

    Returns
    -------
    (places …, K) float64
        Zero outside of the mask.
    """

    from scipy.ndimage import gaussian_filter

    kept = np.where(mask[..., None], scores, 0).astype(np.float64)
    if sigma == 0 or not mask.any():
        return kept
    # Beyond the mask there are zeros alone: its window is all that is filtered.
    window = bounding_box(mask)
    inside = mask[window]
    weights = gaussian_filter(inside.astype(np.float64), sigma, mode="constant")
    sums = gaussian_filter(kept[window], (*[sigma] * mask.ndim, 0), mode="constant")
    kept[window] = np.where(inside[..., None], sums / np.where(inside, weights, 1)[..., None], 0)
    return kept
