"""Channel importance of every model and method -> one table."""

from nascent import provenance
from nascent.explain.stage import gather
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    gather(snakemake.input, snakemake.output[0])
    record = provenance.record("explain", {}, inputs={path: path for path in snakemake.input})
    provenance.write(snakemake.output[0], record)
