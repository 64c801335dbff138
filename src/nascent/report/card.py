"""The study card: on one page, what was done, to which cells, with which versions and seeds."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import yaml

from nascent.cards import chosen
from nascent.figures import words
from nascent.kind import capital
from nascent.report.page import facts, page, paragraph, section
from nascent.report.runs import followed, in_range
from nascent.report.tables import MISSING, table
from nascent.words import spoken

SPLITS = ("train", "val", "test")
Run = tuple[str, str, int]  # model, fold, seed


def study_card(
    config: Mapping[str, Any],
    record: Mapping[str, Any],
    quality: pd.DataFrame,
    splits: Mapping[str, pd.DataFrame],
    cards: Mapping[Run, Mapping[str, Any]],
    *,
    label: str,
) -> str:
    """Return the study card as one self-contained HTML page.

    Parameters
    ----------
    config
        The study's config in full, defaults filled in, in the order to be shown.
    record
        Provenance, from `nascent.provenance.record`: its `versions` are listed.
    quality
        The table `quality.tsv`; its rows with step `all` sum up a well.
    splits
        Fold → its table, columns `id, split`.
    cards
        (model, fold, seed) → the card of the trained model.
    label
        The target in words with its unit.
    """
    text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True, width=96)
    versions = {str(name): str(version) for name, version in record.get("versions", {}).items()}
    parts = [
        facts(summary(config, cards, label)),
        section(capital(spoken().examples), table(cell_counts(quality))),
        section("Splits", table(split_counts(quality, splits))),
        section("Models", table(models(cards)) if cards else paragraph("No model was trained.")),
        section("Versions", facts(versions)),
        section("Config", f"<pre>{escape(text)}</pre>"),
    ]
    return page(f"Study {config.get('study', MISSING)}", "\n".join(parts))


def summary(
    config: Mapping[str, Any], cards: Mapping[Run, Mapping[str, Any]], label: str
) -> dict[str, str]:
    """Return the facts at the top of the card, as text."""
    simulated = config.get("simulate")
    data = str(config.get("data") or MISSING)
    if simulated:
        data = f"simulated, planted truth: {simulated.get('truth', MISSING)}"
    target = config.get("target") or {}
    measured = target.get("column") or target.get("channel")
    by = (config.get("splits") or {}).get("by", MISSING)
    designs = [by] if isinstance(by, str) else list(by)
    fingerprints = {
        str((card.get("data") or {}).get("fingerprint"))
        for card in cards.values()
        if (card.get("data") or {}).get("fingerprint")
    }
    return {
        "kind": str(config.get("kind", MISSING)),
        "data": data,
        "target": f"{label}, of {measured}" if measured else label,
        "splits": "; ".join(words.design(design) for design in designs),
        "seed of the study": str(config.get("seed", MISSING)),
        "seeds of the models": "; ".join(_seeds(list(cards))) or MISSING,
        "data fingerprint": ", ".join(sorted(fingerprints)) or MISSING,
    }


def _seeds(runs: Sequence[Run]) -> list[str]:
    seeds: dict[str, list[int]] = {}
    for model, _, seed in runs:
        if seed not in seeds.setdefault(model, []):
            seeds[model].append(seed)
    return [f"{model}: {', '.join(map(str, own))}" for model, own in seeds.items()]


def cell_counts(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the way of the cells, in order: measured, removed, kept."""
    measured, kept = _measured_and_kept(quality)
    rows = [
        ("measured", measured),
        ("removed by quality control", measured - kept),
        ("kept", kept),
    ]
    return pd.DataFrame(rows, columns=[spoken().examples, "number"])


def split_counts(quality: pd.DataFrame, splits: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the cells of each split of each fold, and those kept that are not of the study."""
    _, kept = _measured_and_kept(quality)
    rows = []
    for fold, table_ in splits.items():
        counts = table_["split"].value_counts()
        rows.append(
            {"fold": fold}
            | {split: int(counts.get(split, 0)) for split in SPLITS}
            | {"not of the study": kept - int(counts.sum())}
        )
    return pd.DataFrame(rows, columns=["fold", *SPLITS, "not of the study"])


def _measured_and_kept(quality: pd.DataFrame) -> tuple[int, int]:
    totals = quality[quality["step"] == "all"]
    return int(totals["cells_in"].sum()), int(totals["cells_out"].sum())


def models(cards: Mapping[Run, Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row a model: what it is and how long it learnt; missing facts as NaN.

    Each model's own card has its trainings one by one.
    """
    rows = []
    for model in dict.fromkeys(model for model, *_ in cards):
        own = {run: card for run, card in cards.items() if run[0] == model}
        first = next(iter(own.values()))
        parameters = first.get("parameters") or {}
        rows.append(
            {
                "model": model,
                "architecture": first.get("architecture"),
                "parameters": parameters.get("total"),
                "trainable": parameters.get("trainable"),
                "seeds": len({seed for *_, seed in own}),
                "folds": len({fold for _, fold, _ in own}),
                "epochs": in_range([card.get("epochs") for card in own.values()]),
                "chosen epoch": in_range([chosen(card)["epoch"] for card in own.values()]),
                f"val {followed(first)[0]}": in_range([followed(card)[1] for card in own.values()]),
                "collapsed": sum(bool(card.get("collapsed")) for card in own.values()),
                "device": ", ".join(
                    sorted({str(card.get("device", MISSING)) for card in own.values()})
                ),
            }
        )
    return pd.DataFrame(rows)
