"""Draw the README's figure from the results of the demo: `make images`.

Nothing is drawn here that is not in `results/demo`. The planted truth, which no stage of the
workflow reads, is laid beside what the model used. Shown is the explanation of the best standing
(`explain/standing.tsv`) that has a map of every channel; what is to be said of it stands above.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from nascent.attribute.maps import open_maps
from nascent.config.explanations import Explain
from nascent.explain.standing import Standing
from nascent.explain.use.changes import PERMUTED
from nascent.explain.use.loss import EACH
from nascent.figures import style
from nascent.figures.banner import headed
from nascent.figures.crops import contrast, outline, scale_bar, show
from nascent.figures.evaluated import ordered
from nascent.figures.gather import Examples, read_examples, read_maps, top_channels
from nascent.figures.importance_rows import over_seeds
from nascent.figures.margins import frame
from nascent.figures.overlays import full_opacity, show_overlay
from nascent.figures.predictions import Run, of_run
from nascent.figures.score_tiles import common_window
from nascent.figures.single_cells import typical
from nascent.files import read_table, written
from nascent.kinds.cells.crops.placement import margin
from nascent.kinds.cells.simulate.truth import Truth, read_truth
from nascent.store import open_store

FOLD, SEED, TARGET = "example", 1, "00_EU"
SHOWN = ("00_DAPI", "15_SON", "07_POLR2A", TARGET)
SCORED = ("15_SON", "07_POLR2A")
PLANTED = "#6A3D9A"
STRATA = ("low", "medium", "high")
NAMES = {
    "mean": "training mean",
    "area_cycle": "area, cell cycle",
    "ols": "least squares",
    "ridge": "ridge",
    "ols_area_cycle": "least squares +",
    "ridge_area_cycle": "ridge +",
}


def main() -> None:
    """Draw `docs/images/demo.png`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Path, default=Path("results/demo"))
    parser.add_argument("--out", type=Path, default=Path("docs/images/demo.png"))
    given = parser.parse_args()
    with style.look():
        figure = demo(given.study)
        with written(given.out) as beside:
            figure.savefig(beside, dpi=style.DPI, bbox_inches=frame(figure))
    print(f"wrote {given.out}")


def demo(study: Path) -> Figure:
    """Return the figure: nuclei and maps above, predictions, references and use below."""
    shown = best(study)
    truths = [read_truth(path) for path in sorted((study / "simulate" / "truth").glob("*.h5"))]
    figure = Figure(figsize=(style.WIDTH, 5.95))
    above, below = figure.subfigures(2, 1, height_ratios=[3.3, 2.65])
    nuclei(above, study, truths, shown)
    left, middle, right = below.subplots(
        1,
        3,
        gridspec_kw={
            "width_ratios": [1, 0.62, 0.8],
            "left": 0.075,
            "right": 0.985,
            "bottom": 0.165,
            "top": 0.87,
            "wspace": 0.68,
        },
    )
    predicted(left, study, shown)
    references(middle, study)
    planted = {name for one in truths for name in one.causal_channels}
    if (study / "explain/use.tsv").exists():
        use(right, study, shown, planted)
    else:
        shares(right, study, shown, planted)
    for letter, x, y in (("a", 0.008, 0.975), ("b", 0.008, 0.425), ("c", 0.325, 0.425)):
        figure.text(x, y, letter, fontsize=10, fontweight="bold", va="top")
    figure.text(0.645, 0.425, "d", fontsize=10, fontweight="bold", va="top")
    return headed(figure, shown)


def best(study: Path) -> Standing:
    """Return the explanation of the best standing whose maps have the channels that are drawn."""
    for row in read_table(study / "explain/standing.tsv").fillna("").itertuples():
        paths = sorted((study / f"attribute/{row.model}/{SEED}/{row.method}").glob("test-*.h5"))
        with open_maps(paths[0]) as maps:
            drawn = maps.source.axes == "entry" and set(SCORED) <= set(maps.channels)
        if drawn:
            said = (row.sentence,) if row.sentence else ()
            return Standing(row.model, row.method, row.model_verdict, row.maps_verdict, said)
    raise SystemExit(f"No explanation of {study} has maps of {' and '.join(SCORED)}.")


def nuclei(figure: SubFigure, study: Path, truths: list[Truth], shown: Standing) -> None:
    """Show a typical nucleus of each stratum: channels, score maps, where the rate was planted."""
    place = f"{shown.model}/{SEED}/{shown.method}"
    cells = read_table(study / f"explain/{place}.cells.tsv").set_index("id")
    chosen = typical(cells, 1)
    with ExitStack() as stack:
        stores = [
            stack.enter_context(open_store(path))
            for path in sorted((study / f"shards/{FOLD}").glob("test-*.h5"))
        ]
        maps = [
            stack.enter_context(open_maps(path))
            for path in sorted((study / f"attribute/{place}").glob("test-*.h5"))
        ]
        examples = read_examples(stores, chosen, SHOWN)
        every = read_maps(maps, chosen, maps[0].channels)
        channels = list(maps[0].channels)
    titles = [f"{name}\n(target)" if name == TARGET else f"{name}\n" for name in SHOWN]
    titles += [f"score map\n{name}" for name in SCORED] + ["planted\npixels"]
    grid = figure.subplots(
        len(chosen),
        len(titles),
        squeeze=False,
        gridspec_kw={
            "left": 0.095,
            "right": 0.995,
            "bottom": 0.0,
            "top": 0.885,
            "wspace": 0.03,
            "hspace": 0.03,
        },
    )
    window = common_window(examples.masks)
    limits = [contrast(examples.images[..., k], examples.masks) for k in range(len(SHOWN))]
    for i, example_id in enumerate(chosen):
        mask = examples.masks[i]
        for k in range(len(SHOWN)):
            show(grid[i, k], examples.images[i, ..., k], *limits[k])
        full = full_opacity(every[i], mask)
        for k, name in enumerate(SCORED, start=len(SHOWN)):
            score = np.where(mask, every[i, ..., channels.index(name)], 0)
            shown_channel = SHOWN.index(name)
            image, ends = examples.images[i, ..., shown_channel], limits[shown_channel]
            show_overlay(grid[i, k], image, ends, score, full, signed=True)
            outline(grid[i, k], mask, style.GREY)
        causal = planted_pixels(examples, i, truths)
        show(grid[i, -1], causal, 0, 1, ListedColormap(["white", PLANTED]))
        outline(grid[i, -1], mask, style.GREY)
        for axes in grid[i]:
            axes.set_xlim(window.start - 0.5, window.stop - 0.5)
            axes.set_ylim(window.stop - 0.5, window.start - 0.5)
        stratum, y_hat = cells.loc[example_id, "stratum"], cells.loc[example_id, "prediction"]
        y = cells.loc[example_id, "target"]
        grid[i, 0].set_ylabel(
            f"{stratum}\ny = {y:.0f}\nŷ = {y_hat:.0f}",
            rotation=0,
            ha="right",
            va="center",
            color=style.STRATA[stratum],
            fontsize=7.5,
            labelpad=4,
        )
    for axes, title in zip(grid[0], titles, strict=True):
        colour = PLANTED if title.startswith("planted") else style.INK
        axes.set_title(title, fontsize=7, loc="center", pad=3, color=colour, linespacing=1.2)
    scale_bar(grid[-1, 0], window)


def planted_pixels(examples: Examples, i: int, truths: list[Truth]) -> np.ndarray:
    """Return (S, S) bool: the causal pixels of one cell, laid into its crop."""
    cell, size = examples.cells.iloc[i], examples.masks.shape[1]
    inside = np.zeros((size, size), bool)
    for truth in truths:
        for found in np.flatnonzero(truth.id == examples.cells.index[i]):
            x, y = truth.pixels(int(found))
            height, width = (cell[f"{a}_max"] - cell[f"{a}_min"] + 1 for a in "yx")
            rows = y.astype(int) - cell["y_min"] + margin(height, size)
            columns = x.astype(int) - cell["x_min"] + margin(width, size)
            inside[rows, columns] = True
    return inside & examples.masks[i]


def predicted(axes: Axes, study: Path, shown: Standing) -> None:
    """Draw predicted against measured targets of the test cells, by stratum."""
    table = of_run(read_table(study / "evaluate/predictions.tsv"), Run(shown.model, seed=SEED))
    place = f"{shown.model}/{SEED}/{shown.method}"
    stratum = read_table(study / f"explain/{place}.cells.tsv").set_index("id")
    colours = [style.STRATA[name] for name in stratum["stratum"].reindex(table["id"])]
    axes.scatter(table["y"], table["y_hat"], s=13, c=colours, lw=0, alpha=0.85)
    both = table[["y", "y_hat"]].to_numpy()
    room = 0.05 * np.ptp(both)
    ends = both.min() - room, both.max() + room
    axes.axline((ends[0], ends[0]), slope=1, color=style.INK, lw=0.8, ls=(0, (4, 2)))
    axes.set(xlim=ends, ylim=ends, box_aspect=1, xlabel="measured rate y (counts)")
    axes.set_ylabel("predicted rate ŷ (counts)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.set_title(f"{shown.model}, {len(table)} test cells", fontsize=7.5)


def references(axes: Axes, study: Path) -> None:
    """Draw R² on the test cells, with intervals over cells, of models and references."""
    table = read_table(study / "evaluate/comparison.tsv").set_index("model", drop=False)
    models, plain = ordered(table)
    r2, low, high = table["r2"], table["r2_low"], table["r2_high"]
    names = models + plain
    at = np.arange(len(names)) + np.where(np.isin(names, plain), 0.4, 0)
    colours = [style.SERIES[0] if name in models else style.GREY for name in names]
    axes.barh(at, r2[names], color=colours, height=0.62)
    axes.hlines(at, low[names], high[names], color=style.INK, lw=0.8)
    for y, name in zip(at, names, strict=True):
        value = r2[name]
        axes.annotate(
            f"{value:.2f}".replace("-", "\N{MINUS SIGN}"),
            (max(value, high[name], 0), y),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    axes.axvline(0, color=style.INK, lw=0.7)
    axes.set_yticks(at, [NAMES.get(name, name) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(at.max() + 0.6, -0.6)
    axes.set_xlim(min(-0.12, 1.2 * low.min()), 1.15)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_xlabel("R² on the test cells")
    axes.set_title("models, and references below", fontsize=7.5, loc="right")


def use(axes: Axes, study: Path, shown: Standing, planted: set[str]) -> None:
    """Draw how much R² the model loses without what a channel tells, with intervals over cells."""
    table = read_table(study / "explain/use.tsv")
    rows = table[(table["model"] == shown.model) & (table["seed"].astype(str) == EACH)]
    rows = rows[(rows["unit"] == "channel") & (rows["change"] == PERMUTED)]
    rows = rows.sort_values("use", ascending=False, kind="stable")
    at = np.arange(len(rows))
    axes.hlines(at, rows["low"], rows["high"], color=style.INK, lw=1.2)
    axes.plot(rows["use"], at, "o", ms=3.4, color=style.INK)
    axes.axvline(0, color=style.INK, lw=0.7)
    name_channels(axes, rows["channel"].tolist(), planted)
    axes.set_xlabel("R² lost without the channel")
    axes.set_title("what the model uses, 99 % intervals", fontsize=7.5, loc="right")


def shares(axes: Axes, study: Path, shown: Standing, planted: set[str]) -> None:
    """Draw each channel's share of the map with intervals, by stratum."""
    table = read_table(study / f"explain/{shown.model}/{SEED}/{shown.method}.tsv")
    summary = over_seeds(table[table["split"] == "test"], Explain().aggregate)
    order = top_channels(
        summary.pivot(index="stratum", columns="channel", values="importance"),
        summary["channel"].nunique(),
    )
    row = pd.Series(range(len(order)), index=order)
    for stratum, shift in zip(STRATA, (-0.25, 0, 0.25), strict=True):
        rows = summary[summary["stratum"] == stratum]
        y = row[rows["channel"]].to_numpy() + shift
        axes.hlines(y, 100 * rows["low"], 100 * rows["high"], color=style.STRATA[stratum], lw=1.2)
        axes.plot(100 * rows["importance"], y, "o", ms=2.8, color=style.STRATA[stratum])
    axes.axvline(100 / len(order), color=style.INK, lw=0.8, ls=(0, (4, 2)))
    name_channels(axes, order, planted)
    axes.set_xlim(left=0)
    axes.set_xlabel("share of the map (%)")
    axes.set_title("shares of the map, 99 % intervals", fontsize=7.5, loc="right")
    keys = [
        Line2D([], [], marker="o", ms=3, color=style.STRATA[name], label=name) for name in STRATA
    ]
    axes.legend(handles=keys, loc="lower right", fontsize=6.5, handlelength=1)


def name_channels(axes: Axes, order: list[str], planted: set[str]) -> None:
    """Name the rows; the planted channels' names are coloured."""
    axes.set_yticks(range(len(order)), order)
    for label in axes.get_yticklabels():
        if label.get_text() in planted:
            label.set(color=PLANTED, fontweight="bold")
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.set_ylim(len(order) - 0.4, -0.6)


if __name__ == "__main__":
    main()
