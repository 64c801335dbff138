"""What jobs need of a machine, estimated from what they work on.

Estimates lie on the side of too much: a job killed for want of memory costs more than a few GB that
lie idle. What they miss, the next attempt asks for.
"""

from collections.abc import Sequence
from pathlib import Path

# A program with its libraries: NumPy and HDF5 alone, and with a framework for networks.
PLAIN = 1500
FRAMEWORK = 2000

# Maps of 64 channels that a network holds of each cell of a batch, on the way there and back.
MAPS = 10 * 64

# Of a job of one well: thirty times what two slow cores took. Twenty go to a cluster together, one
# after the other, and ask for the time of all.
FEW_MINUTES, MINUTES_A_GB = 10, 20

# Copies of a raw well that its simulation and its cropping hold at the same time.
COPIES = 2

# What a compressed byte of a table of counts comes to in memory.
INFLATION = 2


def network_megabytes(batch_size: int, places: int, channels: int) -> int:
    """Return the memory of a job that trains, asks or differentiates a network.

    Parameters
    ----------
    batch_size
        Cells that are computed together.
    places
        Of an example, such as its pixels.
    channels
        Features of a place that enter the network.

    Returns
    -------
    int
        MB.
    """
    one_map = 4 * places / 1e6
    return round(FRAMEWORK + batch_size * one_map * (channels + MAPS))


def read_bytes(files: Sequence[str | Path]) -> int:
    """Return what the files of a raw well come to in memory, bytes; `.gz` are compressed.

    Raises
    ------
    FileNotFoundError
        Where a file is missing.
    """
    return sum(
        Path(file).stat().st_size * (INFLATION if Path(file).suffix == ".gz" else 1)
        for file in files
    )


def well_megabytes(raw_bytes: int) -> int:
    """Return the memory of a job that makes or cuts a raw well of so many bytes, MB."""
    return round(PLAIN + COPIES * raw_bytes / 1e6)


def well_minutes(raw_bytes: int) -> int:
    """Return how long a job may take that makes or cuts a raw well of so many bytes, minutes."""
    return round(FEW_MINUTES + MINUTES_A_GB * raw_bytes / 1e9)


def files_megabytes(files: Sequence[str | Path], times: float, plus: float) -> int:
    """Return the memory of a job that holds `times` its input files.

    Parameters
    ----------
    files
        As they lie on the disk.
    times
        What a byte on disk takes in memory.
    plus
        What the job takes without them, MB.

    Returns
    -------
    int
        MB.

    Raises
    ------
    FileNotFoundError
        Where a file is missing.
    """
    return round(plus + times * sum(Path(file).stat().st_size for file in files) / 1e6)
