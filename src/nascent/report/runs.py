"""What the cards of a model's trainings say, as tables and facts for a reader."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from nascent.cards import chosen
from nascent.figures import words
from nascent.report.tables import MISSING, decimals, shown
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

Run = tuple[str, int]  # fold, seed


def attempts(card: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the seeds tried and why each failed; one attempt where the card names none."""
    return card.get("attempts") or [{"seed": card.get("seed"), "reason": None}]


def options(cards: Mapping[Run, Mapping[str, Any]], defaults: Mapping[str, Any]) -> pd.DataFrame:
    """Return the options, those that differ from the defaults first: `option, value, default`.

    An option that is not the same in all trainings has all its values.
    """
    usual = flat(defaults)
    values: dict[str, list[str]] = {}
    for card in cards.values():
        for key, value in flat(card.get("config") or {}).items():
            told = in_words(value)
            if told not in values.setdefault(key, []):
                values[key].append(told)
    rows = [
        {
            "option": key,
            "value": ", ".join(told),
            "default": in_words(usual[key]) if key in usual else MISSING,
            "changed": key not in usual or told != [in_words(usual[key])],
        }
        for key, told in values.items()
        if key not in ("seed", "seeds") and not key.startswith("resources")
    ]
    table = pd.DataFrame(rows, columns=["option", "value", "default", "changed"])
    return table.sort_values("changed", ascending=False, kind="stable").drop(columns="changed")


def flat(section: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return a nested section as one level, its keys joined by dots."""
    found: dict[str, Any] = {}
    for key, value in section.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{above}{key}.")
        else:
            found[f"{above}{key}"] = value
    return found


def learnt_from(cards: Mapping[Run, Mapping[str, Any]]) -> dict[str, str]:
    """Return what the model was trained on, as text; ranges where folds differ."""
    data = [card.get("data") or {} for card in cards.values()]
    first: Mapping[str, Any] = next(iter(cards.values()), {})
    steps = (first.get("normalisation") or {}).get("steps") or {}
    used = [
        f"{key}: {in_words(value)}"
        for key, value in flat(steps).items()
        if value not in (False, None)
    ]
    prints = dict.fromkeys(str(part["fingerprint"]) for part in data if part.get("fingerprint"))
    inputs = next((card["inputs"] for card in cards.values() if card.get("inputs")), {})
    shapes = [f"{name} {' × '.join(map(str, shape))}" for name, shape in inputs.items()]
    return {
        f"training {spoken().examples}": in_range([part.get("train_cells") for part in data]),
        f"validation {spoken().examples}": in_range([part.get("val_cells") for part in data]),
        **_left_out(data),
        "inputs": ", ".join(shapes) or MISSING,
        "normalisation": ", ".join(used) or MISSING,
        "data fingerprint": ", ".join(prints) or MISSING,
    }


def _left_out(data: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return how many examples were left out for want of a target, where there were some."""
    numbers = [sum((part.get("without_target") or {}).values()) for part in data]
    if not any(numbers):
        return {}
    return {f"{spoken().examples} left out, without target": in_range(numbers)}


def training(cards: Mapping[Run, Mapping[str, Any]], designs: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a training; missing facts as NaN."""
    rows = []
    for (fold, seed), card in cards.items():
        how = chosen(card)
        rows.append(
            {
                "split": words.design(designs.get(fold, fold)),
                "fold": fold,
                "seed": str(seed),
                "epochs": card.get("epochs"),
                "chosen epoch": how["epoch"],
                "by": how["monitor"],
                "smoothed over": how["smooth"],
                "its value": how["value"],
                f"val {followed(card)[0]}": followed(card)[1],
                "attempts": len(attempts(card)),
                "collapsed": "yes" if card.get("collapsed") else "no",
                "precision": card.get("precision"),
                "device": card.get("device"),
            }
        )
    return pd.DataFrame(rows)


def followed(card: Mapping[str, Any]) -> tuple[str, float | None]:
    """Return what a task calls the metric that it follows, and its value at the chosen epoch."""
    task = task_of(card.get("task") or REGRESSION)
    value = (card.get("best") or {}).get(f"val_{task.learning}")
    return task.metric(task.learning).words, value


def in_range(values: Sequence[float | None]) -> str:
    """Return the least and the largest value as text, once where they are alike."""
    known = [value for value in values if value is not None]
    if not known:
        return MISSING
    places = decimals(pd.Series(known))
    ends = list(dict.fromkeys(shown(value, places) for value in (min(known), max(known))))
    return " to ".join(ends)


def in_words(value: Any) -> str:
    """Return an option's value as text."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)
