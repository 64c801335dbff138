"""Values of a model and method, over its seeds, as a point with its interval."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nascent.figures import style

Key = tuple[str, str]


def over_seeds(table: pd.DataFrame, by: Sequence[str], values: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a group: means over seeds, and intervals that span those of all seeds.

    Parameters
    ----------
    table
        One row a seed and group.
    by
        Columns that make a group.
    values
        Column → `mean`, `min` (lower ends) or `max` (upper ends).
    """
    return table.groupby(list(by), sort=False, as_index=False).agg(
        **{name: (name, how) for name, how in values.items()}
    )


def point(
    axes: Axes,
    value: float,
    y: float,
    ends: tuple[float, float] = (np.nan, np.nan),
    *,
    mark: style.Mark,
    gid: str | None = None,
) -> None:
    """Draw a value with its interval; nothing where it is not finite."""
    if not np.isfinite(value):
        return
    if np.isfinite(ends).all():
        axes.plot(ends, [y, y], color=mark.colour, lw=1.4, solid_capstyle="butt", zorder=2)
    axes.plot([value], [y], ls="", **mark.options, mew=1.0, zorder=3, gid=gid)
