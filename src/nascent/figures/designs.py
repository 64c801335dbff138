"""The same models under each split design, and what groups and batches alone explain."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import evaluated, rows, style, words
from nascent.figures.facts import Facts, note
from nascent.figures.style import wrapped
from nascent.metric import Metric
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

GROUP = "group"
LEAST_IDENTITY = (-0.05, 0.1)  # skill that the axis of group identity holds at least
SHIFT = 0.22  # between the designs of a row, in rows


@style.look()
def draw(
    comparison: pd.DataFrame,
    confounders: pd.DataFrame,
    *,
    label: str,
    target: str = "target",
    task: str = REGRESSION,
    references: Mapping[str, str] | None = None,
) -> Figure:
    """Draw two metrics of every model and floor under each design, joined by a line.

    They are the first two that the task compares, the primary one last. Where one is the skill, the
    dashed line on its panel is that of a model of group identity alone, on cells of the same
    groups. Below: η², the share of the
    target's variance that lies between the levels of each known factor, and the skill of group
    identity under each design.

    Parameters
    ----------
    comparison
        The table `comparison.tsv`.
    confounders
        The table `confounders.tsv`: columns `target, variable, levels, eta2, omega2, design,
        skill`.
    label
        The target in words with its unit.
    target
        The predicted column that is shown.
    task
        Name of what is predicted.
    references
        Words of reference predictors that the kind alone has.
    """
    table = evaluated.of_target(comparison, target)
    models, floors = evaluated.ordered(table, task)
    if not models and not floors:
        return rows.nothing("No model was evaluated.")
    names = evaluated.designs(table)
    looks = design_looks(names)
    known = evaluated.of_target(confounders, target)
    identity = group_identity(known)
    factors = shares(known)
    at = rows.places(models, floors)
    # Each row must hold a point a design.
    top = rows.height(models, floors) * max(1.3, 0.25 + 0.35 * len(names)) + 0.6
    below = 0.24 * max(len(factors), len(identity), 2) + 0.85
    figure = Figure(figsize=(style.WIDTH, top + below + 0.35), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=[top, below])
    shown, skill = rows.measures(task)[::-1], task_of(task).metric(task_of(task).skill_metric)
    for axes, metric in zip(upper.subplots(1, 2, sharey=True), shown, strict=True):
        _panel(axes, table, metric, at, looks)
        rows.frame(axes, at, floors, rows.names(models, floors, references))
        axes.set_xlabel(rows.axis_label(metric, label))
        if metric == skill and "example" in identity:
            _identity_line(axes, identity["example"])
    left, right = lower.subplots(1, 2)
    _shares(left, factors)
    _identity(right, identity, looks, skill)
    keys = [
        Line2D(
            [],
            [],
            color=colour,
            marker=marker,
            ls="none",
            ms=5,
            label=words.design(name),
        )
        for name, (colour, marker) in looks.items()
    ]
    if "example" in identity and skill in shown:
        keys.append(
            Line2D(
                [],
                [],
                color=style.INK,
                lw=0.9,
                ls=rows.RULE,
                label=f"{spoken().group} alone, by {spoken().example}",
            )
        )
    figure.legend(handles=keys, loc="outside upper center", ncols=2)
    of_designs = table.groupby("design", sort=False)["n"].max()
    tested = "; ".join(f"{words.design(str(name))}: {n:,.0f}" for name, n in of_designs.items())
    note(
        figure,
        Facts(n=f"test {spoken().examples} {tested}", intervals=rows.intervals_told()),
    )
    return figure


def design_looks(names: list[str]) -> dict[str, tuple[str, str]]:
    """Return colour and marker of each design; one without a look of its own is grey."""
    return {name: style.DESIGNS.get(name, (style.GREY, "v")) for name in names}


def group_identity(confounders: pd.DataFrame) -> dict[str, float]:
    """Return design → skill on the test cells of a model that knows only a cell's group."""
    found = confounders.dropna(subset=["design", "skill"])
    found = found[found["variable"].isin([GROUP]) | found["variable"].isna()]
    return dict(zip(found["design"], found["skill"], strict=True))


def shares(confounders: pd.DataFrame) -> pd.DataFrame:
    """Return one row a factor, `variable, levels, eta2, omega2`, largest share first."""
    found = confounders.dropna(subset=["variable", "eta2"]).drop_duplicates("variable")
    return found.sort_values("eta2", ascending=False, kind="stable")


def _panel(
    axes: Axes,
    table: pd.DataFrame,
    metric: Metric,
    at: Mapping[str, float],
    looks: Mapping[str, tuple[str, str]],
) -> None:
    span, measure = rows.spread(table, metric), metric.name
    first = -SHIFT * (len(looks) - 1) / 2
    for name, own in table.groupby("model", sort=False):
        step = SHIFT if not own["floor"].any() else SHIFT * rows.FLOOR_STEP
        middle = first * step / SHIFT
        heights = {design: at[name] + middle + step * i for i, design in enumerate(looks)}
        own = own.set_index("design").reindex(looks)
        joined = own[own[measure].between(*span)]
        axes.plot(
            joined[measure],
            [heights[design] for design in joined.index],
            color=style.GREY,
            lw=0.8,
            zorder=1.5,
            gid=f"line of {name}/{measure}",
        )
        for design, row in own.iterrows():
            colour, marker = looks[str(design)]
            rows.point(
                axes,
                row[measure],
                heights[str(design)],
                span,
                style.Mark(colour, marker, 4, style.HOLLOW if row["floor"] is True else None),
                cells=(row[f"{measure}_low"], row[f"{measure}_high"]),
                groups=(row[f"{measure}_low_groups"], row[f"{measure}_high_groups"]),
                gid=f"{name}/{design}/{measure}",
            )
    axes.set_xlim(span)


def _identity_line(axes: Axes, skill: float) -> None:
    low, high = axes.get_xlim()
    if low <= skill <= high:
        gid = f"{spoken().group} identity"
        axes.axvline(skill, color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid=gid)


def _shares(axes: Axes, factors: pd.DataFrame) -> None:
    if factors.empty:
        style.say(axes, f"No factor of the {spoken().examples} is known.")
        return
    y = np.arange(len(factors))
    axes.barh(y, 100 * factors["eta2"], height=0.55, color=style.PALE, gid="eta2")
    axes.plot(100 * factors["omega2"], y, "|", color=style.INK, ms=9, mew=1.4, gid="omega2")
    names = [
        f"{spoken().column(name)} ({levels:.0f})"
        for name, levels in zip(factors["variable"], factors["levels"], strict=True)
    ]
    axes.set_yticks(y, names)
    axes.set_ylim(len(factors) - 0.4, -0.6)
    for place, share in zip(y, factors["eta2"], strict=True):
        axes.annotate(
            f"{100 * share:.1f} %",
            (100 * share, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    # A share of all there is: a factor that explains little has a short bar. ω² of pure noise is
    # as often below 0 as above.
    least = 100 * min(factors["omega2"].min(), 0)
    axes.set_xlim(1.3 * least if least < 0 else 0, 100)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("share of the target's variance (%)\nbar η², tick ω²")
    axes.set_title("Known factors (levels)")


def _identity(
    axes: Axes,
    identity: Mapping[str, float],
    looks: Mapping[str, tuple[str, str]],
    skill: Metric,
) -> None:
    shown = [name for name in looks if name in identity]
    if not shown:
        style.say(axes, f"No model of {spoken().group} identity was fitted.")
        return
    values = [identity[name] for name in shown]
    # By group it is 0 but for a little: no finer than that.
    span = rows.limits(skill, [*values, *LEAST_IDENTITY], [])
    axes.axvline(0, color=style.GREY, lw=0.7, zorder=1)
    for y, name in enumerate(shown):
        mark = style.Mark(*looks[name], size=5.5)
        rows.point(axes, identity[name], y, span, mark, gid=f"identity/{name}")
    axes.set_xlim(span)
    axes.locator_params(axis="x", nbins=6)
    axes.set_yticks(range(len(shown)), [wrapped(words.design(name), 1.6) for name in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_xlabel(f"{skill.short} on the test {spoken().examples}")
    axes.set_title(f"A model of {spoken().group} identity alone")
