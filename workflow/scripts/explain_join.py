"""The tables of one check, an explanation each -> one table."""

from nascent.explain.join import join_tables
from nascent.jobs import job

with job("explain", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params):
    out = snakemake.output[0]
    join_tables(snakemake.input, snakemake.params.explained, out)
