"""What jobs of raw wells need of a machine."""

# Of a raw well: bytes of a pixel's place and cell, and of one channel's count.
PLACE_BYTES = 12
COUNT_BYTES = 2


def raw_well_bytes(nuclei: int, mean_area: float, channels: int) -> int:
    """Return the size of a raw well in memory: every pixel of its nuclei in every channel.

    Parameters
    ----------
    nuclei
        Of the well.
    mean_area
        Of a nucleus, pixels.
    channels
        Measured or simulated.

    Returns
    -------
    int
        Bytes.
    """
    return round(nuclei * mean_area * (PLACE_BYTES + COUNT_BYTES * channels))
