"""Explain one model's predictions of the cells of one shard."""

from nascent.attribute.stage import attribute_shard
from nascent.files import read_table
from nascent.network_jobs import network_job
from nascent.shards.normalise import Normaliser

with network_job(snakemake, stage="attribute") as work:
    params, given = snakemake.params, snakemake.input
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
        record=work.record,
    )
