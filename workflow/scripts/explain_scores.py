"""Channel scores of every model and method -> one tidy table, as Parquet."""

from nascent.explain.exports.scores_table import write_scores_table
from nascent.jobs import job

with job(snakemake) as work:
    write_scores_table(snakemake.input, snakemake.output[0], record=work.record)
