"""The tables of the checks of maps as pages."""

import pandas as pd

from nascent.explain.duplicates.pairs import warning
from nascent.explain.standing import PASSES, nothing_passes
from nascent.report.tables import table_page
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT, cannot_tell
from nascent.words import worded

MOST_ROWS = 600
"""Rows of a page; the file has all."""


def check_page(
    check: str,
    table: pd.DataFrame,
    standing: pd.DataFrame | None = None,
    *,
    title: str,
    note: str,
) -> str:
    """Return the page of a check's table; of a long table its first rows, and a word on the rest.

    Explanations come in the order of their standing, and what is to be said of them comes first.

    Parameters
    ----------
    check
        Name of the table.
    table
        As `explain/<check>.tsv` holds it.
    standing
        As `explain/standing.tsv` holds it; None in a study that explains nothing.
    title, note
        Heading of the page, and what the table tells, as `nascent.words.worded` takes them.
    """
    if standing is not None and {"model", "method"} <= set(table) and check != "standing":
        table, warnings = _by_standing(table, standing)
        note = " ".join([note, *warnings])
    title, note = worded(title), worded(note)
    table = _told(table)
    if "standing" in table:
        note = f"{nothing_passes(table)} {note}".strip()
    if check == "similarity" and "rank" in table:
        table = table[table["rank"] == 1]
    if check == "channel_correlations" and "duplicates" in table:
        note = f"{warning(table) or worded('No two {features} repeat each other.')} {note}"
    if len(table) > MOST_ROWS:
        note += (
            f" Shown are the first {MOST_ROWS} of {len(table):,} rows; explain/{check}.tsv has all."
        )
    return table_page(table.head(MOST_ROWS), title, note)


def _by_standing(table: pd.DataFrame, standing: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows in the order of standing, and a sentence an explanation that needs one."""
    place = standing.set_index(["model", "method"])["place"]
    keys = pd.MultiIndex.from_frame(table[["model", "method"]])
    order = place.reindex(keys).fillna(len(place) + 1).to_numpy().argsort(kind="stable")
    present = pd.MultiIndex.from_frame(standing[["model", "method"]]).isin(keys)
    rows = standing[present & (standing["standing"] != PASSES)]
    warnings = [
        f"{row.model}, {row.method} ({row.standing}): {row.sentence}" for row in rows.itertuples()
    ]
    return table.iloc[order], warnings


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with words where too few groups leave a verdict open."""
    if "groups" not in table:
        return table
    few = table["groups"] < GROUPS_FOR_A_VERDICT
    words = {
        name: table[name].astype(object).mask(few, table["groups"].map(cannot_tell))
        for name in table
        if str(name).startswith("beats_") and table[name].isna().any()
    }
    return table.assign(**words)
