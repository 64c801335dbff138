"""Predict every cell with one trained model, measure it, and take its control."""

from nascent.evaluate.controls import model_controls
from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames
from nascent.files import write_table
from nascent.jobs import check
from nascent.network_jobs import network_job
from nascent.reader import read_reader
from nascent.shards.plan import all_shards, shards_of
from nascent.train.models import load_model

with network_job(snakemake) as work:
    params, given, wildcards = snakemake.params, snakemake.input, snakemake.wildcards
    check(all_shards(given.shards))
    model, reader = load_model(given.model), read_reader(given.reader)
    how = {"batch_size": params.batch_size, "prediction": params.prediction}
    predictions = predict(
        model,
        {split: shards_of(given.shards, split) for split in ("train", "val", "test")},
        reader,
        answers=Answers(reader.columns, reader.task, reader.levels, reader.loss),
        run=RunNames(params.design, wildcards.fold, wildcards.model, work.seed),
        **how,
    )
    controls = model_controls(
        model,
        {"test": shards_of(given.shards, "test")},
        reader,
        as_trained=predictions,
        task=reader.task,
        levels=reader.levels,
        loss=reader.loss,
        **how,
    )
    made = snakemake.output
    write_table(predictions, made.predictions)
    write_table(metrics_table(predictions, task=reader.task), made.metrics)
    write_table(controls, made.controls)
