"""A model and its explained cells -> which of its pooled features lie in the nucleus."""

from nascent.explain.feature_attention import check_features
from nascent.files import read_table
from nascent.network_jobs import network_job
from nascent.shards.normalise import Normaliser

with network_job(snakemake) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    check_features(
        given.model,
        given.shards,
        Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise),
        out=made.table,
        cells_out=made.cells,
        confidence=params.confidence,
    )
