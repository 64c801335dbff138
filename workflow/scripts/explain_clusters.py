"""Maps -> which channels have maps alike, and how stable their groups are."""

from nascent.explain.clusters_stage import write_clusters
from nascent.explain.readouts import Sources
from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.normalise import Normaliser

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    normaliser = Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise)
    write_clusters(
        Sources(given.maps, given.shards, given.cells, normaliser),
        snakemake.output.clusters,
        snakemake.output.distances,
        split=params.split,
        **params.options,
        confidence=params.confidence,
        draws=params.bootstrap,
        seed=params.seed,
    )
