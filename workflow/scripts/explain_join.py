"""The tables of one check, an explanation each -> one table."""

from nascent import provenance
from nascent.explain.join import join_tables
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    out = snakemake.output[0]
    join_tables(snakemake.input, snakemake.params.explained, out)
    inputs = {path: path for path in snakemake.input}
    provenance.write(out, provenance.record("explain", {}, inputs=inputs))
