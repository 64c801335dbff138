"""What of a page is folded away at the end of its section, and why."""

from collections.abc import Mapping

import pandas as pd

from nascent.evaluate.verdicts import LOSES
from nascent.explain.standing import FAILS, PASSES
from nascent.report.study_page.contents import Block


def reasons(
    tables: Mapping[str, pd.DataFrame], design: str, target: str
) -> dict[tuple[str, str], str]:
    """Return (model, map set) → why it is folded away; the map set is empty for the model itself.

    Parameters
    ----------
    tables
        Name → table, those that are there.
    design
        Of the fold whose models are explained.
    target
        That the study is about; of further ones nothing is folded away.
    """
    found: dict[tuple[str, str], str] = {}
    for row in _rows(tables.get("comparison")):
        asked = (row["design"], row["target"]) == (design, target)
        if asked and row["verdict"] == LOSES:
            found[row["model"], ""] = (
                f"{row['model']} does not predict better than the best reference predictor, so"
                " what follows is no evidence."
            )
    for row in _rows(tables.get("standing")):
        if row["standing"] == FAILS:
            found[row["model"], row["method"]] = str(row["sentence"])
    return found


def warnings(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], str]:
    """Return (model, map set) → what has to be said of maps that do not pass their checks."""
    return {
        (row["model"], row["method"]): str(row["sentence"])
        for row in _rows(tables.get("standing"))
        if row["standing"] != PASSES
    }


def default_explanation(tables: Mapping[str, pd.DataFrame]) -> tuple[str, str] | None:
    """Return model and map set of the explanation that is shown first."""
    rows = _rows(tables.get("standing"))
    return next(((row["model"], row["method"]) for row in rows if row["default"]), None)


def order(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], int]:
    """Return (model, map set) → its place, the one to be relied on most first."""
    return {
        (row["model"], row["method"]): int(row["place"]) for row in _rows(tables.get("standing"))
    }


def split_blocks(
    blocks: tuple[Block, ...],
    why: Mapping[tuple[str, str], str],
    places: Mapping[tuple[str, str], int],
) -> tuple[list[Block], list[tuple[Block, str]]]:
    """Return the blocks that are shown, and those that are folded away with the reason.

    Maps come in the order of their standing, at the place of the first of them.
    """
    shown, folded = [], []
    for block in _by_standing(blocks, places):
        reason = why.get((block.model, block.method)) if block.model else None
        if reason:
            folded.append((block, reason))
        else:
            shown.append(block)
    return shown, folded


def _by_standing(blocks: tuple[Block, ...], places: Mapping[tuple[str, str], int]) -> list[Block]:
    of_maps = [block for block in blocks if block.method]
    ranked = iter(
        sorted(of_maps, key=lambda one: places.get((one.model, one.method), len(places) + 1))
    )
    return [next(ranked) if block.method else block for block in blocks]


def _rows(table: pd.DataFrame | None) -> list[dict]:
    return [] if table is None else table.to_dict("records")
