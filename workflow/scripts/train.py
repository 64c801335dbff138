"""Train one model with one seed."""

from nascent import kinds, provenance
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.train.fit import train_model

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    seed = int(snakemake.wildcards.seed)
    config = {
        "model": params.options,
        "inputs": params.inputs,
        "normalise": params.normalise,
        "code": params.code,
    }
    train_model(
        manifest=given.shards,
        normaliser=Normaliser.from_table(
            read_table(given.channels), params.inputs, params.normalise
        ),
        target_column=kinds.get(params.kind).target,
        seed=seed,
        threads=snakemake.threads,
        state_dir=params.state,
        model_path=snakemake.output.model,
        history_path=snakemake.output.history,
        card_path=snakemake.output.card,
        record=provenance.record("train", config, seed=seed, inputs=dict(given.items())),
        **params.options,
    )
