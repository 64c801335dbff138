"""Images in which what a channel tells of an example is taken away, in whole or in part.

Another example's image of the channel, fitted into this example's outline
(`nascent.attribute.references.fitted`), takes away all of it. Intensity and structure are taken
away one at a time by exchanging the mean over the example alone, or all but the mean: either way
the image is made of what was measured in examples, where one that is levelled or replaced by a
constant looks like none that the model has seen.

**Intensity** is the factor of the light, not an offset: an example twice as bright has twice the
mean and twice the contrast. So a pattern is brought to another mean by a factor, counted from where
the model's input says "no light". Channels standardised by example hold no intensity, and none is
moved.
"""

from collections.abc import Sequence

import numpy as np

from nascent.reader import InputReader
from nascent.shards.normalise import Normaliser

PERMUTED, INTENSITY, STRUCTURE = "permuted", "intensity", "structure"
LEVELLED, ABLATED = "levelled", "ablated"

BY_DONOR = (PERMUTED, INTENSITY, STRUCTURE)
"""Changes that take something from another example."""

ALONE = (LEVELLED, ABLATED)
"""Changes that need no other example."""

CHANGES = (*BY_DONOR, *ALONE)


def changes_of(reader: InputReader) -> tuple[str, ...]:
    """Return the changes, of `CHANGES`, that can be made of an input.

    Only images have an intensity to tell from structure, and what has no places has nothing to
    level.
    """
    if isinstance(reader, Normaliser):
        return CHANGES
    return (PERMUTED, LEVELLED, ABLATED) if reader.spec.places else (PERMUTED, ABLATED)


def darkness_of(normaliser: InputReader | Normaliser) -> np.ndarray | None:
    """Return what the model's input is where there is no light, (C,) float64.

    None where each example is standardised by itself, or the input is no image: no value stands for
    darkness then.
    """
    if not isinstance(normaliser, Normaliser):
        return None
    steps = normaliser.steps
    if steps.per_cell:
        return None
    mean, sd = np.asarray(normaliser.mean), np.asarray(normaliser.sd)
    if steps.z_score:
        return -mean / sd
    return -mean if steps.mean_extraction else np.zeros(len(mean))


def changed_alone(own: np.ndarray, *, training_mean: np.ndarray) -> dict[str, np.ndarray]:
    """Return the changes of `ALONE`.

    Parameters
    ----------
    own
        (P, K) float32: the example's measured pixels in the channels that are changed.
    training_mean
        (K,) of the same channels, see `nascent.attribute.baselines.training_mean_of`.

    Returns
    -------
    dict
        `levelled`, the example's own mean everywhere; `ablated`, the training mean; (P, K) float32.
    """
    return {
        LEVELLED: np.broadcast_to(_mean(own), own.shape).astype(np.float32),
        ABLATED: np.broadcast_to(training_mean, own.shape).astype(np.float32),
    }


def changed_by_donor(
    own: np.ndarray, other: np.ndarray, *, darkness: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Return the changes of `BY_DONOR`.

    Parameters
    ----------
    own
        (P, K) float32: the example's measured pixels in the channels that are changed.
    other
        (P, K): those of another example, fitted into the outline.
    darkness
        (K,) of the same channels, see `darkness_of`.

    Returns
    -------
    dict
        `permuted`, the other example's pixels; `intensity`, the example's own pattern at the
        other's mean; `structure`, the other's pattern at the example's own mean; (P, K) float32.
    """
    mine, others = _mean(own), _mean(other)
    return {
        PERMUTED: other,
        INTENSITY: brought_to(own, mine, others, darkness),
        STRUCTURE: brought_to(other, others, mine, darkness),
    }


def brought_to(
    pixels: np.ndarray, mean: np.ndarray, wanted: np.ndarray, darkness: np.ndarray | None
) -> np.ndarray:
    """Return pixels (P, K) of the mean (K,) with another mean, by a factor from darkness on.

    A channel that is dark throughout has no pattern to be made brighter: it is shifted instead.
    """
    if darkness is None:
        return pixels
    light = mean - darkness
    lit = light > 0
    factor = np.where(lit, (wanted - darkness) / np.where(lit, light, 1), 1)
    shift = np.where(lit, 0, wanted - mean)
    return (darkness + (pixels - darkness) * factor + shift).astype(np.float32)


def exchanged(
    image: np.ndarray, mask: np.ndarray, places: Sequence[int], pixels: np.ndarray
) -> np.ndarray:
    """Return a copy of an image (places …, C) with other pixels (P, K) in some channels."""
    changed, values = image.copy(), image[mask]
    values[:, list(places)] = pixels
    changed[mask] = values
    return changed


def _mean(pixels: np.ndarray) -> np.ndarray:
    return pixels.mean(axis=0, dtype=np.float64)
