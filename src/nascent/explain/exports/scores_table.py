"""The channel scores of a whole study as one tidy table: Parquet, a row a number."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from nascent.explain.exports.h5ad import read_h5ad
from nascent.explain.exports.scores import STATISTICS, ChannelScores
from nascent.files import written

SCORES = ("model", "seed", "method", "split", "id", "input", "channel", "statistic", "value")
"""Columns of the table."""

PROVENANCE = "nascent"
"""Key of the provenance record in the file's metadata."""


def tidy(scores: ChannelScores) -> pl.DataFrame:
    """Return one explanation as rows, in the order of examples, channels and statistics."""
    cells, channels, statistics = len(scores.cells), len(scores.channels), len(STATISTICS)
    values = np.stack([scores.values[name] for name in STATISTICS], axis=-1)
    each = channels * statistics
    by_channel, by_input = (
        np.repeat(np.array(names, object), statistics) for names in (scores.channels, scores.inputs)
    )
    split = np.repeat(scores.cells["split"].to_numpy(object), each)
    return pl.DataFrame(
        {
            "model": pl.repeat(scores.facts["model"], cells * each, eager=True),
            "seed": pl.repeat(scores.facts["seed"], cells * each, dtype=pl.Int64, eager=True),
            "method": pl.repeat(scores.facts["method"], cells * each, eager=True),
            "split": pl.Series(split, dtype=pl.String),
            "id": pl.Series(np.repeat(scores.cells.index.to_numpy(), each).tolist()),
            "input": pl.Series(np.tile(by_input, cells), dtype=pl.String),
            "channel": pl.Series(np.tile(by_channel, cells), dtype=pl.String),
            "statistic": pl.Series(list(STATISTICS) * (cells * channels), dtype=pl.String),
            "value": values.ravel(),
        }
    )


def write_scores_table(
    h5ad_paths: Sequence[str | Path],
    path: str | Path,
    *,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the scores of every explanation of a study, one in memory at a time.

    A study that explains nothing has a table without rows. The provenance record is in the file's
    metadata, under `nascent`.
    """
    metadata = {PROVENANCE: json.dumps(record or {}, sort_keys=True)}
    with written(path) as beside, TemporaryDirectory(dir=beside.parent, prefix=".") as folder:
        parts = []
        for number, source in enumerate(h5ad_paths):
            rows = tidy(read_h5ad(source))
            if len(rows):
                parts.append(Path(folder) / f"{number:06d}.parquet")
                rows.write_parquet(parts[-1])
        table = pl.scan_parquet(parts) if parts else empty().lazy()
        table.sink_parquet(beside, metadata=metadata)


def empty() -> pl.DataFrame:
    """Return the table of a study that explains nothing."""
    kinds = dict.fromkeys(SCORES, pl.String) | {"seed": pl.Int64, "value": pl.Float64}
    return pl.DataFrame(schema=kinds | {"id": pl.Int64})
