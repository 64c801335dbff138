"""Maps and images -> which images the maps of each channel look like."""

from nascent.explain.readouts import Sources
from nascent.explain.similarity_stage import write_similarity
from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.normalise import Normaliser

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    normaliser = Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise)
    write_similarity(
        Sources(given.maps, given.shards, given.cells, normaliser),
        snakemake.output[0],
        split=params.split,
        **params.options,
        confidence=params.confidence,
        seed=params.seed,
    )
