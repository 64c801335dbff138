"""Channel scores of every model and method -> one tidy table, as Parquet."""

from nascent import provenance
from nascent.explain.scores_table import write_scores_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    record = provenance.record("explain", {}, inputs={path: path for path in snakemake.input})
    write_scores_table(snakemake.input, snakemake.output[0], record=record)
