"""Predictions and controls of every model, fold and seed -> one table of each, and of metrics."""

from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.tables import CONTROLS, PREDICTIONS, gather
from nascent.files import write_table
from nascent.jobs import job

with job(snakemake):
    given, made = snakemake.input, snakemake.output
    predictions = gather(given.predictions, PREDICTIONS)
    write_table(predictions, made.predictions)
    write_table(metrics_table(predictions), made.metrics)
    write_table(gather(given.controls, CONTROLS), made.controls)
