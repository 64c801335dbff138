"""The evaluation's tables as pages: what is compared, with intervals in brackets."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from nascent.evaluate.floors import LINEAR_PER_CELL, plainest
from nascent.figures.metrics import in_unit
from nascent.figures.words import DESIGNS, FACTORS, unit
from nascent.report import group_shift
from nascent.report.page import page, paragraph, section
from nascent.report.tables import MISSING, decimals, shown, table
from nascent.task import REGRESSION, Task, task_of

_AGAINST_OWN_MEAN = ", R² against each fold's own mean"
CONTROLS = {"as_trained": "as trained", "per_cell": "each cell standardised"}
_OF_NUMBERS = (
    " Bias is measured less predicted. R² is against the level's own mean: a model that only tells"
    " the levels apart has none."
)
OVER = {"cells": ("low", "high"), "wells": ("low_groups", "high_groups")}


def evaluation_pages(
    comparison: pd.DataFrame,
    pairs: pd.DataFrame,
    levels: pd.DataFrame,
    confounders: pd.DataFrame,
    controls: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    task: str = REGRESSION,
) -> dict[str, str]:
    """Return the pages `comparison, pairs, levels, confounders, controls` as HTML.

    Parameters
    ----------
    comparison, pairs, levels, confounders, controls
        The tables of those names in `evaluate/`.
    labels
        Predicted column → what it is in words, with its unit; a column without words keeps its
        name.
    task
        Name of what is predicted.
    """
    measured = task_of(task)
    primary, names = measured.metric(measured.primary).words, _listed(measured)
    shift = f" {group_shift.NOTE}" if measured.has_errors else ""
    against = _AGAINST_OWN_MEAN if measured.has_errors else ""
    built = {
        "comparison": (
            "Models and floors",
            f"Test cells. {names} are means over seeds, in brackets their 95 % intervals over"
            f" cells and over wells. The difference is the {primary} less that of the best floor on"
            f" the same cells. Floors have no verdict.{shift}",
            comparison_rows,
            comparison,
        ),
        "pairs": (
            "Every two models",
            "Metric of the model less that of the other, on the same test cells, mean over seeds."
            " An interval without 0 says that other such cells, or wells, would tell the two apart"
            " the same way. There are many pairs, and no interval is corrected for that.",
            pairs_rows,
            pairs,
        ),
        "levels": (
            "By well, cell cycle and perturbation",
            "Test cells of each level, means over seeds, of the limits of the 95 % intervals over"
            f" cells too.{_OF_NUMBERS if measured.has_errors else ''}",
            levels_rows,
            levels,
        ),
        "confounders": (
            "Known factors",
            "η² and ω²: share of the target's variance between the levels of a factor, over all"
            f" cells. {measured.skill}: of the test cells, each predicted by the training cells of"
            " its level. This is about the target and not about the error of a model, which may be"
            " far off in whole wells that explain little of the target: that stands below.",
            confounders_rows,
            confounders,
        ),
        "controls": (
            "Colour or structure",
            "Test cells as the model was trained, and with each channel of each cell brought to"
            f" mean 0 and SD 1; means over seeds and folds{against}."
            f" {LINEAR_PER_CELL[task]} is a linear fit to the channel means of the standardised"
            f" cells: where it is better than {plainest(task)}, which reads nothing of a cell, by"
            " more than chance, intensity was left behind.",
            controls_rows,
            controls,
        ),
    }
    below = {}
    if measured.has_errors:
        below["confounders"] = (
            *(
                comparison,
                "Error by well",
                group_shift.NOTE,
                partial(group_shift.shift_rows, task=task),
            ),
        )
    return {
        name: page(
            title,
            "\n".join(
                [
                    paragraph(note),
                    *_sections(frame, rows, labels, task),
                    *_below(below.get(name), labels),
                ]
            ),
        )
        for name, (title, note, rows, frame) in built.items()
    }


def _listed(task: Task) -> str:
    """Return the metrics that are compared, in words."""
    *first, last = (task.metric(name).words for name in task.compared)
    return f"{', '.join(first)} and {last}"


def _below(
    what: tuple[pd.DataFrame, str, str, Callable[[pd.DataFrame], pd.DataFrame]] | None,
    labels: Mapping[str, str],
) -> list[str]:
    """Return a second table a target, with its heading and note."""
    if what is None or what[0].empty:
        return []
    frame, heading, note, rows = what
    return [
        section(
            f"{heading}: {labels.get(str(target), str(target))}",
            paragraph(note),
            table(rows(of_target)),
        )
        for target, of_target in frame.groupby("target", sort=False)
    ]


def _sections(
    frame: pd.DataFrame,
    rows: Callable[..., pd.DataFrame],
    labels: Mapping[str, str],
    task: str,
) -> list[str]:
    if frame.empty:
        return [paragraph("There is nothing to show.")]
    parts = []
    for target, of_target in frame.groupby("target", sort=False):
        label = labels.get(str(target), str(target))
        parts.append(section(label, table(rows(of_target, unit(label), task))))
    return parts


def comparison_rows(
    comparison: pd.DataFrame, unit: str = "", task: str = REGRESSION
) -> pd.DataFrame:
    """Return the comparison as read: a row a design and model, intervals in brackets."""
    frame, measured = comparison, task_of(task)
    named = {
        "split": named_designs(frame["design"]),
        "model": frame["model"].where(~frame["floor"], frame["model"] + " (floor)"),
        "verdict": frame["verdict"].replace("", None),
    }
    # Column names differ by spaces that no browser shows.
    for gap, name in enumerate(measured.compared):
        named |= {
            in_unit(measured.metric(name), unit): frame[name],
            "over cells" + " " * gap: between(frame, name, f"{name}_low", f"{name}_high"),
            "over wells" + " " * gap: between(
                frame, name, f"{name}_low_groups", f"{name}_high_groups"
            ),
        }
    gap = " " * len(measured.compared)
    named |= {
        "best floor": frame["best_floor"].replace("", None),
        "difference": frame["difference"],
        "over cells" + gap: between(frame, "difference", "difference_low", "difference_high"),
        "over wells" + gap: between(
            frame, "difference", "difference_low_groups", "difference_high_groups"
        ),
        "seeds": frame["seeds"],
        f"SD of {measured.metric(measured.primary).words} over seeds": frame[
            f"{measured.primary}_seed_sd"
        ],
    }
    for name in measured.compared:
        named[f"{measured.metric(name).words} of the ensemble"] = frame[f"ensemble_{name}"]
    named |= {"cells": frame["n"], "wells": frame["groups"]}
    return pd.DataFrame(named | (group_shift.columns(frame) if measured.has_errors else {}))


def pairs_rows(pairs: pd.DataFrame, unit: str = "", task: str = REGRESSION) -> pd.DataFrame:
    """Return the differences as read: a row a design and pair, the metrics side by side."""
    measured = task_of(task)
    keys = ["design", "model", "other"]
    wide = {metric: own.set_index(keys) for metric, own in pairs.groupby("metric", sort=False)}
    index = next(iter(wide.values())).index
    columns: dict[str, object] = {}
    for gap, metric in enumerate(measured.compared):
        if metric not in wide:
            continue
        own = wide[metric].reindex(index)
        columns[f"{in_unit(measured.metric(metric), unit)}, difference"] = own["difference"]
        for over, (low, high) in OVER.items():
            # Column names differ by spaces that no browser shows.
            columns[f"over {over}" + " " * gap] = between(own, "difference", low, high)
    frame = pd.DataFrame(columns).reset_index()
    return frame.assign(design=named_designs(frame["design"])).rename(
        columns={"design": "split", "other": "less"}
    )


def levels_rows(levels: pd.DataFrame, unit: str = "", task: str = REGRESSION) -> pd.DataFrame:
    """Return the metrics by level as read: a row a design, model and level, mean over seeds."""
    measured = task_of(task)
    keys = ["design", "model", "by", "level"]
    limits = [f"{name}_{end}" for name in measured.by_level for end in ("low", "high")]
    means = levels.groupby(keys, sort=False)[["n", *measured.by_level, *limits]].mean()
    means = means.reset_index()
    named = {
        "split": named_designs(means["design"]),
        "model": means["model"],
        "by": means["by"].map(lambda name: FACTORS.get(name, name)),
        "level": means["level"],
        "cells": means["n"].round().astype(int),
    }
    for place, name in enumerate(measured.by_level):
        short = in_unit(measured.metric(name), "")
        interval = f"interval of {short}" if place else "interval"
        named[in_unit(measured.metric(name), unit)] = means[name]
        named[interval] = between(means, name, f"{name}_low", f"{name}_high")
    return pd.DataFrame(named)


def confounders_rows(
    confounders: pd.DataFrame, unit: str = "", task: str = REGRESSION
) -> pd.DataFrame:
    """Return the factors as read: a row each, with the skill of its means under each design."""
    facts = ["variable", "levels", "n", "eta2", "omega2"]
    found = confounders.dropna(subset=["eta2"]).drop_duplicates("variable")[facts]
    skill = confounders.dropna(subset=["design", "skill"])
    for design, own in skill.groupby("design", sort=False):
        known = own.drop_duplicates("variable").set_index("variable")["skill"]
        found[f"{task_of(task).skill}, {DESIGNS.get(str(design), design)}"] = found["variable"].map(
            known
        )
    found["variable"] = found["variable"].map(lambda name: FACTORS.get(name, name))
    return found.rename(columns={"variable": "factor", "n": "cells", "eta2": "η²", "omega2": "ω²"})


def controls_rows(controls: pd.DataFrame, unit: str = "", task: str = REGRESSION) -> pd.DataFrame:
    """Return the controls as read: a row a design, model and control, mean over its runs."""
    measured = task_of(task)
    test = controls[controls["split"] == "test"]
    keys = ["design", "model", "control"]
    by = test.groupby(keys, sort=False)
    means = by[list(measured.by_level)].mean().reset_index()
    means.insert(3, "runs", by.size().to_numpy())
    return means.assign(
        design=named_designs(means["design"]),
        control=means["control"].map(lambda name: CONTROLS.get(name, name)),
    ).rename(
        columns={
            "design": "split",
            "control": "cells",
            **{name: in_unit(measured.metric(name), unit) for name in measured.by_level},
        }
    )


def named_designs(column: pd.Series) -> pd.Series:
    """Return the split designs in words."""
    return column.map(lambda name: DESIGNS.get(name, name))


def between(frame: pd.DataFrame, value: str, low: str, high: str) -> list[str]:
    """Return intervals as text, rounded as the column of their values is; a dash where none."""
    places = decimals(frame[value])
    return [
        MISSING if a != a or b != b else f"[{shown(a, places)}, {shown(b, places)}]"
        for a, b in zip(frame[low], frame[high], strict=True)
    ]
