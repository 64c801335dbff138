"""Maps -> which channels have maps alike, and how stable their groups are."""

from nascent import provenance
from nascent.explain.clusters_stage import write_clusters
from nascent.explain.readouts import Sources
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser

with job_log(snakemake.log[0]):
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
    config = {
        "split": params.split,
        "clusters": params.options,
        "confidence": params.confidence,
        "bootstrap": params.bootstrap,
    }
    record = provenance.record("explain", config, seed=params.seed)
    for path in snakemake.output:
        provenance.write(path, record)
