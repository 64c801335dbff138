"""Which epoch is chosen: the one with the least validation monitor, smoothed over epochs.

A single epoch of a noisy curve may be low by luck. The centred moving average credits an epoch
with its neighbours too; only full windows count, so the first and last epochs of a run have none.
"""

from collections.abc import Sequence

import numpy as np


def smoothed(values: Sequence[float], width: int) -> np.ndarray:
    """Return the centred moving average of a monitor.

    Parameters
    ----------
    values
        (E,), one an epoch.
    width
        Odd; 0 for the values as they are.

    Returns
    -------
    numpy.ndarray
        (E,) float64, NaN where the window is not full.
    """
    values = np.asarray(values, np.float64)
    if not width:
        return values.copy()
    means = np.full(len(values), np.nan)
    if len(values) >= width:
        windows = np.lib.stride_tricks.sliding_window_view(values, width)
        means[width // 2 : len(values) - width // 2] = windows.mean(axis=1)
    return means


def width_that_fits(width: int, epochs: int) -> int:
    """Return the width, or the widest odd one that fits a run of fewer epochs."""
    return width if width <= epochs else epochs - 1 + epochs % 2


def chosen_epoch(values: Sequence[float], width: int) -> int:
    """Return the epoch, from 1, of the least smoothed monitor, the first of equals; 0 for none."""
    means = smoothed(values, width)
    return 0 if np.isnan(means).all() else int(np.nanargmin(means)) + 1


def exhausted(values: Sequence[float], width: int, patience: int) -> bool:
    """Tell whether the last `patience` smoothed values, or more, were no better than the best."""
    chosen = chosen_epoch(values, width)
    return bool(chosen) and len(values) - width // 2 - chosen >= patience


def wanted(values: Sequence[float], width: int) -> set[int]:
    """Return the epochs whose weights may yet be those of the chosen epoch.

    The best so far, and the last (width - 1) / 2 + 1: their windows are still to be filled, or they
    are the centre of the window that fits where the run ends here.
    """
    last = len(values)
    open_windows = range(max(1, last - width // 2), last + 1) if width > 1 else ()
    return {*open_windows, chosen_epoch(values, width)} - {0}
