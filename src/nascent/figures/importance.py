"""Shares of the map by channel and stratum, against equal shares and random weights; use beside."""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase

import pandas as pd
from matplotlib.figure import Figure

from nascent.errors import AttributionError, did_you_mean
from nascent.explain.importance.aggregates import SYMBOLS
from nascent.figures import style
from nascent.figures.importance_panel import draw_columns, draw_points, keys
from nascent.figures.importance_rows import (
    Heading,
    Row,
    above_random,
    grouped,
    of_all_inputs,
    over_seeds,
    with_all,
    within_inputs,
)
from nascent.task import REGRESSION, task_of
from nascent.words import spoken, worded

MOST_NAMED = 4  # features in a headline
NOTHING = "No {example} was explained, or the maps have no {features}."


@style.look()
def draw(
    importance: pd.DataFrame,
    *,
    aggregate: str = "absolute",
    top: int | None = None,
    joint: pd.DataFrame | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    use: pd.DataFrame | None = None,
    task: str = REGRESSION,
) -> Figure:
    """Draw each channel's mean share of the map as points with intervals, by stratum.

    Beside it stand the signed shares, where the table has them: the net effect of a channel, over
    the cell's Σ|score|.

    Channels are sorted by their mean over the strata, the largest on top. The dashed line
    is the share each would have if all were alike. The thin line with ends, below the points of a
    channel, is what models of random weights give it, over all strata; half its width stands
    beside. It is dotted where it is too wide to deny anything. The diamond is the mean over all
    cells. A point is full where its interval lies above its null, hollow where it does not, pale
    where that cannot be told. With several seeds a point is the mean over seeds, its lines span
    those of all, and it is full where all seeds beat their nulls.

    Whether the model uses a channel is another question, and its use answers it: it stands in a
    column of its own, bold where it is proven.

    Of a model with several inputs the shares are those of all inputs together, the channels stand
    input by input, and the mean share within the input beside them: sums over the places of two
    inputs do not mix.

    Channels that repeat each other bear the letter of their group, and below all channels stands
    the joint share of each group: a share of other wholes, since there its channels count once.

    Parameters
    ----------
    importance
        Rows of `channel_importance.tsv` of one model, method and split: columns `seed, stratum,
        channel, cells, importance, low, high` with shares between 0 and 1, and where there is a
        null `null_low, null_high, null_half, beats_null`; `aggregate` where there are several.
    aggregate
        Whose shares are drawn, in `nascent.explain.importance.aggregates.AGGREGATES`.
    top
        Draw only so many channels; the uniform share still counts all.
    joint
        Rows of `joint_importance.tsv` of the same; None where no channels repeat each other.
    groups
        Name of a group → its channels.
    use
        Rows of `use.tsv` of the model; None where its use was not measured.
    task
        Name of what is predicted; it says what its skill is called.

    Raises
    ------
    AttributionError
        Where there is no such aggregate; the nearest is named.
    """
    if aggregate not in SYMBOLS:
        raise AttributionError(
            f"there is no aggregate {aggregate!r}", mend=did_you_mean(aggregate, SYMBOLS)
        )
    within = within_inputs(importance)
    importance = of_all_inputs(importance)
    summary = over_seeds(importance, aggregate)
    if summary.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), worded(NOTHING))
        return figure
    means = summary.groupby("channel", sort=False)["importance"].mean()
    channels = means.sort_values(ascending=False, kind="stable").index.tolist()
    uniform = 100 / len(channels)
    channels = channels[:top]
    beside = over_seeds(importance, "signed") if "aggregate" in importance else summary.iloc[:0]
    beside = beside if aggregate != "signed" else beside.iloc[:0]
    together = _joint(joint, groups or {})
    letters = dict(zip(together, ascii_lowercase, strict=False))
    singles = grouped(channels, within)
    rows = [*singles, *together]
    if together:
        units = of_all_inputs(joint).rename(columns={"unit": "channel"})
        summary = _with_groups(summary, over_seeds(units, aggregate), together)
        beside = _with_groups(beside, over_seeds(units, "signed"), together)
    said = headline(above_random(summary[summary["channel"].isin(singles)]), len(channels))
    summary, beside = with_all(summary), with_all(beside)
    lanes = summary["stratum"].nunique() + summary["null_high"].notna().any()
    size = (style.WIDTH * (0.8 if beside.empty else 1), (0.06 + 0.052 * lanes) * len(rows) + 1.5)
    figure = Figure(figsize=size, layout="constrained")
    axes, *others = figure.subplots(
        1, 1 if beside.empty else 2, squeeze=False, width_ratios=None if beside.empty else (1, 0.6)
    )[0]
    draw_points(axes, summary, rows)
    for signed in others:
        draw_points(signed, beside, rows)
        signed.axvline(0, color=style.INK, lw=0.6, zorder=0.5, gid="zero")
        signed.set_yticks([])
        signed.set_xlabel("signed share, Σ score / Σ|score| (%)")
    if together:
        for panel in (axes, *others):
            panel.axhline(len(singles) - 0.5, color=style.INK, lw=0.8, gid="joint")
    # The share is that of channels: groups are counted among fewer units.
    foot = len(together) / (len(rows) + 0.2)
    axes.axvline(uniform, foot, color=style.INK, lw=0.9, ls=(0, (4, 2)), zorder=0.5, gid="uniform")
    axes.annotate(
        f"equal shares {uniform:.1f} %",
        (uniform, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        fontsize=6.5,
    )
    shares = over_seeds(within, aggregate).groupby("channel")["importance"].mean()
    draw_columns(
        (axes, others[-1] if others else axes), summary, rows, shares, use, task_of(task).skill
    )
    axes.set_yticks(range(len(rows)), _labels(singles, together, letters))
    for row, label in zip(rows, axes.get_yticklabels(), strict=True):
        if isinstance(row, Heading):
            label.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.set_xlabel(f"share of the map by {SYMBOLS[aggregate]} (%)")
    handles, _ = axes.get_legend_handles_labels()
    figure.legend(
        handles=[*handles, *keys(summary)],
        loc="outside lower left",
        ncols=3 if beside.empty else 4,
        fontsize=7,
    )
    style.headline(figure, said)
    return figure


def headline(above: Sequence[str] | None, features: int) -> str:
    """Return what a figure of shares says, in a sentence.

    Parameters
    ----------
    above
        Features whose share lies above random weights in every stratum; None where there is no
        null.
    features
        How many there are.
    """
    if above is None:
        return worded("Share of each {feature} in the map")
    if not above:
        return worded(
            "No {feature} is shown to carry more of the map than random weights give in every"
            " stratum"
        )
    if len(above) > MOST_NAMED:
        named = f"{len(above)} of {features} {spoken().features}"
    else:
        named = " and ".join(filter(None, (", ".join(above[:-1]), above[-1])))
    carry = "carries" if len(above) == 1 else "carry"
    return f"{named} {carry} more of the map than random weights give, in every stratum"


def _joint(joint: pd.DataFrame | None, groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the groups that have a joint share, and their channels."""
    if joint is None:
        return {}
    return {name: list(members) for name, members in groups.items() if name in set(joint["unit"])}


def _with_groups(
    summary: pd.DataFrame, units: pd.DataFrame, groups: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    if summary.empty:
        return summary
    return pd.concat([summary, units[units["channel"].isin(list(groups))]], ignore_index=True)


def _labels(
    rows: Sequence[Row], groups: Mapping[str, Sequence[str]], letters: Mapping[str, str]
) -> list[str]:
    """Return the names of the rows: duplicates bear the letter of their group."""
    names = [row.input if isinstance(row, Heading) else row for row in rows]
    letter = {name: letters.get(group, "") for group, own in groups.items() for name in own}
    found = [f"{name} ({letter[name]})" if letter.get(name) else name for name in names]
    for name, members in groups.items():
        # A group that was found is called by its channels, which bear the letter already.
        called = f"{len(members)} {spoken().features}" if name == "+".join(members) else name
        found.append(f"({letters.get(name, '')}) {called}, as one")
    return found
