"""Predictions of retrained models -> what each order of removal cost, against the random one."""

from nascent import provenance
from nascent.explain.roar import write_roar
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    how = {key: params[key] for key in ("rank", "confidence", "draws", "seed")}
    # Every order and fraction names the model it starts from.
    whole = list(dict.fromkeys(given.whole))
    write_roar(given.predictions, whole, given.cells, snakemake.output[0], **how)
    record = provenance.record("explain", how, seed=params.seed)
    provenance.write(snakemake.output[0], record)
