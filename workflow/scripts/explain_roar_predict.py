"""A retrained model -> its predictions of the test cells, degraded as those it learnt from."""

from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames
from nascent.explain.roar.predictions import told_apart
from nascent.files import write_table
from nascent.jobs import check
from nascent.network_jobs import network_job
from nascent.reader import read_reader
from nascent.shards.plan import all_shards, shards_of
from nascent.train.models import load_model

with network_job(snakemake) as work:
    params, given, wildcards = snakemake.params, snakemake.input, snakemake.wildcards
    check(all_shards(given.shards))
    reader = read_reader(given.reader)
    table = predict(
        load_model(given.model),
        {"test": shards_of(given.shards, "test")},
        reader,
        answers=Answers(reader.columns, reader.task, reader.levels, reader.loss),
        run=RunNames(params.design, params.fold, wildcards.model, work.seed),
        batch_size=params.batch_size,
        prediction=params.prediction,
        removal=given.removal,
    )
    # Of several targets the maps explain the first.
    table = told_apart(
        table,
        target=reader.columns[0],
        order=wildcards.order,
        fraction=float(wildcards.fraction),
        removal=given.removal,
    )
    write_table(table, snakemake.output[0])
