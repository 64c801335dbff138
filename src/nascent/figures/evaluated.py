"""The rows of the evaluation's tables that a figure shows, and their order."""

import pandas as pd

from nascent.evaluate.metrics import POOLED
from nascent.task import REGRESSION, task_of


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


def ordered(comparison: pd.DataFrame, task: str = REGRESSION) -> tuple[list[str], list[str]]:
    """Return the models and the floors, each best first in the primary design.

    They go by the task's primary metric; a model that has none there comes last.
    """
    measured = task_of(task)
    how = {"ascending": measured.lower_is_better, "kind": "stable"}
    found = []
    for rows in (comparison[~comparison["floor"]], comparison[comparison["floor"]]):
        first = rows[rows["design"].isin(designs(comparison)[:1])]
        best = first.sort_values(measured.primary, **how)["model"]
        found.append(pd.concat([best, rows["model"]]).drop_duplicates().tolist())
    return found[0], found[1]


def best_floor(rows: pd.DataFrame, task: str = REGRESSION) -> pd.Series | None:
    """Return the row of the floor that the models of one design are measured against.

    It is the one that the table names; without models, the best floor.
    """
    measured = task_of(task)
    floors = rows[rows["floor"]].dropna(subset=[measured.primary])
    if floors.empty:
        return None
    named = rows.loc[~rows["floor"], "best_floor"].dropna()
    chosen = floors[floors["model"].isin(named)]
    best = floors.sort_values(measured.primary, ascending=measured.lower_is_better, kind="stable")
    return (chosen if len(chosen) else best).iloc[0]
