"""Maps and shards to the table of the images the maps look like."""

from pathlib import Path

import pandas as pd

from nascent.explain.reading.readouts import Sources, write_read_out
from nascent.explain.similarity import table as similarity


def write_similarity(
    sources: Sources,
    out: str | Path,
    *,
    split: str,
    exchanges: int,
    bins: int,
    confidence: float,
    seed: int,
) -> None:
    """Write which images the maps look like; no rows for maps without pixels.

    Parameters
    ----------
    sources
        Files of the examples, all of one split.
    out
        The table: `split` and the columns of `nascent.explain.similarity.table.SIMILARITY`.
    split
        Name of the split.
    exchanges, bins, confidence, seed
        See `nascent.explain.similarity.table`.
    """

    def read_out() -> pd.DataFrame:
        ids, others = sources.exchanged(exchanges, seed)
        with sources.reader(exchanges + 1) as cells:
            compared = similarity.compare(cells, ids, others, bins=bins)
        return similarity.similarity_table(
            compared,
            sources.strata_table(),
            sources.channels(),
            sources.features(),
            confidence=confidence,
        )

    columns = similarity.SIMILARITY
    write_read_out(
        sources, out, read_out, split=split, columns=columns, otherwise="look like no image"
    )
