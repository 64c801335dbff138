"""Masks and maps over any number of places: positions of a line, pixels of a plane, voxels.

An image has axes of places, then one of channels; its mask has those of places alone.
"""

import numpy as np

from nascent.errors import AttributionError


def bounding_box(mask: np.ndarray) -> tuple[slice, ...]:
    """Return the smallest box that holds a mask, a slice an axis; the whole frame if it is empty.

    Parameters
    ----------
    mask
        Bool, of any number of axes.
    """
    if not mask.any():
        return tuple(slice(0, size) for size in mask.shape)
    axes = range(mask.ndim)
    lines = [mask.any(axis=tuple(other for other in axes if other != axis)) for axis in axes]
    ends = [(int(line.argmax()), len(line) - int(line[::-1].argmax())) for line in lines]
    return tuple(slice(*pair) for pair in ends)


def has_places(scores: np.ndarray, mask: np.ndarray) -> bool:
    """Return whether a map scores each place of an example; False where it scores whole channels.

    Parameters
    ----------
    scores
        (places …, K), or (1 …, K) of a method that scores whole channels.
    mask
        (places …) bool.

    Raises
    ------
    AttributionError
        Where the map has neither the places of the mask nor none.
    """
    if scores.shape[:-1] == mask.shape:
        return True
    if scores.ndim == mask.ndim + 1 and set(scores.shape[:-1]) == {1}:
        return False
    raise AttributionError(
        f"a map of shape {scores.shape} does not fit a mask of shape {mask.shape}",
        mend="A map has one value a channel, or the places of the mask and then channels.",
    )


def refuse_unless_plane(shape: tuple[int, ...], what: str) -> None:
    """Raise where places are not the pixels of a plane.

    Parameters
    ----------
    shape
        Of the places, that is of a mask.
    what
        The part that works on planes alone, as the subject of a sentence: "the explorer".

    Raises
    ------
    AttributionError
        Where the shape has another number of axes than two.
    """
    if len(shape) != 2:
        raise AttributionError(
            f"{what} needs images of rows and columns; these have {len(shape)} axes of places, of"
            f" shape {tuple(shape)}",
            mend="Leave it out of this study; read-outs over channels take any number of places.",
        )
