"""Pixels of a batch put elsewhere in their crops, none of them changed."""

from typing import Any

from nascent.frameworks import ops


def rearranged(image: Any, mask: Any, row: Any, column: Any) -> tuple[Any, Any]:
    """Show at each place the pixel from another place of the same crop.

    Parameters
    ----------
    image, mask
        (n, S, S, C) and (n, S, S).
    row, column
        Where the pixel comes from, int32; together they broadcast to (n, S, S).

    Returns
    -------
    image, mask
        Of the same shapes and types.
    """
    # One gather of whole pixels costs a pass over the images; a choice between finished flips
    # and transposes costs one for each, and XLA on a CPU fuses those into something far slower.
    size, channels = image.shape[2], image.shape[3]
    source = ops.reshape(first_pixels(image) + row * size + column, (-1,))
    pixels = ops.take(ops.reshape(image, (-1, channels)), source, axis=0)
    measured = ops.take(ops.reshape(mask, (-1,)), source, axis=0)
    return (
        ops.reshape(pixels, (-1, size, size, channels)),
        ops.reshape(measured, (-1, size, size)),
    )


def first_pixels(image: Any) -> Any:
    """Return the flat index (n, 1, 1) of each crop's first pixel in a batch (n, S, S, ...)."""
    size = image.shape[1]
    return ops.reshape(ops.arange(ops.shape(image)[0], dtype="int32") * (size * size), (-1, 1, 1))


def places(size: int) -> tuple[Any, Any]:
    """Return the rows (1, S, 1) and the columns (1, 1, S) of a crop, int32."""
    line = ops.arange(size, dtype="int32")
    return ops.reshape(line, (1, size, 1)), ops.reshape(line, (1, 1, size))
