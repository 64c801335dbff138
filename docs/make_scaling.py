"""Fill docs/scaling.md from what the benchmarks measured: tables, estimates, figure.

    python benchmarks/scaling.py --table docs/scaling/stages.tsv
    python benchmarks/plate.py --wells 24 96 384 --table docs/scaling/plate.tsv
    python docs/make_scaling.py

What stands between the marks `<!-- <name> -->` and `<!-- end -->` is written anew.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.files import read_table, written

DOCS = Path(__file__).parent
PAGE, TABLES = DOCS / "scaling.md", DOCS / "scaling"
STAGES = ("simulate", "crops", "histograms", "shards", "train", "evaluate", "attribute")
AXES = {
    "nuclei": "nuclei",
    "channels": "channels",
    "size": "crop size S, pixels",
    "steps": "steps of a path",
}
NUCLEI, TRAINED, EXPLAINED, EPOCHS = 19_000, 0.8, 0.1, 100
"""Of the full public data; shares of its cells that train and are explained."""
PLATES, PLATE_WELLS, WELL_NUCLEI = 100, 384, 60


def main() -> None:
    """Fill the page and draw its figure."""
    stages, plate = (read_table(TABLES / f"{name}.tsv") for name in ("stages", "plate"))
    text = PAGE.read_text(encoding="utf-8")
    filled = {
        "growth": growth_table(stages),
        "plate": plate_table(plate),
        "estimate": estimate_table(stages),
    }
    for name, lines in filled.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, rf"\g<1>\n{lines}\n\n\g<2>", text, flags=re.DOTALL)
    with written(PAGE) as beside:
        beside.write_text(text, encoding="utf-8")
    with style.look():
        figure = draw(stages, plate)
        with written(DOCS / "images" / "scaling.png") as beside:
            figure.savefig(beside, dpi=style.DPI)


def exponent(rows: pd.DataFrame) -> float:
    """Return the exponent of the power law between the two largest values of an axis."""
    last = np.log(rows.sort_values("value")[["value", "cpu_seconds"]].to_numpy()[-2:])
    return float(np.divide(*(last[1] - last[0])[::-1]))


def growth_table(stages: pd.DataFrame) -> str:
    """Return a line a stage: the exponent of its cost on each axis."""
    lines = ["| stage | " + " | ".join(AXES) + " |", "|---" * (1 + len(AXES)) + "|"]
    for stage in STAGES:
        own = stages[stages["stage"] == stage]
        found = [own[own["axis"] == axis] for axis in AXES]
        told = [f"{exponent(rows):.1f}" if len(rows) else "" for rows in found]
        lines.append(f"| {stage} | " + " | ".join(told) + " |")
    return "\n".join(lines)


def plate_table(plate: pd.DataFrame) -> str:
    """Return a line a rule: jobs, CPU time and peak memory on the smallest and largest plate."""
    few, many = plate["wells"].min(), plate["wells"].max()
    small, large = (plate[plate["wells"] == wells].set_index("rule") for wells in (few, many))
    lines = [
        f"| rule | jobs, {few} wells | {many} wells | CPU s a job, {few} | {many} |"
        f" peak MB, {few} | {many} | ratio |",
        "|---" * 8 + "|",
    ]
    for rule, row in large.iterrows():
        before = small.loc[rule]
        lines.append(
            f"| `{rule}` | {before['jobs']:.0f} | {row['jobs']:.0f}"
            f" | {before['cpu_seconds'] / before['jobs']:.1f}"
            f" | {row['cpu_seconds'] / row['jobs']:.1f} | {before['peak_mb']:.0f}"
            f" | {row['peak_mb']:.0f} | {row['peak_mb'] / before['peak_mb']:.2f} |"
        )
    return "\n".join(lines)


def estimate_table(stages: pd.DataFrame) -> str:
    """Return a line a stage: CPU hours of the public data and of a hundred plates."""
    full = stages[stages["axis"] == "full"].set_index("stage")
    seconds = full["cpu_seconds"] / full["nuclei"]
    amounts = {
        "crops": (1.0, "every nucleus once"),
        "histograms": (TRAINED, f"{TRAINED:.0%} of the cells once"),
        "shards": (1.0, "every cell once"),
        "train": (TRAINED * EPOCHS, f"{TRAINED:.0%} of the cells, {EPOCHS} epochs, a training"),
        "evaluate": (1.0, "every cell once, a training"),
        "attribute": (EXPLAINED, f"{EXPLAINED:.0%} of the cells, 70 steps, a training"),
    }
    lines = [
        "| stage | work | CPU ms a cell | public data, CPU h | a hundred plates, CPU h |",
        "|---|---|---|---|---|",
    ]
    many = PLATES * PLATE_WELLS * WELL_NUCLEI
    for stage, (times, work) in amounts.items():
        hours = [seconds[stage] * times * cells / 3600 for cells in (NUCLEI, many)]
        lines.append(
            f"| {stage} | {work} | {1000 * seconds[stage]:,.1f} | {hours[0]:,.2f} |"
            f" {hours[1]:,.0f} |"
        )
    return "\n".join(lines)


def draw(stages: pd.DataFrame, plate: pd.DataFrame) -> Figure:
    """Draw CPU time over each axis, and over wells, both logarithmic; dashed: linear growth."""
    figure = Figure(figsize=(style.WIDTH, 4.6), layout="constrained")
    panels = figure.subplots(2, 3).flat
    for panel, (axis, words) in zip(panels, AXES.items(), strict=False):
        for stage, colour in zip(STAGES, style.SERIES, strict=False):
            rows = stages[(stages["axis"] == axis) & (stages["stage"] == stage)]
            panel.plot(rows["value"], rows["cpu_seconds"], "o-", color=colour, ms=3, lw=1)
        _logarithmic(panel, words, "CPU time, s")
    jobs, memory = figure.axes[4:]
    for rule, rows in plate.groupby("rule"):
        stage = {"shards_histogram": "histograms"}.get(rule, rule)
        colour = style.SERIES[STAGES.index(stage)] if stage in STAGES else style.GREY
        jobs.plot(rows["wells"], rows["cpu_seconds"], "o-", color=colour, ms=3, lw=1)
        memory.plot(rows["wells"], rows["peak_mb"], "o-", color=colour, ms=3, lw=1)
    _logarithmic(jobs, "wells of 60 nuclei", "CPU time of all jobs, s")
    _logarithmic(memory, "wells of 60 nuclei", "peak memory of a job, MB")
    memory.set_ylim(bottom=30)
    handles = [
        figure.axes[0].plot([], [], "o-", color=colour, ms=3, lw=1, label=stage)[0]
        for stage, colour in zip((*STAGES, "tables"), (*style.SERIES[:7], style.GREY), strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=8, frameon=False)
    return figure


def _logarithmic(axes: Axes, x: str, y: str) -> None:
    values = sorted({value for line in axes.get_lines() for value in line.get_xdata()})
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(values, labels=[f"{value:.0f}" for value in values])
    axes.minorticks_off()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    low, high = values[0], values[-1]
    bottom = min(min(line.get_ydata()) for line in axes.get_lines() if len(line.get_ydata()))
    if y.startswith("CPU"):
        axes.plot([low, high], [bottom, bottom * high / low], "--", color=style.PALE, lw=1)


if __name__ == "__main__":
    main()
