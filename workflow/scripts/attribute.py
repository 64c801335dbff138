"""Explain one model's predictions of the cells of one shard."""

from nascent.attribute.stage import Explanation, attribute_shard
from nascent.network_jobs import network_job
from nascent.reader import read_reader

with network_job(snakemake, stage="attribute") as work:
    params, given = snakemake.params, snakemake.input
    attribute_shard(
        given.model,
        given.shard,
        snakemake.output[0],
        reader=read_reader(given.reader),
        how=Explanation(
            params.method, params.options, params.seed, params.read_out, params.precision
        ),
        training_paths=given.get("training", []),
        state_dir=params.state,
        record=work.record,
    )
