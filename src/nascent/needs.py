"""What jobs need of a machine, estimated from what they work on.

Estimates lie on the side of too much: a job killed for want of memory costs more than a few GB that
lie idle. What they miss, the next attempt asks for.
"""

from collections.abc import Sequence
from pathlib import Path

# A program with its libraries: NumPy and HDF5 alone, and with a framework for networks.
PLAIN = 1500
FRAMEWORK = 2000

# Maps of 64 channels that a network holds of each example of a batch, on the way there and back.
MAPS = 10 * 64

# What a compressed byte of a table of counts comes to in memory.
INFLATION = 2


def network_megabytes(batch_size: int, places: int, channels: int) -> int:
    """Return the memory of a job that trains, asks or differentiates a network.

    Parameters
    ----------
    batch_size
        Examples that are computed together.
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
    """Return what files of raw data come to in memory, bytes; `.gz` are compressed.

    Raises
    ------
    FileNotFoundError
        Where a file is missing.
    """
    return sum(
        Path(file).stat().st_size * (INFLATION if Path(file).suffix == ".gz" else 1)
        for file in files
    )


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
