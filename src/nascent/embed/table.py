"""Vectors of examples on disk: a Parquet file, a row an example, its record in the metadata."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from nascent.errors import StoreError
from nascent.files import written

PROVENANCE = "nascent"
"""Key of the provenance record in the file's metadata."""

KNOWN = ("id", "split", "group")
"""Columns before those of the vector, `embedding_0` to `embedding_<d − 1>`, float32."""

VALUE = "embedding_"


def write_embeddings(
    vectors: pd.DataFrame, path: str | Path, *, record: Mapping[str, Any] | None = None
) -> None:
    """Write vectors of examples.

    Parameters
    ----------
    vectors
        See `nascent.embed.vectors.embed`.
    path
        Of the file.
    record
        Of provenance, which the file holds under `nascent`.
    """
    columns = {
        "id": pl.Series(vectors.index.tolist()),
        "split": pl.Series(vectors["split"].tolist(), dtype=pl.String),
        "group": pl.Series(vectors["group"].tolist(), dtype=pl.String),
    }
    numbers = [name for name in vectors.columns if name not in KNOWN]
    columns |= {f"{VALUE}{name}": pl.Series(vectors[name].to_numpy("f4")) for name in numbers}
    metadata = {PROVENANCE: json.dumps(record or {}, sort_keys=True)}
    with written(path) as beside:
        pl.DataFrame(columns).write_parquet(beside, metadata=metadata)


def read_embeddings(path: str | Path) -> pd.DataFrame:
    """Read vectors of examples.

    Returns
    -------
    pandas.DataFrame
        Index `id`; columns `split`, `group` and 0 … d − 1, float32.

    Raises
    ------
    StoreError
        Where the file is missing, or holds no embeddings.
    """
    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreError(
            f"the embeddings cannot be read ({error})", where=path, mend="Run the stage embed."
        ) from error
    if missing := set(KNOWN) - set(table.columns):
        raise StoreError(f"embeddings lack the column {sorted(missing)[0]!r}", where=path)
    frame = pd.DataFrame({name: table[name].to_numpy() for name in table.columns}).set_index("id")
    names = [name for name in frame.columns if name.startswith(VALUE)]
    return frame.rename(columns={name: int(name.removeprefix(VALUE)) for name in names})
