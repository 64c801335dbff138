"""A model and its explained cells -> which of its pooled features lie in the nucleus."""

from nascent import provenance
from nascent.explain.feature_attention import check_features
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.train import backend

with job_log(snakemake.log[0]):
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    backend.use_threads(snakemake.threads)
    check_features(
        given.model,
        given.shards,
        Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise),
        out=made.table,
        cells_out=made.cells,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
    config = {"confidence": params.confidence, "bootstrap": params.draws}
    record = provenance.record("explain", config, seed=params.seed)
    for path in made:
        provenance.write(path, record)
