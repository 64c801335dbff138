"""A retrained model -> its predictions of the test cells, degraded as those it learnt from."""

from nascent import provenance
from nascent.evaluate.predict import predict
from nascent.explain.roar_predictions import told_apart
from nascent.files import read_table, write_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import shards_of
from nascent.train import backend
from nascent.train.models import load_model

with job_log(snakemake.log[0]):
    params, given, wildcards = snakemake.params, snakemake.input, snakemake.wildcards
    backend.use_threads(snakemake.threads)
    how = {"batch_size": params.batch_size, "prediction": params.prediction}
    table = predict(
        load_model(given.model),
        {"test": shards_of(given.shards, "test")},
        Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise),
        targets=params.targets,
        design=params.design,
        fold=params.fold,
        name=wildcards.model,
        seed=int(wildcards.seed),
        removal=given.removal,
        **how,
    )
    # Of several targets the maps explain the first.
    table = told_apart(
        table,
        target=params.targets[0],
        order=wildcards.order,
        fraction=float(wildcards.fraction),
        removal=given.removal,
    )
    config = {"inputs": params.inputs, "normalise": params.normalise, **how}
    record = provenance.record(
        "explain", config, seed=int(wildcards.seed), inputs=dict(given.items())
    )
    write_table(table, snakemake.output[0])
    provenance.write(snakemake.output[0], record)
