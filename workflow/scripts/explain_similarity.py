"""Maps and images -> which images the maps of each channel look like."""

from nascent.explain.reading.readouts import Sources
from nascent.explain.similarity.stage import write_similarity
from nascent.jobs import job
from nascent.reader import read_reader

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    write_similarity(
        Sources(given.maps, given.shards, given.cells, read_reader(given.reader)),
        snakemake.output[0],
        split=params.split,
        **params.options,
        confidence=params.confidence,
        seed=params.seed,
    )
