"""Benchmark files of jobs -> one table, a row a job: what it took, and what it had asked for."""

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.usage import used_by_job

BENCHMARKS = (
    "rule",
    "wildcards",
    "seconds",
    "cpu_seconds",
    "peak_mb",
    "threads",
    "mem_mb",
    "gpu",
)
"""Columns of the table; `wildcards` is a dict; what nobody measured or told is missing."""

Told = tuple[str, dict[str, str]]  # rule, wildcards
Attributed = Callable[[str, Mapping[str, str]], Told | None]


def read_benchmarks(folder: str | Path, attributed: Attributed) -> pd.DataFrame:
    """Return the benchmarks below a folder, by path; of a job that was repeated the last.

    Parameters
    ----------
    folder
        Of the logs of a study. Where there is none, the table is empty.
    attributed
        (path within the folder, fields of the file) → rule and wildcards of the job that wrote the
        file; None for a file that is no benchmark, or not one of a job that counts.

    Returns
    -------
    pandas.DataFrame
        The columns of `BENCHMARKS`. `seconds` and `cpu_seconds` in s, `peak_mb` and `mem_mb` in MB.
        A peak and a CPU time are the larger of two: that of Snakemake, which looks now and then,
        and that which the job's log, beside the benchmark, tells of its own process.
    """
    folder = Path(folder)
    rows = []
    for path in sorted(folder.rglob("*.tsv")):
        fields = fields_of(path)
        name = path.relative_to(folder).as_posix()
        told = attributed(name, fields) if "s" in fields else None
        if told is None:
            continue
        asked = _literal(fields.get("resources"), {})
        peak_mb, cpu_seconds = used_by_job(path.with_suffix(".log"))
        rows.append(
            {
                "rule": told[0],
                "wildcards": told[1],
                "seconds": _number(fields["s"]),
                "cpu_seconds": np.fmax(_number(fields.get("cpu_time")), cpu_seconds),
                "peak_mb": np.fmax(_number(fields.get("max_rss")), peak_mb),
                "threads": _number(fields.get("threads")),
                "mem_mb": _number(asked.get("mem_mb")),
                # A job that asked for anything, but not for a GPU, had none.
                "gpu": _number(asked.get("gpu", 0)) if asked else float("nan"),
            }
        )
    return pd.DataFrame(rows, columns=list(BENCHMARKS))


def fields_of(path: str | Path) -> dict[str, str]:
    """Return the last row of a benchmark file, column → text; empty for any other file."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return {}
    if len(lines) < 2 or not lines[0].startswith("s\th:m:s\t"):
        return {}
    header, last = lines[0].split("\t"), lines[-1].split("\t")
    return dict(zip(header, last, strict=True)) if len(header) == len(last) else {}


def by_patterns(patterns: Mapping[str, str]) -> Attributed:
    """Attribute files by the paths that the rules of a study give their benchmarks.

    Parameters
    ----------
    patterns
        Rule → regular expression of the whole path within the folder, a named group a wildcard.
    """
    compiled = {rule: re.compile(pattern) for rule, pattern in patterns.items()}

    def attributed(name: str, fields: Mapping[str, str]) -> Told | None:
        for rule, pattern in compiled.items():
            if found := pattern.fullmatch(name):
                return rule, found.groupdict()
        return None

    return attributed


def by_own_words(name: str, fields: Mapping[str, str]) -> Told | None:
    """Attribute files by what stands in them; those that do not name their rule are left out."""
    wildcards = _literal(fields.get("wildcards"), None)
    if wildcards is None or "rule_name" not in fields:
        return None
    return fields["rule_name"], {key: str(value) for key, value in wildcards.items()}


def _literal(text: str | None, otherwise: Any) -> Any:
    if text is None:
        return otherwise
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return otherwise
    return found if isinstance(found, dict) else otherwise


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        # `NA` of a job too short to be sampled, or a resource told only later.
        return float("nan")
