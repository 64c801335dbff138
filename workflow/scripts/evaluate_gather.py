"""Predictions and controls of every model, fold and seed -> one table of each, and of metrics."""

from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.tables import PREDICTED, controls_columns, gather
from nascent.files import write_table
from nascent.jobs import job
from nascent.task import task_of

with job(snakemake):
    given, made, task = snakemake.input, snakemake.output, snakemake.params.task
    predictions = gather(given.predictions, PREDICTED)
    write_table(predictions, made.predictions)
    write_table(metrics_table(predictions, task=task), made.metrics)
    write_table(gather(given.controls, controls_columns(task_of(task))), made.controls)
