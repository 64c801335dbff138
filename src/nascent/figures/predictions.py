"""Measured against predicted targets of one model, its residuals, and both by group of cells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from nascent.examples import GROUP
from nascent.figures import evaluated, rows, style, words
from nascent.figures.facts import Facts, counted, intervals_over, note, split_by
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

HUE = "hue"  # column of what points are coloured by
RASTER_ABOVE = 1_500  # points from which a scatter is stored as pixels in the SVG
WIDE = 6  # levels from which box plots take the whole width
CROWDED = 16  # levels from which their names stand upright
LETTERS = {False: 45, True: 95}  # of all names below half and whole width, from which they do too
MEASURED, PREDICTED, RESIDUAL = style.TONES["steel"], style.TONES["sand"], style.INKS["silver"]
A_BIN = 25  # cells at least in a bin of residuals
MOST_BINS = 12


@dataclass(frozen=True)
class Run:
    """Predictions of one model, column `target`, design, split and seed.

    The design defaults to the first there is, the seed to the model's lowest.
    """

    model: str
    target: str = "target"
    design: str | None = None
    split: str = "test"
    seed: int | None = None


@style.look()
def draw(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    metrics: pd.DataFrame,
    run: Run,
    *,
    label: str,
    intervals: pd.DataFrame | None = None,
    factors: Sequence[str] = (),
) -> Figure:
    """Draw ŷ against y, the residuals e = y − ŷ against ŷ, and box plots of all by known factors.

    Parameters
    ----------
    predictions
        Columns `id, design, fold, split, model, seed, target, y, y_hat`; the folds of a
        design are shown together.
    cells
        The cell table, index or column `id`; columns of `factors` and
        group, where known.
    metrics
        The table `metrics.tsv`: the numbers above the scatter come from here.
    run
        Which predictions.
    label
        The target in words with its unit.
    intervals
        The table `intervals.tsv`, of test cells; the metrics then have their intervals over cells.
    factors
        Columns of the table of examples that tell them apart, beside their group, the coarsest
        first; colours are of the finest.
    """
    shown = of_run(predictions, run)
    known = (*reversed(factors), GROUP)
    table = with_factors(shown, cells, known)
    table[HUE] = table[known[0]] if factors else f"all {spoken().examples}"
    drawn = [name for name in known if table[name].nunique() > 1]
    wide = {name for name in drawn if table[name].nunique() > WIDE}
    heights = [3.3, *(h for name in drawn for h in ([1.75, 1.75] if name in wide else [1.9]))]
    figure = Figure(figsize=(style.WIDTH, sum(heights)), layout="constrained")
    grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
    left, right = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    if table.empty:
        style.say(left, "There are no predictions to show.")
        right.set_axis_off()
        return figure
    _scatter(left, table, label)
    left.set_title(
        numbers(table, metrics, intervals, split=run.split), fontsize=7, fontweight="normal"
    )
    _residuals(right, table, label)
    line = 1
    for name in drawn:
        step = 2 if name in wide else 1
        above = figure.add_subplot(grid[line, :] if name in wide else grid[line, 0])
        below = figure.add_subplot(grid[line + 1, :] if name in wide else grid[line, 1])
        _boxes(above, table, name, [("y", -0.19, MEASURED), ("y_hat", 0.19, PREDICTED)])
        above.set_ylabel(words.unit(label).strip("()") or label)
        _boxes(below, table, name, [("e", 0.0, RESIDUAL)])
        below.axhline(0, color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid="no error")
        below.set_ylabel("e = y − ŷ")
        if name in wide:
            above.tick_params(labelbottom=False)
            below.set_title("")
        line += step
    keys = [
        Patch(color=MEASURED, label="measured y"),
        Patch(color=PREDICTED, label="predicted ŷ"),
        Patch(color=RESIDUAL, label="residual e = y − ŷ"),
    ]
    if drawn:
        figure.legend(handles=keys, loc="outside lower center", ncols=3, handlelength=0.8)
    note(figure, _facts(table, run, intervals))
    return figure


def _facts(table: pd.DataFrame, run: Run, intervals: pd.DataFrame | None) -> Facts:
    groups = table[GROUP].nunique() if GROUP in table else None
    return Facts(
        n=counted(len(table), groups, run.split),
        model=f"{run.model}, seed {table['seed'].iloc[0]}",
        split=split_by(str(table["design"].iloc[0])),
        intervals=""
        if intervals is None
        else intervals_over(0.95, spoken().examples, drawn="in brackets"),
        more="boxes: quartiles, whiskers to 1.5 of their range",
    )


def of_run(predictions: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return the rows of a run, over all folds."""
    own = evaluated.of_target(predictions, run.target)
    own = own[(own["model"] == run.model) & (own["split"] == run.split)]
    design = run.design or next(iter(evaluated.designs(own)), None)
    own = own[own["design"] == design]
    seed = own["seed"].min() if run.seed is None and len(own) else run.seed
    return own[own["seed"] == seed]


def with_factors(rows: pd.DataFrame, cells: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Join residuals `e` and the cell table's factors to predictions; the missing is `unknown`."""
    flat = cells.set_index("id") if "id" in cells.columns else cells
    kept = [name for name in factors if name in flat.columns]
    table = rows.assign(e=rows["y"] - rows["y_hat"])
    table[kept] = flat[kept].reindex(rows["id"]).to_numpy(object)
    for name in factors:
        known = style.is_known(table, name)
        table[name] = style.labels(table[name]) if known else f"all {spoken().examples}"
    return table


def numbers(
    table: pd.DataFrame,
    metrics: pd.DataFrame,
    intervals: pd.DataFrame | None = None,
    *,
    split: str = "test",
) -> str:
    """Return n and the compared metrics of the run that `table` holds, as evaluation wrote them.

    Parameters
    ----------
    table
        Predictions of one run: its first row tells the target, design, model and seed.
    metrics, intervals
        The tables `metrics.tsv` and `intervals.tsv`; intervals are of the test cells alone.
    split
        The split that is shown.
    """
    run = table.iloc[0]
    keys = ["target", "design", "model", "seed"]
    own = metrics[(metrics[keys].astype(str) == run[keys].astype(str)).all(axis=1)]
    own = evaluated.pooled(own[own["split"] == split])
    told = [f"n = {style.thousands(len(table))}"]
    if own.empty:
        return told[0]
    ends = pd.DataFrame(columns=["low", "high"])
    if intervals is not None and split == "test":
        same = (intervals[keys].astype(str) == run[keys].astype(str)).all(axis=1)
        ends = intervals[same].set_index("metric")[["low", "high"]]
    measured = task_of(REGRESSION)
    for measure in reversed(measured.compared):
        value = words.short(own[measure].iloc[0])
        between = words.interval(*ends.loc[measure]) if measure in ends.index else ""
        told.append(f"{measured.metric(measure).words} = {value} {between}".strip())
    return "   ".join(told)


def _scatter(axes: Axes, table: pd.DataFrame, label: str) -> None:
    names = style.levels(table[HUE], list(style.CYCLE))
    palette = style.colours(names, {**style.CYCLE, f"all {spoken().examples}": style.SERIES[0]})
    _cloud(axes, table, "y", "y_hat", palette, gid="cells")
    both = np.concatenate([table["y"], table["y_hat"]])
    low, high = np.nanmin(both), np.nanmax(both)
    room = 0.05 * max(high - low, 1e-9)
    axes.axline((low, low), slope=1, color=style.INK, lw=0.9, ls=rows.RULE, gid="identity")
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(low - room, high + room)
    axes.set_aspect("equal")
    axes.set_xlabel(f"measured y\n{label}")
    axes.set_ylabel(f"predicted ŷ {words.unit(label)}".strip())
    if len(names) > 1:
        handles = [Patch(color=palette[name], label=name) for name in names]
        axes.legend(handles=handles, loc="upper left", handlelength=0.8, borderpad=0.1)


def _cloud(
    axes: Axes, table: pd.DataFrame, x: str, y: str, palette: dict[str, str], *, gid: str
) -> None:
    # One scatter in shuffled order, so that no level lies on top of the others.
    shown = table.iloc[np.random.default_rng(0).permutation(len(table))]
    axes.scatter(
        shown[x],
        shown[y],
        c=[palette[name] for name in shown[HUE]],
        s=float(np.clip(2500 / max(len(table), 1), 3, 14)),
        alpha=0.65,
        lw=0,
        rasterized=len(table) > RASTER_ABOVE,
        gid=gid,
    )


def _residuals(axes: Axes, table: pd.DataFrame, label: str) -> None:
    names = style.levels(table[HUE], list(style.CYCLE))
    palette = style.colours(names, {**style.CYCLE, f"all {spoken().examples}": style.SERIES[0]})
    _cloud(axes, table, "y_hat", "e", palette, gid="residuals")
    axes.axhline(0, color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid="no error")
    bins = binned_means(table["y_hat"].to_numpy(float), table["e"].to_numpy(float))
    axes.hlines(
        bins[:, 2], bins[:, 0], bins[:, 1], color=style.INK, lw=2.0, zorder=3, gid="binned mean"
    )
    axes.set_xlabel(f"predicted ŷ\n{label}")
    axes.set_ylabel("residual e = y − ŷ")  # its unit stands below: a longer label meets the numbers
    axes.set_title(
        f"bars: mean e of {spoken().examples} of like ŷ",
        loc="right",
        fontsize=7,
        fontweight="normal",
    )


def binned_means(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the ends in x and the mean value of bins of cells sorted by x, (bins, 3).

    Bins hold the same number of cells, but for one, and at least 25 where there are so many.
    """
    bins = int(np.clip(len(x) // A_BIN, 1, MOST_BINS))
    parts = np.array_split(np.argsort(x, kind="stable"), bins)
    return np.array([(x[part].min(), x[part].max(), values[part].mean()) for part in parts])


def _boxes(
    axes: Axes, table: pd.DataFrame, factor: str, columns: Sequence[tuple[str, float, str]]
) -> None:
    names = style.levels(table[factor], list(style.CYCLE))
    for column, shift, colour in columns:
        axes.boxplot(
            [table.loc[table[factor] == name, column] for name in names],
            positions=np.arange(len(names)) + shift,
            widths=0.32 if len(columns) > 1 else 0.5,
            patch_artist=True,
            boxprops={"facecolor": colour, "lw": 0.7, "edgecolor": style.INK},
            medianprops={"color": style.INK, "lw": 1.2},
            whiskerprops={"lw": 0.7},
            capprops={"lw": 0.7},
            flierprops={"marker": ".", "ms": 2, "mfc": style.GREY, "mec": "none"},
            manage_ticks=False,
        )
    counts = table[factor].value_counts()
    axes.set_xticks(
        range(len(names)), [f"{name}\n{style.thousands(counts[name])}" for name in names]
    )
    letters = len(names) * max(map(len, names))
    if len(names) > CROWDED or letters > LETTERS[len(names) > WIDE]:
        axes.tick_params(axis="x", labelsize=7, labelrotation=90)
    axes.set_xlim(-0.6, len(names) - 0.4)
    total = table[factor].nunique()
    kept = f" ({len(names)} largest of {total})" if total > len(names) else ""
    axes.set_title(f"By {spoken().column(factor)}{kept}" if len(columns) > 1 else "")
