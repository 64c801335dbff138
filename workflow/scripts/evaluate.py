"""Predict every cell with one trained model, and measure it."""

from nascent import kinds, provenance
from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.predict import predict
from nascent.files import read_table, write_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.train import backend
from nascent.train.data import shards_of
from nascent.train.models import load_model

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    backend.use_threads(snakemake.threads)
    predictions = predict(
        load_model(given.model),
        {split: shards_of(given.shards, split) for split in ("train", "val", "test")},
        Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise),
        target=kinds.get(params.kind).target,
        name=snakemake.wildcards.model,
        seed=int(snakemake.wildcards.seed),
        batch_size=params.batch_size,
    )
    write_table(predictions, snakemake.output.predictions)
    write_table(metrics_table(predictions), snakemake.output.metrics)
    config = {"inputs": params.inputs, "normalise": params.normalise}
    record = provenance.record("evaluate", config, inputs=dict(given.items()))
    for path in snakemake.output:
        provenance.write(path, record)
