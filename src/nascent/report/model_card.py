"""The card of a model for a reader: what it is, what it learnt from, how good it is, its limits."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from nascent.cards import chosen
from nascent.evaluate.compare import BEATS
from nascent.figures import words
from nascent.figures.words import count, unit
from nascent.kind import capital
from nascent.plain_words import verdict_words
from nascent.report import group_shift
from nascent.report.evaluation import comparison_rows, levels_rows, named_designs, over_what
from nascent.report.page import facts, items, page, paragraph, section
from nascent.report.runs import Run, attempts, learnt_from, options, training
from nascent.report.tables import MISSING, decimals, shown, table
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT as FEW_GROUPS
from nascent.task import REGRESSION, task_of
from nascent.words import spoken, worded

WITHIN_GROUPS = ("example", "shuffle")  # designs whose test cells come from training groups


def model_card(
    model: str,
    cards: Mapping[Run, Mapping[str, Any]],
    *,
    label: str,
    defaults: Mapping[str, Any],
    designs: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    target: str = "target",
    task: str = REGRESSION,
) -> str:
    """Return the card of a model, all its seeds and folds, as one self-contained HTML page.

    Parameters
    ----------
    model
        Its name in the study.
    cards
        (fold, seed) → the card that training wrote. What a card lacks is shown as a dash.
    label
        The target in words with its unit.
    defaults
        The options of a model that nobody changed, nested as in the cards' `config`.
    designs
        Fold → its split design.
    tables
        `comparison`, `intervals` and `levels`: the tables of those names in `evaluate/`, of all
        models.
    target
        The predicted column that is shown.
    task
        Name of what is predicted.
    """
    measured = task_of(task)
    numbers = measured.has_errors
    own, metrics, of_levels = (
        each[(each["model"] == model) & (each["target"] == target)]
        for each in (tables[name] for name in ("comparison", "intervals", "levels"))
    )
    parts = [
        facts(summary(cards, own, label)),
        section("Limits", items(limits(cards, own, unit(label)))),
        section("What it is", paragraph(_IS), table(options(cards, defaults))),
        section("What it learnt from", facts(learnt_from(cards)), _channels(cards)),
        section("Training", paragraph(worded(_TRAINING)), table(training(cards, designs))),
        section(
            "Results",
            paragraph(worded(_RESULTS) + (f" {worded(group_shift.NOTE)}" if numbers else "")),
            table(comparison_rows(own, unit(label), task)),
        ),
        section("Metrics", paragraph(worded(_METRICS)), table(metric_rows(metrics, task))),
        section(
            "By level",
            paragraph(
                worded(_LEVELS) + (_OWN_MEAN.format(skill=measured.skill) if numbers else "")
            ),
            table(levels_rows(of_levels, unit(label), task)),
        ),
    ]
    return page(f"Model {model}", "\n".join(parts))


_IS = "Options that differ from the defaults come first."
_TRAINING = (
    "One row a training. The chosen epoch has the least monitor on the validation {examples},"
    " smoothed over so many epochs (0: not smoothed). Of several targets, values are means over"
    " them."
)
_RESULTS = "Test {examples}; intervals are of 95 %, over {examples} and over {groups}."
_METRICS = "Test {examples}, means over seeds, with 95 % intervals."
_LEVELS = "Test {examples} of each level, means over seeds."
_OWN_MEAN = " {skill} is against the level's own mean."


def summary(
    cards: Mapping[Run, Mapping[str, Any]], comparison: pd.DataFrame, label: str
) -> dict[str, str]:
    """Return the facts at the top of the card, as text."""
    first: Mapping[str, Any] = next(iter(cards.values()), {})
    parameters = first.get("parameters") or {}
    folds = {fold for fold, _ in cards}
    found = {
        "architecture": str(first.get("architecture", MISSING)),
        "parameters": f"{_number(parameters.get('total'))}, of these trainable "
        f"{_number(parameters.get('trainable'))}",
        "predicts": label,
        "seeds": ", ".join(map(str, sorted({seed for _, seed in cards}))) or MISSING,
        "trainings": f"{count(len(cards), 'run')} over {count(len(folds), 'fold')}",
    }
    for row in comparison.to_dict("records"):
        design = words.design(row["design"])
        verdict = row["verdict"] if isinstance(row["verdict"], str) and row["verdict"] else MISSING
        floor = row["best_floor"] if isinstance(row["best_floor"], str) else ""
        verdict = verdict_words(verdict)
        found[f"verdict, {design}"] = f"{verdict} ({floor})" if floor else verdict
        if "worst_group" in row:
            found[f"by {spoken().group}, {design}"] = group_shift.sentence(row, unit(label))
    return found


def limits(
    cards: Mapping[Run, Mapping[str, Any]], comparison: pd.DataFrame, unit: str = ""
) -> list[str]:
    """Return what the facts say against the model, a sentence each.

    Parameters
    ----------
    cards
        As for `model_card`.
    comparison
        The rows of the model.
    unit
        Of the target, in brackets.
    """
    found = []
    seeds = {seed for _, seed in cards}
    if len(seeds) == 1:
        found.append(
            "It was trained with one seed. Another seed would give other numbers; by how much is"
            " not known."
        )
    tested = list(dict.fromkeys(comparison["design"]))
    if tested and set(tested) <= set(WITHIN_GROUPS):
        found.append(
            f"It was tested only on {spoken().examples} of {spoken().groups} that it was trained"
            f" on. How good it is on a new {spoken().group} is not known."
        )
    for row in comparison.to_dict("records"):
        design = words.design(row["design"])
        if row["groups"] < FEW_GROUPS:
            found.append(
                f"The test {spoken().examples} come from"
                f" {count(int(row['groups']), spoken().group, spoken().groups)} ({design}): too"
                f" few for a statement about {spoken().groups}."
            )
        if "worst_group" in row and group_shift.is_large(row):
            found.append(
                f"It is off in whole {spoken().groups} ({design}):"
                f" {group_shift.sentence(row, unit)}. {capital(spoken().examples)} of another"
                f" {spoken().group} may be off by as much, all to one side."
            )
        if row["verdict"] == BEATS or not isinstance(row["verdict"], str) or not row["verdict"]:
            continue
        floor = row["best_floor"]
        named = f", {floor}" if isinstance(floor, str) and floor else ""
        found.append(
            f"It is not shown to beat the best reference predictor{named} ({design}):"
            f" {verdict_words(row['verdict'])}."
        )
    found += _of_training(cards)
    return found or [
        f"This page found none of these: one seed, no held-out {spoken().group}, fewer than"
        f" {FEW_GROUPS} test {spoken().groups}, a shift by {spoken().group}, a reference predictor"
        " not beaten, a collapse, a training cut short."
    ]


def _of_training(cards: Mapping[Run, Mapping[str, Any]]) -> list[str]:
    found, runs = [], count(len(cards), "training")
    collapsed = sum(bool(card.get("collapsed")) for card in cards.values())
    if collapsed:
        found.append(
            f"{collapsed} of {runs} collapsed: the network predicts the same for every"
            f" {spoken().example}. It is part of all numbers here."
        )
    repeated = sum(len(attempts(card)) > 1 for card in cards.values())
    if repeated:
        found.append(
            f"{repeated} of {runs} had to start again with a new seed, since the first collapsed."
        )
    last = sum(_cut_short(card) for card in cards.values())
    if last:
        found.append(
            f"In {last} of {runs} the chosen epoch is the last one allowed: more epochs might have"
            " been better."
        )
    return found


def _cut_short(card: Mapping[str, Any]) -> bool:
    asked = (card.get("config") or {}).get("epochs")
    epoch, width = chosen(card).get("epoch"), chosen(card).get("smooth") or 0
    # A centred average has no value for the last half of its width.
    return None not in (asked, epoch) and epoch >= asked - width // 2


def _channels(cards: Mapping[Run, Mapping[str, Any]]) -> str:
    names = next((card["channels"] for card in cards.values() if card.get("channels")), [])
    return (
        f"<p>{escape(count(len(names), spoken().feature, spoken().features))}:"
        f" {escape(', '.join(map(str, names)))}</p>"
        if names
        else ""
    )


def metric_rows(intervals: pd.DataFrame, task: str = REGRESSION) -> pd.DataFrame:
    """Return every metric as read, a row a design and metric, each rounded for itself."""
    kept = intervals[intervals["seed"].astype(str) == "each"]
    rows = []
    for row in kept.to_dict("records"):
        places = decimals(pd.Series([row["value"]]))
        ends = {f"over {over}": (row[low], row[high]) for over, (low, high) in over_what().items()}
        rows.append(
            {
                "split": row["design"],
                "metric": task_of(task).metric(row["metric"]).words,
                "value": shown(row["value"], places),
            }
            | {
                name: f"[{shown(low, places)}, {shown(high, places)}]"
                if np.isfinite([low, high]).all()
                else MISSING
                for name, (low, high) in ends.items()
            }
        )
    table = pd.DataFrame(
        rows,
        columns=[
            "split",
            "metric",
            "value",
            f"over {spoken().examples}",
            f"over {spoken().groups}",
        ],
    )
    return table.assign(split=named_designs(table["split"]))


def _number(value: Any) -> str:
    return MISSING if value is None else f"{value:,}"
