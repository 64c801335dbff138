"""The study card: on one page, what was done, to which cells, with which versions and seeds."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import yaml

from nascent.report.page import facts, page, paragraph, section
from nascent.report.tables import MISSING, table

SPLITS = ("train", "val", "test")
SPLIT_RULES = {
    "cell": "by cell, stratified",
    "well": "by well, whole wells held out",
    "leave_one_well_out": "one well left out",
    "shuffle": "by cell, plain shuffle",
}


def study_card(
    config: Mapping[str, Any],
    record: Mapping[str, Any],
    quality: pd.DataFrame,
    splits: pd.DataFrame,
    cards: Mapping[tuple[str, int], Mapping[str, Any]],
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
        Columns `cell_id, split`.
    cards
        (model, seed) → the card of the trained model.
    """
    text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True, width=96)
    versions = {str(name): str(version) for name, version in record.get("versions", {}).items()}
    parts = [
        facts(summary(config, cards)),
        section("Cells", table(cell_counts(quality, splits))),
        section("Models", table(models(cards)) if cards else paragraph("No model was trained.")),
        section("Versions", facts(versions)),
        section("Config", f"<pre>{escape(text)}</pre>"),
    ]
    return page(f"Study {config.get('study', MISSING)}", "\n".join(parts))


def summary(
    config: Mapping[str, Any], cards: Mapping[tuple[str, int], Mapping[str, Any]]
) -> dict[str, str]:
    """Return the facts at the top of the card, as text."""
    simulated = config.get("simulate")
    data = str(config.get("data") or MISSING)
    if simulated:
        data = f"simulated, planted truth: {simulated.get('truth', MISSING)}"
    rule = str((config.get("splits") or {}).get("by", MISSING))
    fingerprints = {
        str((card.get("data") or {}).get("fingerprint"))
        for card in cards.values()
        if (card.get("data") or {}).get("fingerprint")
    }
    return {
        "kind": str(config.get("kind", MISSING)),
        "data": data,
        "target": f"mean {(config.get('crops') or {}).get('target', MISSING)} over a nucleus",
        "splits": SPLIT_RULES.get(rule, rule),
        "seed of the study": str(config.get("seed", MISSING)),
        "seeds of the models": "; ".join(_seeds(list(cards))) or MISSING,
        "data fingerprint": ", ".join(sorted(fingerprints)) or MISSING,
    }


def _seeds(runs: Sequence[tuple[str, int]]) -> list[str]:
    models = dict.fromkeys(model for model, _ in runs)
    return [
        f"{model}: {', '.join(str(seed) for name, seed in runs if name == model)}"
        for model in models
    ]


def cell_counts(quality: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """Return the way of the cells, in order: measured, removed, kept, and in each split."""
    totals = quality[quality["step"] == "all"]
    measured, kept = int(totals["cells_in"].sum()), int(totals["cells_out"].sum())
    counts = splits["split"].value_counts()
    rows = [
        ("measured", measured),
        ("removed by quality control", measured - kept),
        ("kept", kept),
        *((f"in {split}", int(counts.get(split, 0))) for split in SPLITS),
    ]
    left_out = kept - int(counts.sum())
    if left_out:
        rows.append(("kept, but not of the study", left_out))
    return pd.DataFrame(rows, columns=["cells", "number"])


def models(cards: Mapping[tuple[str, int], Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row a trained model: what it is and how long it learnt; missing facts as NaN."""
    rows = []
    for (model, seed), card in cards.items():
        parameters, best = card.get("parameters") or {}, card.get("best") or {}
        rows.append(
            {
                "model": model,
                "seed": str(seed),
                "architecture": card.get("architecture"),
                "parameters": parameters.get("total"),
                "trainable": parameters.get("trainable"),
                "epochs": card.get("epochs"),
                "chosen epoch": best.get("epoch"),
                "val MAE": best.get("val_mae"),
                "device": card.get("device"),
            }
        )
    return pd.DataFrame(rows)
