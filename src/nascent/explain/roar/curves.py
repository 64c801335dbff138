"""How much worse a model does that was retrained without the entries a method ranks first.

Remove and retrain (Hooker, Erhan, Kindermans & Kim, NeurIPS 2019): if a ranking finds what a model
needs, a model trained from the start on crops without the first entries of that ranking is worse
than one trained without as many random entries. The random order is what a ranking has to beat:
retraining also learns from *where* entries are missing, and crops hold much of what they say twice.

**Difference.** The skill of the retrained model (R², of classes the Brier skill) by the method's
order, less that by the random order, over the same test examples degraded each in its way; below 0
the method's order costs more. Intervals are those of `nascent.evaluate.resampled`. With the seed
`each` the metrics are means over seeds, and the intervals hold how much the seeds differ, the same
ones for both orders. With the fraction `all` they are means over the fractions, which is the one
row to decide by: each fraction has a verdict of its own, and none is corrected for how many there
are.

**Verdict**, by the rule of `nascent.evaluate.compare`: "removes more than random" where the
intervals over examples and over groups lie below 0; "does not remove more" where both lie at or
above 0; else "cannot tell", of too few groups with their number. With one seed nothing in the
interval says how much a retraining differs from the next.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.compare import BEATS, LOSES, verdict
from nascent.evaluate.held_out import held_out
from nascent.evaluate.resampled import EACH, Limits, Resampled, Sources, resample
from nascent.files import read_table, write_table
from nascent.shards.removal import RANDOM
from nascent.statistics.combined import of_repeats
from nascent.task import REGRESSION

ATTRIBUTION, NONE = "attribution", "none"
ALL = "all"
"""Stands for the fraction where metrics are means over the fractions."""

VERDICTS = {
    BEATS: "removes more than random",
    LOSES: "does not remove more",
}
SKILL, ERROR = "skill", "error"
MEASURES = (SKILL, ERROR)
"""Columns of two metrics of the task: its skill, and the error that training follows."""

ENDS = ("", "_low", "_high", "_low_groups", "_high_groups")

ROAR = (
    "model",
    "seed",
    "method",
    "order",
    "rank",
    "fraction",
    "cells",
    "groups",
    "zero_cells",
    *(f"{measure}{end}" for measure in (*MEASURES, "difference") for end in ENDS),
    "verdict",
)
"""Columns of `explain/roar.tsv`."""


def roar_table(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    rank: str,
    confidence: float,
    draws: int,
    seed: int,
    task: str = REGRESSION,
) -> pd.DataFrame:
    """Return how good retrained models are, by model, seed, method, order and fraction.

    Parameters
    ----------
    predictions
        Of the test examples, for the one target that is explained: the columns of
        `nascent.evaluate.tables.predictions_columns`, and `order` (a method, or `random`),
        `fraction` and `zero_cells`. With the order `none` and the fraction 0 those of the models
        themselves.
    cells
        The study's table of examples; its index is `id`.
    rank
        What was ranked, `entries` or `pixels`; for the table.
    confidence, draws, seed
        Of the bootstrap.
    task
        Name of what is predicted.

    Returns
    -------
    pandas.DataFrame
        The columns ROAR. A row a model, seed, method, order (`attribution` or `random`; `none` with
        the fraction 0) and fraction, `all` among these; a model's random orders stand again with
        each method. Differences, of skill, and verdicts stand with the order `attribution`. Where a
        model has several seeds, rows with the seed `each` follow.

    Raises
    ------
    TrainError
        Where predictions do not fit together, see `nascent.evaluate.held_out.held_out`, or those of
        an order, fraction and seed are missing.
    """
    rows: list[dict[str, Any]] = []
    for model, runs in predictions.groupby("model", sort=False):
        names = [run_name(*run) for run in runs[["order", "fraction"]].itertuples(index=False)]
        (held,) = held_out(runs.assign(model=names), cells, task=task)
        measures = {SKILL: held.task.skill_metric, ERROR: held.task.learning}
        resampled = resample(held, draws=draws, seed=seed)
        rows.extend(_of_model(_Measured(str(model), resampled, confidence, measures), runs))
    return pd.DataFrame(rows, columns=list(ROAR)).assign(rank=rank)


def write_roar(
    prediction_paths: Sequence[str | Path],
    whole_paths: Sequence[str | Path],
    cells_path: str | Path,
    out: str | Path,
    *,
    rank: str,
    confidence: float,
    draws: int,
    seed: int,
    task: str = REGRESSION,
) -> None:
    """Write the table of a study's retrained models, see `roar_table`.

    Parameters
    ----------
    prediction_paths
        Predictions of the retrained models.
    whole_paths
        Predictions of the models themselves, as the stage `evaluate` writes them; of several
        targets the one that retraining predicts counts.
    cells_path
        The study's table of examples.
    out
        Of the table.
    rank, confidence, draws, seed, task
        See `roar_table`.
    """
    retrained = [read_table(path) for path in prediction_paths]
    targets = pd.concat(retrained)["target"].unique() if retrained else []
    whole = [
        table[(table["split"] == "test") & table["target"].isin(targets)].assign(
            order=NONE, fraction=0.0, zero_cells=0
        )
        for table in map(read_table, whole_paths)
    ]
    predictions = pd.concat([*whole, *retrained], ignore_index=True)
    cells = read_table(cells_path, required=["id"]).set_index("id")
    how = {"rank": rank, "confidence": confidence, "draws": draws, "seed": seed, "task": task}
    write_table(roar_table(predictions, cells, **how), out)


@dataclass(frozen=True)
class _Measured:
    """The metrics of one model's runs, as they are and resampled; `MEASURES` → metric."""

    model: str
    resampled: Resampled
    confidence: float
    metrics: Mapping[str, str]

    def columns(self, order: str, fractions: Sequence[float], seeds: Sequence[int]) -> np.ndarray:
        """Return the places (seeds, fractions) of runs among the metrics."""
        known = self.resampled.columns
        for fraction in fractions:
            for seed in seeds:
                if (run_name(order, fraction), str(seed)) not in known:
                    raise TrainError(
                        f"{self.model}, seed {seed}, was not retrained without {fraction:g} of its"
                        f" entries in the order {order!r}",
                        mend="Retrain every order at every fraction with every seed.",
                    )
        return np.array(
            [[known[run_name(order, part), str(seed)] for part in fractions] for seed in seeds]
        )

    def limits(self, measure: str, columns: np.ndarray, others: np.ndarray | None) -> Limits:
        """Return a mean over runs, less that over others; limits over examples and groups."""
        metric = self.metrics[measure]
        value, cells, groups = (
            _by_seed(array[metric], columns, others)
            for array in (self.resampled.value, self.resampled.cells, self.resampled.groups)
        )
        repeats = [of_repeats(value, confidence=self.confidence)]
        return self.resampled.limits_of(
            metric,
            float(value.mean()),
            Sources(cells.mean(axis=-1), groups.mean(axis=-1), repeats),
            difference=others is not None,
            confidence=self.confidence,
        )


def _by_seed(values: np.ndarray, columns: np.ndarray, others: np.ndarray | None) -> np.ndarray:
    """Return (..., seeds): the mean over fractions of (..., K) values, less that of the others."""
    found = values[..., columns].mean(axis=-1)
    return found if others is None else found - values[..., others].mean(axis=-1)


def run_name(order: str, fraction: float) -> str:
    """Return the name under which a model that was retrained in an order is measured."""
    return f"{order} {float(fraction)!r}"


def _of_model(measured: _Measured, runs: pd.DataFrame) -> Iterator[dict[str, Any]]:
    seeds = sorted(int(number) for number in runs["seed"].unique())
    methods = [order for order in runs["order"].unique() if order not in (NONE, RANDOM)]
    fractions = sorted({float(part) for part in runs["fraction"]} - {0.0})
    groups = [(str(one), [one]) for one in seeds] + ([(EACH, seeds)] if len(seeds) > 1 else [])
    for label, some in groups:
        for method in methods:
            zero = runs.loc[(runs["order"] == method) & runs["seed"].isin(some), "zero_cells"].max()
            known = {
                "model": measured.model,
                "seed": label,
                "method": method,
                "cells": measured.resampled.n,
                "groups": measured.resampled.groups_n,
                "zero_cells": 0,
            }
            yield known | {"order": NONE, "fraction": "0.0"} | _row(measured, (NONE, [0.0], some))
            for told, parts in [*((repr(part), [part]) for part in fractions), (ALL, fractions)]:
                by_map, by_chance = (method, parts, some), (RANDOM, parts, some)
                yield (
                    known
                    | {"order": ATTRIBUTION, "fraction": told, "zero_cells": int(zero)}
                    | _row(measured, by_map)
                    | _against(measured, by_map, by_chance)
                )
                yield known | {"order": RANDOM, "fraction": told} | _row(measured, by_chance)


def _row(measured: _Measured, runs: tuple[str, list[float], list[int]]) -> dict[str, float]:
    columns = measured.columns(*runs)
    return {
        key: number
        for measure in MEASURES
        for key, number in _named(measure, measured.limits(measure, columns, None)).items()
    }


def _named(measure: str, limits: Limits) -> dict[str, float]:
    return {
        f"{measure}{end}": number
        for end, number in zip(ENDS, dataclasses.astuple(limits), strict=True)
    }


def _against(
    measured: _Measured,
    runs: tuple[str, list[float], list[int]],
    others: tuple[str, list[float], list[int]],
) -> dict[str, float | str]:
    found = measured.limits(SKILL, measured.columns(*runs), measured.columns(*others))
    words = verdict(found, measured.resampled.groups_n)
    return _named("difference", found) | {"verdict": VERDICTS.get(words, words)}
