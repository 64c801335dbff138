"""Predictions and metrics of every model, seed and floor -> one table of each."""

from nascent import provenance
from nascent.evaluate.tables import METRICS_TABLE, PREDICTIONS, gather
from nascent.files import write_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    for name, columns in (("predictions", PREDICTIONS), ("metrics", METRICS_TABLE)):
        paths = snakemake.input[name]
        write_table(gather(paths, columns), snakemake.output[name])
        record = provenance.record("evaluate", {}, inputs={path: path for path in paths})
        provenance.write(snakemake.output[name], record)
