"""The use of each channel as a page: the mean over seeds of all models."""

import pandas as pd

from nascent.explain.use.changes import INTENSITY, PERMUTED, STRUCTURE
from nascent.explain.use.loss import CHANNEL, EACH, GROUP, USED
from nascent.report.page import page, paragraph, section
from nascent.report.tables import MISSING, shown, table
from nascent.task import REGRESSION, task_of
from nascent.words import spoken, worded

COLUMNS = {PERMUTED: "all of it", INTENSITY: "its intensity", STRUCTURE: "its structure"}
PLACES = 3

NOTE = (
    "{skill} that a trained model loses on the test {examples} when the {feature} of each"
    " {example} is replaced by that of other {examples}, fitted into its outline: all of it, its"
    " intensity (mean) alone, or its structure alone. Means over seeds; in brackets the interval"
    " at {confidence:.0%} over {examples}. {A_feature} is said to be used where the intervals"
    " over {examples} and over {groups} lie above 0."
)


def use_page(use: pd.DataFrame, *, confidence: float, task: str = REGRESSION) -> str:
    """Return the page of `explain/use.tsv`: a section a model, its most used channels first.

    Parameters
    ----------
    use
        The columns of `nascent.explain.use.loss.USE`.
    confidence
        Of the intervals.
    task
        Name of what is predicted.
    """
    skill = task_of(task).skill
    told = use[(use["seed"].astype(str) == EACH) & use["change"].isin(COLUMNS)]
    parts = [
        section(
            f"{model} ({skill} {shown(rows['skill'].iloc[0], PLACES)})",
            paragraph(sentence(rows)),
            table(use_rows(rows, skill)),
        )
        for model, rows in told.groupby("model", sort=False)
    ]
    nothing = [paragraph(f"There is no trained model with two test {spoken().examples} or more.")]
    note = paragraph(worded(NOTE, skill=skill, confidence=confidence))
    return page(
        f"What the models use of each {spoken().feature}", "\n".join([note, *(parts or nothing)])
    )


def sentence(rows: pd.DataFrame) -> str:
    """Return which channels one model is shown to use, the most used first."""
    whole = rows[(rows["unit"] == CHANNEL) & (rows["change"] == PERMUTED)]
    used = whole[whole["verdict"] == USED].sort_values("use", ascending=False, kind="stable")
    if len(used):
        return f"Shown to be used: {', '.join(used['channel'])}."
    said = whole["verdict"].iloc[0] if whole["verdict"].nunique() == 1 else ""
    return (
        f"No {spoken().feature} is shown to be"
        f" used{f': {said}' if said.startswith('cannot') else ''}."
    )


def use_rows(rows: pd.DataFrame, skill: str) -> pd.DataFrame:
    """Return a row a channel, then a row a group: what is lost, with intervals, and verdicts."""
    found = []
    for kind in (CHANNEL, GROUP):
        of_kind = rows[rows["unit"] == kind]
        whole = of_kind[of_kind["change"] == PERMUTED]
        for name in whole.sort_values("use", ascending=False, kind="stable")["channel"]:
            own = of_kind[of_kind["channel"] == name].set_index("change")
            line = {"input": own["input"].iloc[0]} if rows["input"].nunique() > 1 else {}
            named = name if kind == CHANNEL else f"together: {own['members'].iloc[0]}"
            line[spoken().feature] = named
            for change, title in COLUMNS.items():
                line[f"{skill} lost: {title}"] = _with_interval(own.loc[change])
                line[f"{title}: verdict"] = own.loc[change, "verdict"]
            if (rows["unit"] == GROUP).any():
                total = own.loc[PERMUTED, "members_sum"]
                line["sum, one at a time"] = shown(total, PLACES) if total == total else MISSING
            found.append(line)
    return pd.DataFrame(found)


def _with_interval(row: pd.Series) -> str:
    if pd.isna(row["use"]):
        return MISSING
    value, low, high = (shown(row[name], PLACES) for name in ("use", "low", "high"))
    return f"{value} [{low}, {high}]"
