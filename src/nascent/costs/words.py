"""The plan of a study as text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from nascent.costs.disk import Disk
from nascent.costs.estimate import NO_MEASUREMENT
from nascent.costs.plan import Plan
from nascent.costs.reference import SHIPPED, machine
from nascent.costs.schedule import Room
from nascent.kind import capital, kind_of
from nascent.logs import clock

MISSING = "–"
COLUMNS: Mapping[str, str] = {
    "stage": "stage",
    "jobs_to_run": "to run",
    "jobs": "of",
    "wall_hours": "wall",
    "cpu_hours": "CPU",
    "gpu_hours": "GPU",
    "peak_gb": "peak",
    "asked_gb": "asked",
    "disk_gb": "disk",
    "source": "hours are",
}
"""Column of the table → heading."""


def plan_in_words(
    plan: Plan,
    costs: pd.DataFrame,
    room: Mapping[str, Disk],
    others: Sequence[object],
    seconds: float,
) -> Iterator[str]:
    """Yield the lines of a plan: its table, then what the numbers stand on.

    Parameters
    ----------
    plan
        Of the study.
    costs
        As `nascent.costs.plan.by_stage` returns it.
    room
        Stage → disk.
    others
        Pasts that were asked beside the study's own.
    seconds
        How long the jobs take beside each other, s.
    """
    study = plan.facts.study
    words = kind_of(study.kind).words.grouped(study.splits.group)
    yield f"Study {study.study}: jobs still to run, and what they will take"
    yield ""
    yield from aligned(
        [list(COLUMNS.values()), ["", "", "", "h", "h", "h", "GB", "GB", "GB", ""]]
        + [[_cell(column, row, room) for column in COLUMNS] for row in costs.to_dict("records")]
    )
    yield ""
    whole = costs.iloc[-1]
    if whole["jobs_to_run"]:
        least = "at least " if whole["unmeasured"] else "about "
        yield f"On {_room(plan.room)} the run takes {least}{clock(seconds)} from start to end."
    if SHIPPED in whole["source"]:
        yield (
            f"Hours scaled from {SHIPPED!r} follow from the demo's jobs on {machine()}: another"
            " machine may need half or twice as long. After a run, the study's own hours are used."
        )
    if whole["unmeasured"]:
        yield (
            f"≥: {whole['unmeasured']} of {whole['jobs_to_run']} jobs are of a kind that was never"
            " measured; their time is not in the hours."
        )
        if f"{NO_MEASUREMENT} on a GPU" in whole["source"]:
            yield (
                "Some of these were measured on CPUs, and ask for a GPU here: where there is none,"
                " name the profile that says so, as --profile profiles/local."
            )
        if not others:
            yield "To use the measurements of another study: --past logs/<study>."
    yield (
        "Hours are sums over jobs, as if they ran one after the other, on the measured machine."
        f" Scaled ones grow with {words.examples}, {words.places}, {words.features}, epochs and"
        " evaluations (docs/costs.md). The start of a job is scaled too, so hours scaled by ×10 or"
        " more are too high."
    )
    yield (
        f"peak: largest memory measured for such {words.examples} and {words.features}. asked:"
        " memory that the largest job asks for; unknown while the files that set it are missing."
    )
    for stage, disk in room.items():
        whole_gb = _number(disk.whole / 1e9)
        yield f"disk of {stage}: {disk.source}. In all, when made: {whole_gb} GB."
    yield "Other files (models, tables, figures, simulated raw data) are not counted in disk."
    for fold in plan.expected:
        cells = plan.facts.cells[fold]
        told = ", ".join(f"{count:,} {split}" for split, count in cells.items())
        yield (
            f"{capital(words.examples)} of fold {fold} are not split yet: {told} are expected, as"
            " if quality control removed none. Shards and maps are counted from that."
        )


def _room(room: Room) -> str:
    """Return in words what jobs run on."""
    if room.cores is not None:
        return f"{room.cores} {'core' if room.cores == 1 else 'cores'}"
    return f"a cluster, {room.jobs} jobs at a time," if room.jobs else "a cluster"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns aligned: first and last to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *numbers, last = row
        middle = [text.rjust(width) for text, width in zip(numbers, widths[1:-1], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *middle, last]).rstrip()


def _cell(column: str, row: Mapping[str, object], room: Mapping[str, Disk]) -> str:
    value = row[column]
    if isinstance(value, str):
        return value
    if column in ("jobs_to_run", "jobs"):
        return f"{value:,}"
    at_least = column in ("wall_hours", "cpu_hours", "gpu_hours") and row["unmeasured"]
    if column == "disk_gb" and row["stage"] == "all":
        at_least = any(pd.isna(disk.to_write) for disk in room.values())
    text = _number(float(value))  # type: ignore[arg-type]
    return f"≥{text}" if at_least and text != MISSING else text


def _number(value: float) -> str:
    """Return a number with the digits that an estimate bears."""
    if pd.isna(value):
        return MISSING
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"
