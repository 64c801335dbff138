"""The evaluation's tables as pages: what is compared, with intervals in brackets."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from nascent.evaluate.floors import LINEAR_PER_CELL, plainest
from nascent.figures import words
from nascent.figures.metrics import in_unit
from nascent.figures.words import unit
from nascent.kind import with_article
from nascent.plain_words import reference_words, renamed, verdict_words
from nascent.report import group_shift
from nascent.report.page import page, paragraph, section
from nascent.report.tables import MISSING, decimals, shown, table
from nascent.task import REGRESSION, Task, task_of
from nascent.words import spoken, worded

CONTROLS = {"as_trained": "as trained", "per_cell": "each {example} standardised"}
_OF_NUMBERS = (
    " Bias is measured minus predicted. {skill} is against the level's own mean: a model that"
    " only tells the levels apart has a value of 0 or less."
)


def over_what() -> dict[str, tuple[str, str]]:
    """Return what intervals are over, in words → the columns of their ends."""
    words = spoken()
    return {words.examples: ("low", "high"), words.groups: ("low_groups", "high_groups")}


def evaluation_pages(
    comparison: pd.DataFrame,
    pairs: pd.DataFrame,
    levels: pd.DataFrame,
    confounders: pd.DataFrame,
    controls: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    task: str = REGRESSION,
    references: Mapping[str, str] | None = None,
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
    references
        Reference predictor, as tables name it → in words; one left out keeps its name.
    """
    measured, called = task_of(task), _called(task, references)
    primary, names = measured.metric(measured.primary).words, _listed(measured)
    shift = f" {worded(group_shift.NOTE)}" if measured.has_errors else ""
    against = f", {measured.skill} against each fold's own mean" if measured.has_errors else ""
    of_numbers = _OF_NUMBERS.format(skill=measured.skill) if measured.has_errors else ""
    built = {
        "comparison": (
            "Models and reference predictors",
            f"On test {spoken().examples}. {names} are means over seeds; brackets are 95 %"
            f" intervals over {spoken().examples} and over {spoken().groups}. The difference is"
            f" the {primary} of the model minus that of the best reference predictor on the same"
            f" {spoken().examples}. Reference predictors have no verdict.{shift}",
            comparison_rows,
            comparison,
        ),
        "pairs": (
            "Every two models",
            f"Metric of the first model minus that of the second, on the same test"
            f" {spoken().examples}, mean over seeds. If the interval excludes 0, the order would"
            f" likely hold in other {spoken().examples}, or {spoken().groups}. There are many"
            " pairs, and no interval is corrected for their number.",
            pairs_rows,
            pairs,
        ),
        "levels": (
            f"By {_factors(levels)}",
            f"Test {spoken().examples} of each level. Metrics, and the limits of their 95 %"
            f" intervals over {spoken().examples}, are means over seeds.{of_numbers}",
            levels_rows,
            levels,
        ),
        "confounders": (
            "Known factors",
            "η² and ω²: share of the target's variance between the levels of a factor, over all"
            f" {spoken().examples}. {measured.skill} is that of predicting each test"
            f" {spoken().example} by the mean of the training {spoken().examples} of its level. All"
            " are about the target. A model's error may still differ much between"
            f" {spoken().groups} that explain little of the target: see the table below.",
            confounders_rows,
            confounders,
        ),
        "controls": (
            "Intensity or structure",
            f"Test {spoken().examples} as they are, and with each {spoken().feature} of each"
            f" {spoken().example} brought to mean 0 and SD 1, which removes intensity and keeps"
            f" structure; means over seeds and folds{against}. The model"
            f" {called[LINEAR_PER_CELL[task]]} should do no better than"
            f" {called[plainest(task)]}, which reads nothing of"
            f" {with_article(spoken().example)}. If it does, some intensity was left.",
            controls_rows,
            controls,
        ),
    }
    below = {}
    if measured.has_errors:
        below["confounders"] = (
            *(
                comparison,
                f"Error by {spoken().group}",
                worded(group_shift.NOTE),
                partial(group_shift.shift_rows, task=task),
            ),
        )
    return {
        name: page(
            title,
            "\n".join(
                [
                    paragraph(note),
                    *_sections(renamed(frame, called), rows, labels, task),
                    *_below(below.get(name), labels),
                ]
            ),
        )
        for name, (title, note, rows, frame) in built.items()
    }


def _called(task: str, references: Mapping[str, str] | None) -> dict[str, str]:
    """Return the words of all predictors that are no trained models."""
    always = (plainest(task), LINEAR_PER_CELL[task])
    return {**{name: reference_words(name) for name in always}, **(references or {})}


def _factors(levels: pd.DataFrame) -> str:
    """Return what the levels are of, in words."""
    *first, last = map(
        spoken().column, levels["by"].drop_duplicates() if len(levels) else ["group"]
    )
    return f"{', '.join(first)} and {last}" if first else last


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
        "model": [
            f"{name} (reference)" if floor else name
            for name, floor in zip(frame["model"], frame["floor"], strict=True)
        ],
        "verdict": frame["verdict"].replace("", None).map(verdict_words, na_action="ignore"),
    }
    # Column names differ by spaces that no browser shows.
    for gap, name in enumerate(measured.compared):
        named |= {
            in_unit(measured.metric(name), unit): frame[name],
            f"over {spoken().examples}" + " " * gap: between(
                frame, name, f"{name}_low", f"{name}_high"
            ),
            f"over {spoken().groups}" + " " * gap: between(
                frame, name, f"{name}_low_groups", f"{name}_high_groups"
            ),
        }
    gap = " " * len(measured.compared)
    named |= {
        "best reference": frame["best_floor"].replace("", None),
        "difference": frame["difference"],
        f"over {spoken().examples}" + gap: between(
            frame, "difference", "difference_low", "difference_high"
        ),
        f"over {spoken().groups}" + gap: between(
            frame, "difference", "difference_low_groups", "difference_high_groups"
        ),
        "seeds": frame["seeds"],
        f"SD of {measured.metric(measured.primary).words} over seeds": frame[
            f"{measured.primary}_seed_sd"
        ],
    }
    for name in measured.compared:
        named[f"{measured.metric(name).words} of the ensemble"] = frame[f"ensemble_{name}"]
    named |= {spoken().examples: frame["n"], spoken().groups: frame["groups"]}
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
        for over, (low, high) in over_what().items():
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
        "by": means["by"].map(spoken().column),
        "level": means["level"],
        spoken().examples: means["n"].round().astype(int),
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
        found[f"{task_of(task).skill}, {words.design(str(design))}"] = found["variable"].map(known)
    found["variable"] = found["variable"].map(spoken().column)
    return found.rename(
        columns={"variable": "factor", "n": spoken().examples, "eta2": "η²", "omega2": "ω²"}
    )


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
        control=means["control"].map(lambda name: worded(CONTROLS.get(name, name))),
    ).rename(
        columns={
            "design": "split",
            "control": spoken().examples,
            **{name: in_unit(measured.metric(name), unit) for name in measured.by_level},
        }
    )


def named_designs(column: pd.Series) -> pd.Series:
    """Return the split designs in words."""
    return column.map(words.design)


def between(frame: pd.DataFrame, value: str, low: str, high: str) -> list[str]:
    """Return intervals as text, rounded as the column of their values is; a dash where none."""
    places = decimals(frame[value])
    return [
        MISSING if a != a or b != b else f"[{shown(a, places)}, {shown(b, places)}]"
        for a, b in zip(frame[low], frame[high], strict=True)
    ]
