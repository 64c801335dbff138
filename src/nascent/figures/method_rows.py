"""Models and methods as rows of a panel: a block of rows a model, a row a method."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nascent.figures import style

ROW = 0.2  # inches
GAP = 0.55  # between models, in rows
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


def places(keys: Sequence[Key]) -> dict[Key, float]:
    """Return the height of each (model, method), models in blocks, the first row 0 on top."""
    at, y, before = {}, 0.0, None
    for model, method in sorted(dict.fromkeys(keys), key=lambda key: _first(keys, key[0])):
        y += GAP if before not in (None, model) else 0
        at[model, method], before = y, model
        y += 1
    return at


def height(at: Mapping[Key, float]) -> float:
    """Return the height of the rows in inches."""
    return ROW * (max(at.values(), default=0) + 1.4)


def frame(axes: Axes, at: Mapping[Key, float], *, named: bool) -> None:
    """Set limits and stripes; name the rows by method, and each block by its model, if `named`."""
    for y in list(at.values())[::2]:
        axes.axhspan(y - 0.5, y + 0.5, color=style.STRIPE, lw=0, zorder=0)
    axes.set_ylim(max(at.values()) + 0.6, -0.6)
    axes.set_yticks(list(at.values()), [method for _, method in at] if named else [])
    axes.tick_params(axis="y", length=0, labelsize=7)
    if not named:
        return
    for model in dict.fromkeys(model for model, _ in at):
        rows = [y for (name, _), y in at.items() if name == model]
        axes.annotate(
            model,
            (-0.62, np.mean(rows)),
            xycoords=("axes fraction", "data"),
            rotation=90 if len(rows) > 2 else 0,
            ha="center",
            va="center",
            fontsize=7.5,
            fontweight="bold",
        )
        if len(rows) <= 2:
            # A name that lies flat would lie on the bracket.
            continue
        axes.plot(
            [-0.55, -0.55],
            [min(rows) - 0.4, max(rows) + 0.4],
            color=style.PALE,
            lw=1.2,
            clip_on=False,
            transform=axes.get_yaxis_transform(),
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


def _first(keys: Sequence[Key], model: str) -> int:
    return [name for name, _ in keys].index(model)
