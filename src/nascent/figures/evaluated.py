"""The rows of the evaluation's tables that a figure shows, and their order."""

import pandas as pd

from nascent.evaluate.metrics import POOLED


def of_target(table: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the rows of one predicted column."""
    return table[table["target"] == target]


def designs(table: pd.DataFrame) -> list[str]:
    """Return the split designs in the order in which they appear; the first is the primary one."""
    return table["design"].dropna().drop_duplicates().tolist()


def pooled(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a run: of a design with several folds the rows pooled over them."""
    several = table.loc[table["fold"] == POOLED, "design"].unique()
    return table[(table["fold"] == POOLED) | ~table["design"].isin(several)]


def ordered(comparison: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the models and the floors, each best first by the MAE of the primary design.

    A model that has no MAE there comes last.
    """
    found = []
    for rows in (comparison[~comparison["floor"]], comparison[comparison["floor"]]):
        first = rows[rows["design"].isin(designs(comparison)[:1])]
        best = first.sort_values("mae", kind="stable")["model"]
        found.append(pd.concat([best, rows["model"]]).drop_duplicates().tolist())
    return found[0], found[1]


def best_floor(rows: pd.DataFrame) -> pd.Series | None:
    """Return the row of the floor that the models of one design are measured against.

    It is the one that the table names; without models, the floor of least MAE.
    """
    floors = rows[rows["floor"]].dropna(subset=["mae"])
    if floors.empty:
        return None
    named = rows.loc[~rows["floor"], "best_floor"].dropna()
    chosen = floors[floors["model"].isin(named)]
    return (chosen if len(chosen) else floors.nsmallest(1, "mae")).iloc[0]
