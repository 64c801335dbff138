"""Predictions of retrained models -> what each order of removal cost, against the random one."""

from nascent import provenance
from nascent.explain.roar import write_roar
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    how = {key: params[key] for key in ("rank", "confidence", "draws", "seed")}
    write_roar(given.predictions, given.whole, given.cells, snakemake.output[0], **how)
    record = provenance.record("explain", how, seed=params.seed)
    provenance.write(snakemake.output[0], record)
