"""Estimates of jobs of raw wells cover what was measured."""

import numpy as np

from nascent.kinds.cells.needs import raw_well_bytes, well_megabytes, well_minutes


def test_a_raw_well_is_as_large_as_its_arrays():
    nuclei, area, channels = 50, 100, 3
    pixels = nuclei * area
    arrays = [np.empty((pixels, channels), np.uint16), *np.empty((3, pixels), np.int32)]
    assert raw_well_bytes(nuclei, area, channels) == sum(array.nbytes for array in arrays)


def test_the_estimate_of_a_well_covers_the_peaks_that_the_readme_tells():
    # A full-size well: 1.21 GB of raw table, 1.50 GB at the peak from NumPy, 1.65 GB from text.
    assert well_megabytes(1_210_000_000) > 1650
    assert well_minutes(0) >= 10
    assert well_minutes(4_000_000_000) > well_minutes(1_000_000_000)
