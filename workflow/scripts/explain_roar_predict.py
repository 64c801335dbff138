"""A retrained model -> its predictions of the test cells, degraded as those it learnt from."""

from nascent import provenance
from nascent.evaluate.predict import predict
from nascent.files import read_table, write_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import shards_of
from nascent.shards.removal_file import zero_maps
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
    table = table[table["target"] == params.targets[0]].assign(
        order=wildcards.order,
        fraction=float(wildcards.fraction),
        zero_cells=zero_maps(given.removal, table["cell_id"].unique()),
    )
    config = {"inputs": params.inputs, "normalise": params.normalise, **how}
    record = provenance.record(
        "explain", config, seed=int(wildcards.seed), inputs=dict(given.items())
    )
    write_table(table, snakemake.output[0])
    provenance.write(snakemake.output[0], record)
