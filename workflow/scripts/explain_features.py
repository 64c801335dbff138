"""A model and its explained cells -> which of its pooled features lie in the cell."""

from nascent.explain.attention.features import check_features
from nascent.network_jobs import network_job
from nascent.reader import read_reader

with network_job(snakemake) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    check_features(
        given.model,
        given.shards,
        read_reader(given.reader),
        out=made.table,
        cells_out=made.cells,
        confidence=params.confidence,
    )
