"""Measurements that are shipped with the code: what the jobs of the demo took on one machine.

They let a plan tell hours before anything has run. Another machine is faster or slower, and a study
of another size scales them: measurements of the study itself, and of others, are asked first.
"""

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.costs.benchmarks import BENCHMARKS
from nascent.costs.estimate import Past
from nascent.costs.facts import Facts, facts_of
from nascent.resources.reading import resource_text

SHIPPED = "shipped"
"""The past of the measurements that come with the code."""


def reference() -> Past:
    """Return what the jobs of the demo took, as it was shipped."""
    table = pd.read_csv(StringIO(resource_text("costs/reference.tsv")), sep="\t")
    table["wildcards"] = table["wildcards"].map(json.loads)
    return Past(SHIPPED, table[list(BENCHMARKS)], facts_of(_told()["facts"]))


def machine() -> str:
    """Return in words what the shipped measurements were made with, such as its processor."""
    return _told()["machine"]


def write_reference(
    folder: str | Path, benchmarks: pd.DataFrame, facts: Facts, machine: str
) -> None:
    """Write measurements as they are shipped: `reference.tsv` and `reference.json`.

    Parameters
    ----------
    folder
        Where to.
    benchmarks
        As `nascent.costs.benchmarks.read_benchmarks` returns it.
    facts
        How large the study was.
    machine
        What it ran on, in words.
    """
    folder = Path(folder)
    table = benchmarks.assign(
        wildcards=[json.dumps(dict(own), sort_keys=True) for own in benchmarks["wildcards"]]
    )
    table.sort_values(["rule", "wildcards"]).to_csv(
        folder / "reference.tsv", sep="\t", index=False, float_format="%.6g"
    )
    told = {"machine": machine, "facts": facts.plain()}
    folder.joinpath("reference.json").write_text(
        json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


def _told() -> Mapping[str, Any]:
    return json.loads(resource_text("costs/reference.json"))
