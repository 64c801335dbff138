"""Maps -> which channels have maps alike, and how stable their groups are."""

from nascent.explain.clusters.stage import write_clusters
from nascent.explain.reading.readouts import Sources
from nascent.jobs import job
from nascent.reader import read_reader

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    write_clusters(
        Sources(given.maps, given.shards, given.cells, read_reader(given.reader)),
        snakemake.output.clusters,
        snakemake.output.distances,
        split=params.split,
        **params.options,
        confidence=params.confidence,
        draws=params.bootstrap,
        seed=params.seed,
    )
