"""Predictions of one model and of the floors -> its rows of the comparison, with the verdict."""

from nascent.evaluate.stage import model_verdicts
from nascent.evaluate.tables import PREDICTED, gather
from nascent.files import read_table, write_table
from nascent.jobs import job

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    table = model_verdicts(
        gather(given.predictions, PREDICTED),
        read_table(given.cells, required=["id", "group"]).set_index("id"),
        floors=params.floors,
        draws=params.bootstrap,
        seed=params.seed,
        task=params.task,
    )
    write_table(table, snakemake.output[0])
