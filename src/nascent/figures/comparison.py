"""Models beside reference predictors: two metrics with intervals, and the verdict of each."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.figures import evaluated, rows, style, words
from nascent.figures.facts import Facts, counted, most, note, split_by
from nascent.kind import capital
from nascent.plain_words import verdict_words
from nascent.task import REGRESSION
from nascent.words import spoken

# Darker than the hues of points: letters of this size need the contrast.
MODEL = style.Mark(style.SPLITS["test"], size=5.5)
FLOOR = style.Mark(style.GREY, size=4.2, face=style.HOLLOW)
VERDICTS = {BEATS: style.TONES["pine"], LOSES: style.TONES["rust"]}
WIDTH = 5.0  # inches: on the report's first screen it stands beside others
ROW = 0.5  # inches, of a model: its name, its verdict, its difference
LINE = 0.3  # of the name of a reference predictor, in rows
SHIFTS = (-0.28, 0.02, 0.3)  # of those three lines, in rows


@style.look()
def draw(
    comparison: pd.DataFrame,
    metrics: pd.DataFrame,
    *,
    label: str,
    target: str = "target",
    task: str = REGRESSION,
    references: Mapping[str, str] | None = None,
) -> Figure:
    """Draw every model and reference predictor as a row, with two metrics a design.

    The metrics are the first two that the task compares: MAE and R² of numbers. Models are sorted
    by the primary metric under the first design, best on top, and keep their place in the others;
    the reference predictors stand below a rule. Under a model's name stands its verdict, and the
    difference from the best reference with its interval over groups. A point is the mean over
    seeds, its thick line the 95 % interval over cells, its thin line that over groups, small
    points the seeds. The dashed line is the best reference predictor of the design.

    Parameters
    ----------
    comparison
        The table `comparison.tsv`.
    metrics
        The table `metrics.tsv`, for the single seeds: columns `target, design, fold, split, model,
        seed` and the two metrics.
    label
        The target in words with its unit.
    target
        The predicted column that is shown.
    task
        Name of what is predicted.
    references
        Words of reference predictors that the kind alone has.
    """
    measures = rows.measures(task)
    table = evaluated.of_target(comparison, target)
    models, floors = evaluated.ordered(table, task)
    if not models and not floors:
        return rows.nothing("No model was evaluated.")
    named = rows.names(models, floors, references)
    at = _places(models, floors, named)
    designs = evaluated.designs(table)
    figure = Figure(
        figsize=(WIDTH, len(designs) * (ROW * (max(at.values()) + 1.1) + 0.8) + 0.45),
        layout="constrained",
    )
    runs = evaluated.pooled(evaluated.of_target(metrics, target).query("split == 'test'"))
    parts = np.atleast_1d(figure.subfigures(len(designs), 1))
    for part, design in zip(parts, designs, strict=True):
        of_design = table[table["design"] == design]
        panels = part.subplots(1, 2, sharey=True)
        for panel, metric in zip(panels, measures, strict=True):
            span, measure = rows.spread(table, metric), metric.name
            _panel(panel, of_design, measure, at, span, task)
            _seeds(panel, runs[runs["design"] == design], measure, at, set(models), span)
            rows.frame(panel, at, floors, named=named | dict.fromkeys(models, ""))
            panel.set_xlim(span)
            panel.tick_params(labelleft=metric is measures[0])
            panel.set_xlabel(rows.axis_label(metric, label))
        _verdicts(panels[0], of_design, at, measures[0].words)
        title = f"{capital(split_by(design))}: {_how_many(of_design)}"
        inches = 0.9 * figure.get_figwidth()
        part.suptitle(style.wrapped(title, inches, points=9), fontsize=8, fontweight="bold")
    _legend(figure, floors, bool(table["seeds"].max() > 1))
    note(
        figure,
        Facts(
            intervals=rows.intervals_told(),
            more=f"below a verdict: difference from the best reference, over {spoken().groups}",
        ),
    )
    return figure


def _how_many(table: pd.DataFrame) -> str:
    return counted(most(table["n"]), most(table["groups"]), "test")


def _places(models: list[str], floors: list[str], named: Mapping[str, str]) -> dict[str, float]:
    """Return the height of each row, 0 on top; a reference predictor's is as high as its name."""
    at = {name: float(number) for number, name in enumerate(models)}
    top = len(models) - 0.35
    for name in floors:
        height = LINE * (named[name].count("\n") + 1.3)
        at[name] = top + height / 2
        top += height
    return at


def _panel(
    axes: Axes,
    table: pd.DataFrame,
    measure: str,
    at: dict[str, float],
    span: rows.Limits,
    task: str,
) -> None:
    for row in table.to_dict("records"):
        rows.point(
            axes,
            row[measure],
            at[row["model"]],
            span,
            FLOOR if row["floor"] else MODEL,
            cells=(row[f"{measure}_low"], row[f"{measure}_high"]),
            groups=(row[f"{measure}_low_groups"], row[f"{measure}_high_groups"]),
            gid=f"{row['model']}/{measure}",
        )
    best = evaluated.best_floor(table, task)
    if best is not None:
        axes.axvline(
            best[measure], color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid="best floor"
        )


def _seeds(
    axes: Axes,
    runs: pd.DataFrame,
    measure: str,
    at: dict[str, float],
    models: set[str],
    span: rows.Limits,
) -> None:
    for name, own in runs.groupby("model"):
        if name in models and len(own) > 1:
            rows.seeds(
                axes,
                own[measure],
                at[name] + 0.3,
                span,
                colour=style.INK,
                gid=f"seeds of {name}/{measure}",
            )


def _verdicts(axes: Axes, table: pd.DataFrame, at: dict[str, float], metric: str) -> None:
    """Write under each model's name what is said of it, and its difference from the best floor."""
    for row in table[~table["floor"]].to_dict("records"):
        # What the evaluation leaves empty has no verdict to show.
        verdict = row["verdict"] if isinstance(row["verdict"], str) else ""
        lines = [
            (row["model"], style.INK, "bold"),
            (_short(verdict), VERDICTS.get(verdict, rows.FLOOR_INK), "bold"),
            (_difference(row, metric), rows.FLOOR_INK, "normal"),
        ]
        kinds = ("name", "verdict", "difference")
        for kind, (told, colour, weight), shift in zip(kinds, lines, SHIFTS, strict=True):
            axes.text(
                -0.04,
                at[row["model"]] + shift,
                told,
                color=colour,
                fontsize=8 if weight == "bold" else 7,
                fontweight=weight,
                ha="right",
                va="center",
                transform=axes.get_yaxis_transform(),
                gid=f"{kind} of {row['model']}",
            )


def _short(verdict: str) -> str:
    return verdict_words(verdict).removesuffix(" predictor")


def _difference(row: dict, metric: str) -> str:
    if not np.isfinite(row["difference"]):
        return ""
    ends = words.interval(row["difference_low_groups"], row["difference_high_groups"])
    return f"Δ{metric} {words.short(row['difference'])} {ends}".strip()


def _legend(figure: Figure, floors: list[str], seeds: bool) -> None:
    keys = rows.keys_of_intervals()
    if floors:
        keys.append(Line2D([], [], color=style.INK, lw=0.9, ls=rows.RULE, label="best reference"))
    if seeds:
        keys.append(Line2D([], [], marker="o", ms=2.4, ls="none", color=style.INK, label="a seed"))
    figure.legend(handles=keys, loc="outside upper center", ncols=3 if len(keys) == 3 else 2)
