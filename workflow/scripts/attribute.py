"""Explain one model's predictions of the cells of one shard."""

from nascent import provenance
from nascent.attribute.stage import attribute_shard
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.train import backend

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    backend.use_threads(snakemake.threads)
    # The code is part of the record: maps begun by other code are not gone on with.
    config = {
        "method": params.method,
        "options": params.options,
        "inputs": params.inputs,
        "normalise": params.normalise,
        "code": params.code,
    }
    attribute_shard(
        given.model,
        given.shard,
        snakemake.output[0],
        normaliser=Normaliser.from_table(
            read_table(given.channels), params.inputs, params.normalise
        ),
        method=params.method,
        options=params.options,
        seed=params.seed,
        target=params.target,
        precision=params.precision,
        training_paths=given.get("training", []),
        state_dir=params.state,
        record=provenance.record("attribute", config, seed=params.seed),
    )
