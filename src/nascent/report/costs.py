"""What the study cost, as a page: by stage, then by rule with what each used of what it had."""

from collections.abc import Sequence

import pandas as pd

from nascent.costs.table import by_stage
from nascent.report.page import items, page, paragraph, section
from nascent.report.tables import table

TIGHT, LOOSE, IDLE = 0.9, 0.25, 0.5
"""Shares of memory asked for that are near the limit, or far below it; of CPU time, half idle."""

LARGE_MB, LONG_HOURS = 4000, 0.1
"""Rules that ask for less memory, or ran for less, are not worth a word."""

NOTE = (
    "Sums over the jobs whose last benchmark lies under logs/{study}: a job that was not repeated"
    " counts with the time it once took. Hours are of the machine that ran it and tell little of"
    " another. Memory used is that of the job that came nearest to what it had asked for; CPU used"
    " is CPU time over wall time × threads. Both are what each job says of itself as it ends."
)
WHERE = (
    "Threads, memory and GPUs of a model's jobs stand in the config,"
    " train.models.<model>.resources; those of other rules in rules/, or over them in a"
    " profile: set-resources, set-threads."
)


def costs_page(costs: pd.DataFrame, study: str, stages: Sequence[str]) -> str:
    """Return the page of what a study cost.

    Parameters
    ----------
    costs
        As `nascent.costs.table.cost_table` returns it.
    study
        Name.
    stages
        Of the study, in order.
    """
    stage = by_stage(costs, stages)
    hours = float(stage["wall_hours"].iloc[-1])
    unit, factor = ("h", 1) if hours >= 2 else ("min", 60)
    parts = [paragraph(NOTE.format(study=study))]
    if costs.empty:
        parts = [paragraph(f"There is no benchmark of a job under logs/{study}.")]
    else:
        parts += [
            section("By stage", _in_words(stage, unit, factor)),
            section("By rule", _in_words(costs, unit, factor)),
            section("Where to look", paragraph(WHERE), items(worth_a_word(costs))),
        ]
    return page(f"What {study} cost", "\n".join(parts))


def worth_a_word(costs: pd.DataFrame) -> list[str]:
    """Return a sentence for each rule that came near its memory, or hardly used what it had."""
    said = []
    for row in costs.to_dict("records"):
        peak, asked = row["peak_memory_mb"], row["asked_memory_mb"]
        if row["memory_used"] > TIGHT:
            said.append(
                f"{row['rule']} took {row['memory_used']:.0%} of its memory (largest job"
                f" {peak:,.0f} MB): give it more."
            )
        elif row["memory_used"] < LOOSE and asked >= LARGE_MB:
            said.append(
                f"{row['rule']} took at most {row['memory_used']:.0%} of its memory (asked for up"
                f" to {asked:,.0f} MB): give it less, and more jobs fit side by side."
            )
        if row["cpu_used"] < IDLE and row["wall_hours"] >= LONG_HOURS:
            said.append(
                f"{row['rule']} kept its threads busy for {row['cpu_used']:.0%} of the time: it"
                " waits for disk or GPU, or needs fewer threads."
            )
    return said or ["No rule came near its memory, and none that matters left much of it unused."]


def _in_words(frame: pd.DataFrame, unit: str, factor: int) -> str:
    """Return the table with columns as a reader calls them, hours in the unit of the page."""
    names = {
        "stage": "stage",
        "rule": "rule",
        "jobs": "jobs",
        "wall_hours": f"wall, {unit}",
        "cpu_hours": f"CPU, {unit}",
        "gpu_hours": f"GPU asked for, {unit}",
        "longest_minutes": "longest job, min",
        "peak_memory_mb": "peak, GB",
        "asked_memory_mb": "asked, GB",
        "memory_used": "memory used, %",
        "cpu_used": "CPU used, %",
    }
    scale = {name: factor for name in names if name.endswith("_hours")}
    scale |= {"peak_memory_mb": 1e-3, "asked_memory_mb": 1e-3, "memory_used": 100, "cpu_used": 100}
    shown = pd.DataFrame(
        {
            heading: frame[name] * scale.get(name, 1)
            for name, heading in names.items()
            # A column of GPUs that nobody had is no news.
            if name in frame and not (name == "gpu_hours" and not frame[name].any())
        }
    )
    whole = {"jobs": 0, "memory used, %": 0, "CPU used, %": 0}
    return table(shown, dict.fromkeys(names.values(), 2) | whole)
