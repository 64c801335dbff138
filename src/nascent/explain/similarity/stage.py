"""Maps and shards to the table of the images the maps look like."""

import logging
from pathlib import Path

import pandas as pd

from nascent.explain.reading.readouts import Sources, of_split
from nascent.explain.similarity import table as similarity
from nascent.explain.statistics.exchange import rings
from nascent.files import write_table
from nascent.kind import with_article
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)


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
    table = pd.DataFrame(columns=similarity.SIMILARITY)
    if sources.axes() == "feature":
        _LOGGER.info(
            f"maps of one number {with_article(spoken().feature)} look like no image: no rows"
        )
    else:
        ids = sources.ids()
        others = rings(len(ids), exchanges, seed, sources.groups())
        with sources.reader(exchanges + 1) as cells:
            compared = similarity.compare(cells, ids, others, bins=bins)
        table = similarity.similarity_table(
            compared,
            sources.told(),
            sources.channels(),
            sources.features(),
            confidence=confidence,
        )
    write_table(of_split(table, split), out)
