"""What jobs of raw wells need of a machine, see `nascent.needs`."""

from nascent.needs import PLAIN

# Of a job of one well: thirty times what two slow cores took. Twenty go to a cluster together, one
# after the other, and ask for the time of all.
FEW_MINUTES, MINUTES_A_GB = 10, 20

# Copies of a raw well that its simulation and its cropping hold at the same time.
COPIES = 2

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


def well_megabytes(raw_bytes: int) -> int:
    """Return the memory of a job that makes or cuts a raw well of so many bytes, MB."""
    return round(PLAIN + COPIES * raw_bytes / 1e6)


def well_minutes(raw_bytes: int) -> int:
    """Return how long a job may take that makes or cuts a raw well of so many bytes, minutes."""
    return round(FEW_MINUTES + MINUTES_A_GB * raw_bytes / 1e9)
