"""Explain one model's predictions of the cells of one shard."""

from nascent.attribute.stage import attribute_shard
from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.normalise import Normaliser
from nascent.train import backend

with job(
    "attribute",
    snakemake.log[0],
    snakemake.input,
    snakemake.output,
    snakemake.params,
    resources=snakemake.resources,
) as work:
    params, given = snakemake.params, snakemake.input
    work.computed = backend.prepare(
        work.devices,
        threads=snakemake.threads,
        seed=params.seed,
        deterministic=params.deterministic,
    )
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
