"""A model and its explained cells -> which of its pooled features lie in the nucleus."""

from nascent.explain.feature_attention import check_features
from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.normalise import Normaliser
from nascent.train import backend

with job(
    "explain",
    snakemake.log[0],
    snakemake.input,
    snakemake.output,
    snakemake.params,
    resources=snakemake.resources,
) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    work.computed = backend.prepare(
        work.devices,
        threads=snakemake.threads,
        seed=params.seed,
        deterministic=params.deterministic,
    )
    check_features(
        given.model,
        given.shards,
        Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise),
        out=made.table,
        cells_out=made.cells,
        confidence=params.confidence,
    )
