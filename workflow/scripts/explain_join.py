"""The tables of one check, an explanation each -> one table."""

from nascent.explain.join import join_tables
from nascent.jobs import job

with job(snakemake):
    out = snakemake.output[0]
    join_tables(snakemake.input, snakemake.params.explained, out)
