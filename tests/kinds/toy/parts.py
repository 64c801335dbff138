"""The files of a study of toy genes, and what is known of the genes before the first job."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from nascent.kinds.toy.config import Study
from nascent.kinds.toy.genes import BESIDE, COLUMNS, LAYOUT, LETTERS, SEQUENCE

from nascent.examples import InputSpec, TargetSpec
from nascent.files import read_table
from nascent.kind import Columns

TABLES: Mapping[str, type] = {}
"""Toy genes need no table of a user."""


def parts(study: Study) -> pd.DataFrame:
    """Return the files of genes, a row a file."""
    names = [f"part{number}" for number in range(study.simulate.parts)]
    return pd.DataFrame({"number": range(len(names))}, index=pd.Index(names, name="part"))


def check(study: Study, parts: pd.DataFrame) -> None:
    """Find nothing to refuse: the files are simulated."""


def paths(study: Study, parts: pd.DataFrame) -> dict[str, str | None]:
    """Return no path: nothing is measured."""
    return {}


def features(study: Study, parts: pd.DataFrame) -> list[str]:
    """Return the names of all features: letters and columns."""
    return [*LETTERS, *COLUMNS]


def inputs(study: Study, features: Sequence[str]) -> tuple[InputSpec, ...]:
    """Return what models see of a gene: its sequence, and the columns."""
    return (SEQUENCE, BESIDE)


def targets(study: Study, levels: Sequence[str]) -> tuple[TargetSpec, ...]:
    """Return what models predict of a gene, as its store holds it."""
    return tuple(one for one in LAYOUT.targets if one.name == study.predicted)


def columns(study: Study, parts: pd.DataFrame, features: Sequence[str]) -> Columns:
    """Return the columns of the table of genes."""
    measured = ("target", *COLUMNS, *(f"mean_{name}" for name in features))
    return Columns(measured, {"chromosome": False, "state": False}, "the genes")


def counts(study: Study, parts: pd.DataFrame) -> dict[str, int]:
    """Return how many genes each file has."""
    return dict.fromkeys(parts.index, study.simulate.genes)


def counted(results: Path) -> dict[str, int]:
    """Return how many genes each file had, by the results of a study that has run."""
    table = read_table(results / "windows" / "quality.tsv", required=["part", "cells_in"])
    return dict(zip(table["part"], table["cells_in"].astype(int), strict=True))


def stored_bytes(study: Study, features: Sequence[str]) -> int:
    """Return the bytes of a gene in a store without compression."""
    return SEQUENCE.shape[0] * SEQUENCE.shape[1] + 8 * len(COLUMNS)
