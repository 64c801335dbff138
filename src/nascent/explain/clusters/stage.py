"""Maps and shards to the tables of the channels whose maps are alike."""

import logging
from pathlib import Path

import pandas as pd

from nascent.explain.clusters import groups as clusters
from nascent.explain.clusters.correlations import correlate
from nascent.explain.reading.cells import choose_cells
from nascent.explain.reading.readouts import Sources, of_split
from nascent.files import write_table
from nascent.words import spoken

_LOGGER = logging.getLogger(__name__)


def write_clusters(
    sources: Sources,
    out: str | Path,
    distances_out: str | Path,
    *,
    split: str,
    smoothing: float,
    largest: int,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write which channels have maps alike, and their distances; no rows without such maps.

    Parameters
    ----------
    sources
        Files of the examples, all of one split.
    out, distances_out
        The tables: `split` and the columns of `nascent.explain.clusters.groups.CLUSTERS` and
        `DISTANCES`.
    split
        Name of the split.
    smoothing, largest, confidence, draws, seed
        See `nascent.explain.clusters.groups`.
    """
    table = pd.DataFrame(columns=clusters.CLUSTERS)
    distances = pd.DataFrame(columns=clusters.DISTANCES)
    if sources.axes() != "entry":
        _LOGGER.info(
            f"maps without {spoken().places} of each {spoken().feature} cannot be grouped: no rows"
        )
    else:
        ids = sources.ids()
        tested = frozenset(choose_cells(ids, clusters.TESTED, seed))
        found = correlate(sources.read(), sigma=smoothing, tested=tested)
        table, distances = clusters.cluster_channels(
            found,
            sources.channels(),
            sources.groups(),
            largest=largest,
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
    write_table(of_split(table, split), out)
    write_table(of_split(distances, split), distances_out)
